"""The user's own powertrain rules: which files are in use, and reading them."""

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from vintool.codes import Grade, Powertrain
from vintool.errors import DataError
from vintool.registry.patterns import ANY, parse_pattern
from vintool.registry.rows import user_folder
from vintool.registry.rule import ABOVE, BELOW, Rule
from vintool.vin.positions import ALPHABET

#: What a file of own rules may hold, and `vintool learn` writes.
RULE_COLUMNS = (
    *("wmi", "vds", "year_codes", "plant_codes", "powertrain", "make", "models", "kind"),
    *("vehicles", "sources", "grade", "source", "note"),
)
_NEEDED_COLUMNS = ("wmi", "vds", "powertrain", "source")
_PATTERN_SIGNS = {*ALPHABET, ANY}
_POWERTRAINS, _GRADES = frozenset(Powertrain), frozenset({"", *Grade})
_KINDS = frozenset({"", "car", "truck", "unknown"})


class EvidenceFile(NamedTuple):
    """A file of a user's own rules, and whether they stand above the packaged ones or below."""

    path: Path
    rank: int


_given: list[EvidenceFile] = []
_caches: list[Callable[[], None]] = []


def evidence_folder() -> Path:
    """The user's folder of rules: those in it stand above the packaged ones, those in ``below`` below."""
    return user_folder() / "evidence"


def evidence_files() -> tuple[EvidenceFile, ...]:
    """The files of own rules in use: those given to ``use_evidence``, then those of the user's folder."""
    folder = evidence_folder()
    files = [EvidenceFile(path, ABOVE) for path in sorted(folder.glob("*.csv"))]
    files += [EvidenceFile(path, BELOW) for path in sorted((folder / "below").glob("*.csv"))]
    given = {file.path.resolve() for file in _given}
    return (*_given, *(file for file in files if file.path.resolve() not in given))


def use_evidence(above: Sequence[Path | str] = (), below: Sequence[Path | str] = ()) -> None:
    """Set the files of own rules for this process, beside those of the user's folder.

    Args:
        above: files whose rules are heard before the packaged ones.
        below: files whose rules are heard only where the packaged ones say nothing.

    Raises:
        DataError: a file cannot be read or is not sound; what was in use stays in use.

    >>> use_evidence()
    """
    before = list(_given)
    _given[:] = [EvidenceFile(Path(path), ABOVE) for path in above]
    _given[:] += [EvidenceFile(Path(path), BELOW) for path in below]
    try:
        _forget()
        user_rules()
    except DataError:
        _given[:] = before
        _forget()
        raise


def on_new_rules(forget: Callable[[], None]) -> None:
    """Have a cache of what follows from the rules emptied when other files come into use."""
    _caches.append(forget)


def _forget() -> None:
    for forget in _caches:
        forget()


@cache
def user_rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of all files in use, by WMI."""
    rules: dict[str, list[Rule]] = {}
    for path, rank in evidence_files():
        for rule in read_evidence(path, rank):
            rules.setdefault("".join(rule.pattern[:3]), []).append(rule)
    return {wmi: tuple(of_wmi) for wmi, of_wmi in rules.items()}


on_new_rules(user_rules.cache_clear)


def read_evidence(path: Path, rank: int = ABOVE) -> Iterator[Rule]:
    """The rules of a user's own file.

    Args:
        path: a CSV file in UTF-8 with columns of ``RULE_COLUMNS`` in any order; ``wmi``, ``vds``,
            ``powertrain`` and ``source`` must be there. ``year_codes`` and ``plant_codes`` bound a
            rule, unlike those of the packaged evidence.
        rank: ``ABOVE`` or ``BELOW``.

    Raises:
        DataError: with file and line, at the first thing that is not sound.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8") from None
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        header = next(reader, [])
        if unknown := sorted(set(header) - set(RULE_COLUMNS)):
            raise ValueError(f"unknown column(s) {', '.join(unknown)}")  # noqa: TRY301 - said with the line
        if missing := [name for name in _NEEDED_COLUMNS if name not in header]:
            raise ValueError(f"no column {', '.join(missing)}")  # noqa: TRY301
        for cells in reader:
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
