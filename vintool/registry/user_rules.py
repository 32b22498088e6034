"""The user's own powertrain rules: which files are in use, and reading them."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial, wraps
from inspect import unwrap
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, ParamSpec, TypeVar

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


P = ParamSpec("P")
T = TypeVar("T")


class EvidenceFile(NamedTuple):
    """A file of a user's own rules, and whether they are heard beside the packaged ones or only where those are silent."""

    path: Path
    rank: int


def evidence_folder() -> Path:
    """The user's folder of rules: those in it are heard beside the packaged ones, those in ``below`` where these are silent."""
    return user_folder() / "evidence"


def evidence_files() -> tuple[EvidenceFile, ...]:
    """The files of own rules in use: those given to ``use_evidence``, then those of the user's folder."""
    return rules_in_use().files


def use_evidence(above: Sequence[Path | str] = (), below: Sequence[Path | str] = ()) -> None:
    """Set the files of own rules for this process, beside those of the user's folder.

    A call that is under way in another thread goes on with those that it began with.

    Args:
        above: files whose rules are heard beside the packaged ones; where they disagree there is no answer.
        below: files whose rules decide only where the packaged ones say nothing.

    Raises:
        DataError: a file cannot be read or is not sound; what was in use stays in use.

    >>> use_evidence()
    """
    given = [EvidenceFile(Path(path), ABOVE) for path in above]
    given += [EvidenceFile(Path(path), BELOW) for path in below]
    new = RulesInUse.beside_folder(given)
    with new.in_use():
        user_rules()
    RulesInUse.of_process = new


class RulesInUse:
    """The files of own rules that are heard, and the answers that follow from them.

    One call hears one of these from beginning to end: see ``in_use`` and ``by_rules``.
    """

    of_process: ClassVar["RulesInUse | None"] = None

    def __init__(self, files: Sequence[EvidenceFile]) -> None:
        self.files = tuple(files)
        self.answers: dict[Callable[..., Any], Callable[..., Any]] = {}

    @classmethod
    def beside_folder(cls, given: Sequence[EvidenceFile] = ()) -> "RulesInUse":
        """Those of some files, and of the user's folder."""
        folder = evidence_folder()
        files = [EvidenceFile(path, ABOVE) for path in sorted(folder.glob("*.csv"))]
        files += [EvidenceFile(path, BELOW) for path in sorted((folder / "below").glob("*.csv"))]
        paths = {file.path.resolve() for file in given}
        return cls((*given, *(file for file in files if file.path.resolve() not in paths)))

    def heard_by(self, function: Callable[P, T]) -> Callable[P, T]:
        """A function that hears these, whatever comes into use meanwhile."""

        def heard(*arguments: P.args, **named: P.kwargs) -> T:
            with self.in_use():
                return function(*arguments, **named)

        return heard

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Hear these in this thread, whatever comes into use meanwhile."""
        token = _OF_CALL.set(self)
        try:
            yield
        finally:
            _OF_CALL.reset(token)


_OF_CALL: ContextVar[RulesInUse | None] = ContextVar("rules of the call", default=None)


def rules_in_use() -> RulesInUse:
    """Those of the call, or of the process."""
    rules = _OF_CALL.get() or RulesInUse.of_process
    if rules is None:
        rules = RulesInUse.of_process = RulesInUse.beside_folder()
    return rules


def one_reference(function: Callable[P, T]) -> Callable[P, T]:
    """A function that hears the rules that were in use when it was called until it ends."""

    @wraps(function)
    def wrapper(*arguments: P.args, **named: P.kwargs) -> T:
        if _OF_CALL.get() is not None:
            return function(*arguments, **named)
        return rules_in_use().heard_by(function)(*arguments, **named)

    return wrapper


def by_rules(most: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function keep its answers, those by different rules in use apart: ``functools.lru_cache`` for each.

    Args:
        most: answers that are kept; None for all.
    """

    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def wrapper(*arguments: P.args, **named: P.kwargs) -> T:
            rules = rules_in_use()
            kept = rules.answers.get(function)
            if kept is None:
                kept = rules.answers.setdefault(function, lru_cache(most)(rules.heard_by(function)))
            answer: T = kept(*arguments, **named)
            return answer

        vars(wrapper)["cache_clear"] = partial(forget, wrapper)
        return wrapper

    return keeping


def forget(function: Callable[..., Any]) -> None:
    """Forget what a function ``by_rules`` has answered by the rules in use."""
    rules_in_use().answers.pop(unwrap(function), None)


@by_rules()
def user_rules() -> dict[str, tuple[Rule, ...]]:
    """The rules of all files in use, by WMI."""
    rules: dict[str, list[Rule]] = {}
    for path, rank in evidence_files():
        for rule in read_evidence(path, rank):
            rules.setdefault("".join(rule.pattern[:3]), []).append(rule)
    return {wmi: tuple(of_wmi) for wmi, of_wmi in rules.items()}


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
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: this is no file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
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
