"""What a run is given: files, folders and patterns -> the files to read, and what is left out with the reason."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from vintool.declaration.headers import near, normalise
from vintool.declaration.mapping import map_columns
from vintool.errors import ManifestError, MappingError, NoVinColumn
from vintool.files.earlier import open_without_earlier
from vintool.files.reading import limits
from vintool.files.reading.compressed import Piped, is_pipe
from vintool.files.reading.sheets import PARQUET, Batch, Manifest, Sheet, Tally, unique
from vintool.files.reading.watch import Watch
from vintool.files.run import FILE, RUN_JSON, Run, columns_given
from vintool.files.writing.annotated import AnnotatedCopy
from vintool.files.writing.hashing import hash_in_thread
from vintool.report.summary import FileInfo

_HELD = 8  # files that stay open; others are opened once more when their rows are read
_NAMED = 5  # files left out that a note names
_OF_A_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})

Mappings = list[dict[str, str]]


class Found(NamedTuple):
    """What a run is given.

    Attributes:
        files: to be read, in the order in which they were given; a folder stands for the one table in it.
        listed: those of them that nobody named: they lie in a folder, or fit a pattern.
        left_out: what is no manifest, each with the reason.
    """

    files: tuple[Path, ...]
    listed: frozenset[Path]
    left_out: tuple[tuple[str, str], ...]


def find_files(run: Run) -> Found:
    """The files of a run.

    Raises:
        ManifestError: no file fits a pattern, or a list is a pipe.
    """
    _refuse_pipes(path for _, path in run.lists)
    files, listed = dict[Path, Path](), set[Path]()
    left_out: list[tuple[str, str]] = []
    lists = {path.resolve() for _, path in run.lists}

    def add(path: Path, *, named: bool) -> None:
        if not named and path.resolve() in lists:
            left_out.append((str(path), "a list of this run"))
        elif path.resolve() not in files:
            files[path.resolve()] = path
            listed.update([] if named else [path])

    for given in run.paths:
        if given.is_dir():
            inside = list(_in_folder(given, left_out))
            one_table = all(path.suffix.lower() in PARQUET for path in inside)
            for path in [given] if one_table else inside:
                add(path, named=one_table)
        else:
            for path in _fitting(given):
                add(path, named=path == given)
    if len(files) > limits.MEMBERS:
        raise limits.beyond(
            f"{len(files):,} files are more",
            limits.MEMBERS,
            "files",
            file=str(run.path),
            next_step="screen them in several runs, or write them into one table",
        )
    return Found(tuple(files.values()), frozenset(listed), tuple(left_out))


def _refuse_pipes(paths: Iterable[Path]) -> None:
    """Refuse lists that can be read only once: the record of the run names the hash of each."""
    for path in paths:
        if is_pipe(path):
            raise ManifestError(
                "this is a pipe, which only a manifest may be",
                file=path.name,
                next_step="write the list to a file and pass that",
            )


def _fitting(given: Path) -> list[Path]:
    """The file itself, or those that a pattern stands for.

    Raises:
        ManifestError: there is none.
    """
    if given.exists() or not has_magic(str(given)):
        return [given]
    fitting = sorted(filter(Path.is_file, map(Path, glob(str(given), recursive=True))))  # noqa: PTH207 - of any folder
    if not fitting:
        raise ManifestError("no file fits this pattern", file=str(given), next_step="check it")
    return fitting


def _in_folder(folder: Path, left_out: list[tuple[str, str]]) -> Iterator[Path]:
    """The files in a folder and in those in it, in the order of their names; not what a run has written."""
    entries = sorted(folder.iterdir())
    if _is_of_a_run(folder):
        left_out.append((str(folder), "the outputs of a run"))
        return
    for entry in entries:
        if entry.name.startswith((".", "_", "~$")) or entry.name.lower() in _OF_A_SYSTEM:
            left_out.append((str(entry), "a mark of the program that wrote the folder"))
        elif entry.is_dir():
            if entry.is_symlink():
                left_out.append((str(entry), "a link to another folder"))
            else:
                yield from _in_folder(entry, left_out)
        elif entry.is_file():
            yield entry


def _is_of_a_run(folder: Path) -> bool:
    """Whether a run has written its outputs to a folder."""
    try:
        record = json.loads((folder / RUN_JSON).read_text(encoding="utf-8"))
        return bool(record["tool"]["name"] == "vintool")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


@dataclass(frozen=True, slots=True)
class Input:
    """A file of a run, opened.

    Attributes:
        path: as it was given.
        name: how the run calls it, which no other file of it is called.
        source: where it is read: of a pipe what has come out of it.
        held: what must live as long as it is read.
        watch: the file as it was.
        hash: its SHA-256, when that is known.
        manifest: its sheets.
        mappings: of each sheet, field -> column.
        copy: how its annotated copy is written.
    """

    path: Path
    name: str
    source: Path
    held: object
    watch: Watch
    hash: Callable[[], str]
    manifest: Manifest
    mappings: Mappings
    copy: AnnotatedCopy


class Inputs(NamedTuple):
    """The files of a run.

    Attributes:
        opened: those that are read.
        several: whether more than one was given, so that each row names its file.
        unread: those that cannot be read, each with the reason.
        left_out: what is no list of vehicles, each with the reason.
    """

    opened: tuple[Input, ...]
    several: bool
    unread: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    def with_file(self, one: Input, answers: pa.RecordBatch) -> pa.RecordBatch:
        """The answers of a file, each with its name first where there are several."""
        if not self.several:
            return answers
        columns = [pa.repeat(one.name, answers.num_rows), *answers.columns]
        return pa.RecordBatch.from_arrays(columns, names=[FILE, *answers.schema.names])

    @property
    def name(self) -> str:
        """What the run is of: the name of its file, or how many there are."""
        return f"{len(self.opened)} files" if self.several else self.opened[0].path.name

    def manifest(self) -> Manifest:
        """All of them as one, each sheet under the name of its file and its own."""
        if not self.several:
            return self.opened[0].manifest
        manifests = [(one.name, one.manifest) for one in self.opened]
        return Manifest(
            Path(f"{len(self.opened)} files"),
            "several",
            ", ".join(dict.fromkeys(one.encoding for _, one in manifests if one.encoding)),
            tuple(
                replace(sheet, name=_label(name, sheet.name))
                for name, one in manifests
                for sheet in one.sheets
            ),
            tuple(
                (_label(name, inner), why) for name, one in manifests for inner, why in one.skipped
            ),
            tuple(f"{name}: {note}" for name, one in manifests for note in one.notes),
            sum(one.size for _, one in manifests),
            unread=(
                *self.unread,
                *(
                    (_label(name, inner), why)
                    for name, one in manifests
                    for inner, why in one.unread
                ),
            ),
        )

    def files(self, verdicts: Mapping[str, Mapping[str, int]]) -> Iterator[FileInfo]:
        """What became of each file.

        Args:
            verdicts: of each sheet, by its name in ``manifest``.
        """
        for one in self.opened:
            counts: Counter[str] = Counter()
            for sheet in one.manifest.sheets:
                label = _label(one.name, sheet.name) if self.several else sheet.name
                counts.update(verdicts[label])
            yield FileInfo(
                name=one.name,
                rows=sum(counts.values()),
                verdicts=dict(counts),
                bytes=one.manifest.size,
                sha256=one.hash(),
                output=one.copy.name,
            )
        for name, why in self.unread:
            yield FileInfo(name=name, skipped=why, unread=True)
        for name, why in self.left_out:
            yield FileInfo(name=name, skipped=why)

    def notes(self, manifest: Manifest) -> Iterator[str]:
        """What could not be read and may hold vehicles, and what was left out.

        Args:
            manifest: all files as one.
        """
        for name, why in manifest.unread:
            yield f"NOT READ, and vehicles may stand in it: {name}: {why}."
        if left := self.left_out:
            named = "; ".join(f"{name} ({why})" for name, why in left[:_NAMED])
            more = f"; and {len(left) - _NAMED:,} more, see files in {RUN_JSON}"
            yield f"{len(left)} file(s) or folder(s) were left out: {named}{more * (len(left) > _NAMED)}."


def _label(file: str, inner: str) -> str:
    """The name of a sheet among those of several files."""
    return f"{file}: {inner}" if inner else file


def open_inputs(
    run: Run,
    found: Found,
    refused: Mapping[Path, ManifestError],
) -> Inputs:
    """Open the files of a run; where there are several, one that cannot be read does not keep the others from it.

    Args:
        run: what is to be done.
        found: its files.
        refused: those that have turned out to be unreadable.

    Raises:
        ManifestError: none of them can be read.
        MappingError: the same, for its columns.
    """
    several = len(found.files) > 1
    names, stems = _names(found.files), _stems(found.files)
    opened, unread, left_out = list[Input](), list[tuple[str, str]](), list(found.left_out)
    first: ManifestError | MappingError | None = None
    for path, name, stem in zip(found.files, names, stems, strict=True):
        try:
            if path in refused:
                raise refused[path]
            one = _open_input(run, path, name, several=several)
        except (ManifestError, MappingError) as error:
            if not several:
                raise
            first = first or error
            named = left_out if path in found.listed and _is_no_list(error) else unread
            named.append((name, f"{error.what}; {error.next_step}"))
            continue
        if several:
            copy = one.copy._replace(stem=f"annotated.{stem}")
            one = replace(
                one, copy=copy, manifest=_later(one.manifest, run, one.source, len(opened))
            )
        opened.append(one)
    if not opened and first is not None:
        raise first
    if several:
        _check_mapping(run, opened)
    return Inputs(tuple(opened), several, tuple(unread), tuple(left_out))


def _is_no_list(error: ManifestError | MappingError) -> bool:
    """Whether a file that nobody has named is no list of vehicles: there are letters and pictures in any folder."""
    return isinstance(error, NoVinColumn) or error.what.startswith(
        ("this is a picture", "the file is empty")
    )


def _open_input(
    run: Run,
    path: Path,
    name: str,
    *,
    several: bool,
) -> Input:
    """Open a file."""
    piped = Piped(path) if is_pipe(path) else None
    source = piped.path if piped else path
    watch = Watch.of(source)
    hashed = hash_in_thread(source) if run.out is not None else (lambda: "")
    manifest = open_without_earlier(source, encoding=run.encoding, sheet=run.sheet)
    given = columns_given(run.mapping)
    if several:
        columns = _columns(manifest)
        there = {
            field: [one for one in some if normalise(one) in columns]
            for field, some in given.items()
        }
        given = {field: some for field, some in there.items() if some}
    mappings = _mappings(manifest, given)
    copy = AnnotatedCopy.of(manifest, run.annotated_as, raw=run.raw)
    return Input(path, name, source, piped, watch, hashed, manifest, mappings, copy)


def _columns(manifest: Manifest) -> set[str]:
    return {normalise(column) for sheet in manifest.sheets for column in sheet.columns}


def _check_mapping(run: Run, opened: Iterable[Input]) -> None:
    """Refuse a column that the user names and no file has.

    Raises:
        MappingError: there is one.
    """
    columns = set[str]().union(*(_columns(one.manifest) for one in opened))
    for field, some in columns_given(run.mapping).items():
        if not columns.issuperset(map(normalise, some)):
            raise MappingError(
                f"no file has the column given for {field}",
                file=str(run.path),
                next_step=near(", ".join(some), sorted(columns)) + "name a column of one of them",
            )


def _later(manifest: Manifest, run: Run, source: Path, before: int) -> Manifest:
    """The manifest; of many files only the first stay open, with what their libraries hold of them."""
    if before < _HELD:
        return manifest
    again = partial(open_without_earlier, source, encoding=run.encoding, sheet=run.sheet)
    sheets = (
        replace(sheet, read=partial(_read_again, again, at), reopen=partial(_reopened, again, at))
        for at, sheet in enumerate(manifest.sheets)
    )
    return replace(manifest, sheets=tuple(sheets))


def _reopened(again: Callable[[], Manifest], at: int) -> Sheet:
    return again().sheets[at]


def _read_again(again: Callable[[], Manifest], at: int, tally: Tally) -> Iterator[Batch]:
    yield from again().sheets[at].read(tally)


def _names(files: Sequence[Path]) -> list[str]:
    """How each file is called: by its name, or by its path where another one has that name.

    >>> _names([Path("a.csv"), Path("x/b.csv"), Path("y/b.csv")])
    ['a.csv', 'x/b.csv', 'y/b.csv']
    """
    count = Counter(path.name for path in files)
    return list(unique([path.name if count[path.name] == 1 else path.as_posix() for path in files]))


def _stems(files: Sequence[Path]) -> list[str]:
    """A part of a name for the copy of each file, whatever the file system takes small and capital letters for.

    >>> _stems([Path("a.csv"), Path("A.xlsx"), Path("x/a.csv")])
    ['a', 'A (2)', 'a (3)']
    """
    used, stems = set[str](), list[str]()
    for path in files:
        wanted = (path.stem, *(f"{path.stem} ({at})" for at in range(2, len(files) + 2)))
        stem = next(one for one in wanted if one.casefold() not in used)
        used.add(stem.casefold())
        stems.append(stem)
    return stems


def _mappings(manifest: Manifest, named: Mapping[str, Sequence[str]]) -> Mappings:
    """The mapping of every sheet; the columns that the user has named hold for each sheet that has them."""
    if len(manifest.sheets) == 1:
        sheet = manifest.sheets[0]
        given = set(map(normalise, chain.from_iterable(named.values())))
        fixed = {field: name for field, name in sheet.fixed.items() if normalise(name) not in given}
        return [map_columns(sheet, {**fixed, **named})]
    known = set(chain.from_iterable(sheet.columns for sheet in manifest.sheets))
    for field, columns in named.items():
        if not known.issuperset(columns):
            raise MappingError(
                f"no sheet has the column given for {field}",
                file=manifest.path.name,
                next_step=near(", ".join(columns), sorted(known)) + "name a column of one of them",
            )
    return [
        map_columns(
            sheet,
            {
                field: there
                for field, columns in named.items()
                if (there := [column for column in columns if column in sheet.columns])
            },
        )
        for sheet in manifest.sheets
    ]
