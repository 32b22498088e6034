"""The user's own powertrain rules: reading a file of them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from vintool.codes import Grade, Powertrain
from vintool.errors import DataError
from vintool.registry import rows
from vintool.registry.patterns import ANY, parse_pattern
from vintool.registry.rule import ABOVE, Rule
from vintool.vin.positions import ALPHABET

Paths = Path | str | Sequence[Path | str]

#: What a file of own rules may hold, and `vintool learn` writes.
RULE_COLUMNS = (
    *("wmi", "vds", "year_codes", "plant_codes", "powertrain", "make", "models", "kind"),
    *("vehicles", "sources", "grade", "source", "note"),
)
_NEEDED_COLUMNS = ("wmi", "vds", "powertrain", "source")
_PATTERN_SIGNS = {*ALPHABET, ANY}
_POWERTRAINS, _GRADES = frozenset(Powertrain), frozenset({"", *Grade})
_KINDS = frozenset({"", "car", "truck", "unknown"})


def paths_given(what: str, given: Paths | None) -> tuple[Path, ...]:
    """The paths of files, where none, one or several may be given.

    Raises:
        TypeError: something is no path.
    """
    some = [given] if isinstance(given, Path | str) else given
    if some is None:
        return ()
    paths = [*some] if isinstance(some, Iterable) else [some]
    for path in paths:
        if not isinstance(path, Path | str) or not path:
            raise TypeError(f"{what}= takes the paths of files, not {path!r}")
    return tuple(Path(path).absolute() for path in paths)


def evidence_folder() -> Path:
    """The folder of the rules that ``vintool learn --install`` puts in; in ``below`` those that are heard where the packaged ones are silent."""
    return rows.user_folder() / "evidence"


def read_evidence(path: Path, rank: int = ABOVE) -> Iterator[Rule]:
    """The rules of a user's own file; ``rules_of`` says what it may hold.

    Raises:
        DataError: it cannot be read, or is not sound.
    """
    yield from rules_of(path, read_file(path), rank)


def read_file(path: Path) -> bytes:
    """The bytes of a user's own file.

    Raises:
        DataError: it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: this is no file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None


def sha256_of(content: bytes) -> str:
    """Its SHA-256, as text."""
    import hashlib  # noqa: PLC0415 - start-up time

    return hashlib.sha256(content).hexdigest()


def rules_of(path: Path, content: bytes, rank: int) -> Iterator[Rule]:
    """The rules of a user's own file.

    Args:
        path: of the file, for its name.
        content: a CSV file in UTF-8 with columns of ``RULE_COLUMNS`` in any order; ``wmi``, ``vds``,
            ``powertrain`` and ``source`` must be there. ``year_codes`` and ``plant_codes`` bound a
            rule, unlike those of the packaged evidence.
        rank: ``ABOVE`` or ``BELOW``.

    Raises:
        DataError: with file and line, at the first thing that is not sound.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8") from None
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if unknown := sorted(set(header) - set(RULE_COLUMNS)):
            raise ValueError(f"unknown column(s) {', '.join(unknown)}")  # noqa: TRY301 - said with the line
        if missing := [name for name in _NEEDED_COLUMNS if name not in header]:
            raise ValueError(f"no column {', '.join(missing)}")  # noqa: TRY301
        for cells in reader:
            if cells and len(cells) != len(header):
                raise ValueError(f"{len(cells)} cells, and the header has {len(header)}")  # noqa: TRY301
            if cells:
                row = dict.fromkeys(RULE_COLUMNS, "") | dict(zip(header, cells, strict=True))
                yield user_rule(row, path.name, rank, reader.line_num)
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from None


def user_rule(row: dict[str, str], file: str, rank: int, line: int = 0) -> Rule:
    """A row of a user's own file, once it is sound.

    Args:
        row: a cell for each of ``RULE_COLUMNS``.
        file: the file's name.
        rank: ``ABOVE`` or ``BELOW``.
        line: where it stands in the file, from 1.

    Raises:
        ValueError: it is not; the sentence says why.

    >>> row = dict.fromkeys(RULE_COLUMNS, "") | {"wmi": "LRW", "vds": "3E7F*", "source": "my list"}
    >>> user_rule(row | {"powertrain": "BEV", "year_codes": "LM"}, "mine.csv", ABOVE).pattern_text
    'LRW3E7F* at 10-11 [LM]*'
    """
    wmi, years, plants = row["wmi"], row["year_codes"], row["plant_codes"]
    vds = parse_pattern(row["vds"], 5)
    if fault := next(_faults(row, vds), None):
        raise ValueError(fault)
    vehicles = f"{row['vehicles']} vehicle(s)" if row["vehicles"] else ""
    sources = f"{row['sources']} source(s)" if row["sources"] else ""
    return Rule(
        (*wmi, *vds, years or ANY, plants or ANY),
        Powertrain(row["powertrain"]),
        row["make"],
        row["models"],
        row["kind"] or "unknown",
        "; ".join(filter(None, (vehicles, sources, row["note"]))),
        Grade(row["grade"] or Grade.C),
        row["source"],
        file,
        rank,
        line,
    )


def _faults(row: dict[str, str], vds: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a row of own rules."""
    if len(row["wmi"]) != 3:
        yield f"wmi {row['wmi']!r} has not 3 characters"
    signs = "".join((row["wmi"], row["year_codes"], row["plant_codes"], *vds))
    if not _PATTERN_SIGNS.issuperset(signs) or ANY in row["wmi"]:
        yield "a character other than digits and A-Z without I, O, Q"
    for column, allowed in (("powertrain", _POWERTRAINS), ("grade", _GRADES), ("kind", _KINDS)):
        if row[column] not in allowed:
            yield f"unknown {column} {row[column]!r}"
    if not row["source"].strip():
        yield "no source"
