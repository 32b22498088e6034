"""A reference: the data that answers rest on, as a value that calls are given and threads and processes share.

What answers follow from a reference is kept with its content (``by_reference``, ``by_vpic``): two references
of one content share it, and no answer by one is ever taken for one by another.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, partial, wraps
from inspect import unwrap
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, ParamSpec, TypeVar
from weakref import WeakSet

import wmi_data
from vintool.errors import DataError
from vintool.registry import rows
from vintool.registry.rule import ABOVE, BELOW, Rule
from vintool.registry.user_rules import Paths, paths_given, read_file, rules_of, sha256_of

P = ParamSpec("P")
T = TypeVar("T")

EVIDENCE, EVIDENCE_BELOW, CATALOGUE, VPIC = "evidence", "evidence_below", "catalogue", "vpic"
#: The two kinds of files of own rules.
RANKS = {EVIDENCE: ABOVE, EVIDENCE_BELOW: BELOW}
_MANIFEST = "manifest.toml"
REMEDY = (
    "build it again with `vintool data build`, delete the folder, or leave it out (--no-user-data)"
)
_CHANGED = "another than when the reference was made; make a new vintool.Reference"
_KEPT = 8  # references whose answers are kept although nobody has them


class ReferenceFile(NamedTuple):
    """A file beside the packaged data.

    Attributes:
        what: ``evidence``, ``evidence_below``, ``catalogue``, or ``vpic`` of the manifest of a folder of vPIC data.
        path: where it lay when it was read.
        sha256: of its content; of a manifest, which holds the hashes of the other files.
    """

    what: str
    path: Path
    sha256: str

    @property
    def content(self) -> tuple[str, str, str]:
        """What answers may turn on: the name stands in evidence, the folder does not."""
        return self.what, self.path.name, self.sha256


class Reference:
    """The packaged data, and what is heard beside it: immutable, equal and hashed by content.

    Rules of one's own are read here and held, so that a file which is changed later changes no answer. A reference goes to
    another process by its paths, and is checked there by its hashes.

    Args:
        evidence: files of rules that are heard beside the packaged ones; where they disagree there is no answer.
        evidence_below: files of rules that decide only where the packaged ones say nothing.
        catalogue: exports of type approvals that rows of manifests are held against.
        data: a folder as ``vintool data`` shows it: rules in ``evidence`` and ``evidence/below``, and in ``vpic`` what
            ``vintool data build`` made, which then stands in place of the packaged vPIC.

    Raises:
        DataError: a file or the folder cannot be read, or a rule is not sound.
        TypeError: what is given is no path.

    >>> Reference() == Reference(), Reference().files
    (True, ())
    """

    __slots__ = (
        "__weakref__",
        "_by_rules",
        "_by_vpic",
        "_content",
        "_files",
        "_given",
        "_rules",
        "_sha256",
    )

    def __init__(
        self,
        evidence: Paths | None = (),
        evidence_below: Paths | None = (),
        catalogue: Paths | None = None,
        data: Path | str | None = None,
    ) -> None:
        folder = None if data is None else Path(data).absolute()
        if folder is not None and not folder.is_dir():
            raise DataError(f"{folder}: there is no such folder of data")
        self._given: dict[str, Any] = {
            EVIDENCE: paths_given(EVIDENCE, evidence),
            EVIDENCE_BELOW: paths_given(EVIDENCE_BELOW, evidence_below),
            CATALOGUE: paths_given(CATALOGUE, catalogue or ()),
            "data": folder,
        }
        texts = [
            (what, path, read_file(path))
            for what in (EVIDENCE, EVIDENCE_BELOW, CATALOGUE)
            for path in self._given[what]
        ]
        there = {path.resolve() for what, path, _ in texts if what != CATALOGUE}
        texts += [
            (what, path, _read(what, path))
            for what, path in (files_in(folder) if folder else ())
            if path.resolve() not in there
        ]
        self._files = tuple(
            ReferenceFile(what, path, sha256_of(text)) for what, path, text in texts
        )
        self._content = tuple(file.content for file in self._files)
        self._sha256 = ""  # not before it is asked for: all packaged tables are read for it
        own: dict[str, list[Rule]] = {}
        for what, path, text in texts:
            for rule in rules_of(path, text, RANKS[what]) if what in RANKS else ():
                own.setdefault("".join(rule.pattern[:3]), []).append(rule)
        self._rules = MappingProxyType({wmi: tuple(of_wmi) for wmi, of_wmi in own.items()})
        heard = tuple(one for one in self._content if one[0] in {*RANKS, VPIC})
        self._by_rules = _answers("rules", heard)
        self._by_vpic = _answers("vpic", tuple(one for one in heard if one[0] == VPIC))

    @property
    def evidence(self) -> tuple[Path, ...]:
        """The files of rules that are heard beside the packaged ones, those of the folder among them."""
        return self._paths_of(EVIDENCE)

    @property
    def evidence_below(self) -> tuple[Path, ...]:
        """Those that are heard where the packaged ones say nothing."""
        return self._paths_of(EVIDENCE_BELOW)

    @property
    def catalogue(self) -> tuple[Path, ...]:
        """The exports of type approvals."""
        return self._paths_of(CATALOGUE)

    @property
    def data(self) -> Path | None:
        """The folder of data; None where the packaged data stands alone."""
        folder: Path | None = self._given["data"]
        return folder

    @property
    def files(self) -> tuple[ReferenceFile, ...]:
        """Every file beside the packaged data, with its hash."""
        return self._files

    @property
    def files_of_folder(self) -> tuple[ReferenceFile, ...]:
        """Those of the folder of data."""
        folder = self.data
        return tuple(file for file in self._files if folder and folder in file.path.parents)

    @property
    def vpic_manifest(self) -> ReferenceFile | None:
        """The manifest of the vPIC data that stands in place of the packaged one."""
        return next((file for file in self._files if file.what == VPIC), None)

    @property
    def own_rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of all files, by WMI."""
        return self._rules

    @property
    def sha256(self) -> str:
        """One SHA-256 of all that answers rest on: the bytes of the packaged tables, and of every file."""
        if not self._sha256:
            content = (wmi_data.RELEASE, packaged_sha256(), *self._content)
            self._sha256 = sha256_of(repr(content).encode())
        return self._sha256

    def unchanged(self, what: str) -> tuple[Path, ...]:
        """The files of a kind that is read when it is needed.

        Raises:
            DataError: one is not what it was when this was made.
        """
        for file in self._files:
            if file.what == what and sha256_of(read_file(file.path)) != file.sha256:
                raise DataError(f"{file.path}: {_CHANGED}")
        return self._paths_of(what)

    def _paths_of(self, what: str) -> tuple[Path, ...]:
        return tuple(file.path for file in self._files if file.what == what)

    def __eq__(self, other: object) -> bool:
        """Whether all files have the same names and content."""
        return isinstance(other, Reference) and self._content == other._content

    def __hash__(self) -> int:
        """That of the content."""
        return hash(self._content)

    def __repr__(self) -> str:
        """The release, the names of the files and the hash, in short.

        >>> repr(Reference()).partition(" sha256")[0].partition(" ")[0]
        '<Reference'
        """
        names = "".join(f" + {file.path.name}" for file in self._files)
        return f"<Reference {wmi_data.RELEASE}{names}, sha256 {self.sha256[:12]}>"

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes from one process to another: made again of its files, and held against what it was."""
        return _arrived, (self._given, wmi_data.RELEASE, packaged_sha256(), self._content)

    def check(self) -> None:
        """Refuse with a ``DataError`` to be used if it came from another process, and is another one here."""

    @contextmanager
    def bound(self) -> Iterator["Reference"]:
        """Let all that is asked in this thread rest on it."""
        self.check()
        token = _OF_CALL.set(self)
        try:
            yield self
        finally:
            _OF_CALL.reset(token)

    def bind(self, function: Callable[P, T]) -> Callable[P, T]:
        """A function that rests on it, whenever and in whatever thread it is called."""

        def by_this(*arguments: P.args, **named: P.kwargs) -> T:
            with self.bound():
                return function(*arguments, **named)

        return by_this


class _NotHere(Reference):
    """One that came from another process and is another one here: its first use says so, and not its arrival, which would end a pool."""

    __slots__ = ("_fault",)

    def __init__(self, fault: str) -> None:
        self._fault = fault

    def check(self) -> None:
        raise DataError(self._fault)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else DataError(self._fault)

    def __reduce__(self) -> tuple[object, ...]:
        return _NotHere, (self._fault,)


def _arrived(
    given: dict[str, Any], release: str, packaged: str, content: tuple[tuple[str, str, str], ...]
) -> Reference:
    """A reference that comes from another process; one that is another here raises its ``DataError`` when it is used."""
    try:
        return _made_again(given, release, packaged, content)
    except DataError as error:
        return _NotHere(str(error))


def _made_again(
    given: dict[str, Any], release: str, packaged: str, content: tuple[tuple[str, str, str], ...]
) -> Reference:
    """A reference that comes from another process.

    Raises:
        DataError: it is another one here; what differs is named.
    """
    here = Reference(**given)
    differing = list[str]()
    if release != wmi_data.RELEASE:
        differing.append(f"release {release} was sent, and {wmi_data.RELEASE} is installed here")
    elif packaged_sha256() != packaged:
        differing.append(f"the tables of release {release} are others here")
    there, sent = {one[:2]: one[2] for one in here._content}, {one[:2]: one[2] for one in content}  # noqa: SLF001 - of its own kind
    for what, name in there | sent:
        if (what, name) not in there:
            differing.append(f"{what} {name} is not there")
        elif (what, name) not in sent:
            differing.append(f"{what} {name} was not sent")
        elif there[what, name] != sent[what, name]:
            differing.append(f"{what} {name} has another content")
    if differing or here._content != content:  # noqa: SLF001
        what = "; ".join(differing) or "the files stand in another order"
        raise DataError(
            f"this process has another reference than the one that was sent: {what}. Give every process the same release and files"
        )
    return here


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder of data that are heard."""
    evidence = folder / "evidence"
    yield from ((EVIDENCE, path) for path in sorted(evidence.glob("*.csv")))
    yield from ((EVIDENCE_BELOW, path) for path in sorted((evidence / "below").glob("*.csv")))
    if (folder / "vpic").exists():
        yield VPIC, folder / "vpic" / _MANIFEST


def _read(what: str, path: Path) -> bytes:
    if what == VPIC and not path.is_file():
        raise DataError(f"{path.parent}: {path.name} is missing or not whole; {REMEDY}")
    return read_file(path)


@cache
def packaged_sha256() -> str:
    """One SHA-256 of the packaged tables by name; of those of vPIC the manifest stands for all, as it holds their own."""
    tables = (*sorted(rows.DATA.glob("*.csv")), *sorted((rows.DATA / "regimes").glob("*.toml")))
    lines = (f"{path.name} {sha256_of(path.read_bytes())}\n" for path in (*tables, packaged_vpic()))
    return sha256_of("".join(lines).encode())


def packaged_vpic() -> Path:
    """The manifest of the packaged vPIC data."""
    return rows.DATA / "vpic" / _MANIFEST


class Answers:
    """What functions have answered by one content, each with a memory of its own."""

    __slots__ = ("__weakref__", "by_function")

    def __init__(self) -> None:
        self.by_function: dict[Callable[..., Any], Callable[..., Any]] = {}


_every: WeakSet[Answers] = WeakSet()


@lru_cache(maxsize=2 * _KEPT)
def _answers(_part: str, _content: tuple[tuple[str, str, str], ...]) -> Answers:
    answers = Answers()
    _every.add(answers)
    return answers


_OF_CALL: ContextVar[Reference | None] = ContextVar("reference of the call", default=None)
PACKAGED = Reference()
_default = PACKAGED


def reference_in_use() -> Reference:
    """That of the call, or the default of the process."""
    return _OF_CALL.get() or _default


def use_evidence(above: Paths = (), below: Paths = ()) -> None:
    """Set the default reference of this process to the packaged data with files of own rules; without any to that alone.

    A call that is under way goes on with the one that it began with; so does one that was given ``reference``.

    Args:
        above: as ``evidence`` of ``Reference``.
        below: as ``evidence_below``.

    Raises:
        DataError: a file cannot be read or is not sound; what was in use stays in use.

    >>> use_evidence()
    """
    global _default  # noqa: PLW0603 - the one default, read at the door of a call
    _default = Reference(above, below) if above or below else PACKAGED


def by_call(function: Callable[P, T]) -> Callable[P, T]:
    """Bind what a public function is given as ``reference``, else that of the call around it or the default, until it ends."""

    @wraps(function)
    def wrapper(*arguments: P.args, **named: P.kwargs) -> T:
        given = named.get("reference")
        if given is None:
            if _OF_CALL.get() is not None:
                return function(*arguments, **named)
            given = _default
        elif not isinstance(given, Reference):
            raise TypeError(f"reference= takes a vintool.Reference, not {type(given).__name__}")
        else:
            given.check()
        token = _OF_CALL.set(
            given
        )  # not ``bound``, which takes 5 of the 45 microseconds of a decode
        try:
            return function(*arguments, **named)
        finally:
            _OF_CALL.reset(token)

    return wrapper


def _keeping(
    answers_of: Callable[[Reference], Answers], most: int | None
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    def keeping(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def wrapper(*arguments: P.args, **named: P.kwargs) -> T:
            reference = _OF_CALL.get() or _default
            answers = answers_of(reference).by_function
            kept = answers.get(function)
            if kept is None:
                kept = answers.setdefault(function, lru_cache(most)(reference.bind(function)))
            answer: T = kept(*arguments, **named)
            return answer

        vars(wrapper)["cache_clear"] = partial(_forget, answers_of, function)
        return wrapper

    return keeping


def _forget(answers_of: Callable[[Reference], Answers], function: Callable[..., Any]) -> None:
    answers_of(reference_in_use()).by_function.pop(function, None)


_by_rules, _by_vpic = attrgetter("_by_rules"), attrgetter("_by_vpic")


def by_reference(most: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let a function that asks rules keep its answers, by reference: ``functools.lru_cache`` for each.

    Args:
        most: answers that are kept; None for all.
    """
    return _keeping(_by_rules, most)


def by_vpic(most: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The same for a function that asks vPIC and no rules: references with the same vPIC data share its answers."""
    return _keeping(_by_vpic, most)


def forget(function: Callable[..., Any]) -> None:
    """Forget what a function ``by_reference`` or ``by_vpic`` has answered by the reference in use."""
    for answers_of in (_by_rules, _by_vpic):
        _forget(answers_of, unwrap(function))


def forget_all(function: Callable[..., Any]) -> None:
    """Forget what such a function has answered by any reference."""
    for answers in tuple(_every):
        answers.by_function.pop(unwrap(function), None)
