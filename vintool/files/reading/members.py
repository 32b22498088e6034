"""Files in a file: what a mail or an archive holds, each opened as a manifest of its own.

None of them is left out in silence: what is no list of vehicles is skipped with the reason, and what may be one and cannot
be read is named as unread. How deep they lie, how many they are and how much they unpack to is bounded for all together.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from vintool.declaration.headed import Headed
from vintool.declaration.headers import labels
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.compressed import LaidOut
from vintool.files.reading.sheets import Manifest, Sheet, unique

_HIDDEN = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_NAMED = 20  # lists that a refusal names
_LONGEST = 100  # characters of a name


class Member(NamedTuple):
    """A file in another one.

    Attributes:
        name: as the user sees it.
        content: its bytes.
        encoding: of its text, where what it lies in tells that.
        prose: whether it is written by hand: what looks like a table and holds no VINs may be sentences with commas.
        skipped: why it is not opened; such are no lists of vehicles.
        unread: why it cannot be opened; such may be lists.
    """

    name: str
    content: Callable[[], Iterable[bytes]] = tuple
    encoding: str | None = None
    prose: bool = False
    skipped: str = ""
    unread: str = ""


class NestError(ManifestError):
    """Files in files are deeper, more or larger than any sender makes them."""


@dataclass(slots=True)
class Nest:
    """How deep a file lies in others, and what has come out of all of them so far.

    Attributes:
        file: the name of the outermost one.
        allowed: bytes that all files in it may unpack to.
        depth: how many lie around this one.
        counts: bytes and files so far.
    """

    file: str
    allowed: int
    depth: int = 0
    counts: list[int] = field(default_factory=lambda: [0, 0])

    @classmethod
    def around(cls, path: Path) -> "Nest":
        """The nest that a file on the disk may be."""
        return cls(path.name, max(limits.UNPACKED, limits.RATIO * path.stat().st_size))

    def deeper(self) -> "Nest":
        """That of a file in this one.

        Raises:
            NestError: it lies too deep, or there are too many.
        """
        self.counts[1] += 1
        if self.depth >= limits.NESTED:
            raise self._beyond("files lie in files deeper", limits.NESTED, "times")
        if self.counts[1] > limits.MEMBERS:
            raise self._beyond("it holds more", limits.MEMBERS, "files")
        return replace(self, depth=self.depth + 1)

    def counted(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """The content, as long as all together stay within the bound.

        Raises:
            NestError: they do not.
        """
        for chunk in content:
            self.take(len(chunk))
            yield chunk

    def take(self, size: int) -> None:
        """Count bytes that have come out.

        Raises:
            NestError: they are too many.
        """
        self.counts[0] += size
        if self.counts[0] > self.allowed:
            raise self._beyond("it unpacks to more", self.allowed, "bytes")

    def _beyond(self, what: str, bound: int, unit: str) -> NestError:
        return NestError(
            f"{what} than {bound:,} {unit}",
            file=self.file,
            next_step="unpack it yourself if you trust it, and pass the files inside",
        )


class _Opened(NamedTuple):
    """What has become of the members."""

    sheets: list[Sheet]
    formats: set[str]
    encodings: list[str]
    skipped: list[tuple[str, str]]
    unread: list[tuple[str, str]]
    notes: list[tuple[tuple[Sheet, ...], str]]


def open_members(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    what: str,
    members: Iterable[Member],
    open_one: Callable[[LaidOut, Member, Nest], Manifest],
    *,
    nest: Nest,
    sheet: str | None,
    holds: Callable[[Headed], bool],
) -> Manifest:
    """Open what a file holds as one manifest, each table of each member a sheet of it.

    Args:
        path: the file.
        size: its size in bytes.
        what: it is, such as ``mail``.
        members: the files in it.
        open_one: opens a member that is laid out.
        nest: that of the file.
        sheet: the only sheet to read.
        holds: whether a sheet holds what is looked for.

    Raises:
        ManifestError: nothing in it can be read, or it is too much.
        NoVinColumn: several tables, and none of them holds VINs.
    """
    opened = _Opened([], set(), [], [], [], [])
    names = set[str]()
    for member in members:
        member = member._replace(name=_unused(member.name, names))  # noqa: PLW2901
        if member.skipped:
            opened.skipped.append((member.name, member.skipped))
        elif member.unread:
            opened.unread.append((member.name, member.unread))
        else:
            _open_member(opened, member, open_one, nest.deeper())
    kept, skipped = _kept(path, what, opened, sheet, holds)
    kept_ones = set(map(id, kept))
    form = opened.formats.pop() if len(opened.formats) == 1 else "several"
    return Manifest(
        path,
        form,
        next(iter(opened.encodings), ""),
        tuple(kept),
        (*opened.skipped, *skipped),
        tuple(note for sheets, note in opened.notes if not kept_ones.isdisjoint(map(id, sheets))),
        size,
        unread=tuple(opened.unread),
    )


def _unused(name: str, names: set[str]) -> str:
    """The name, with a number if another member has it; hidden characters are no part of it."""
    name = _HIDDEN.sub("", name).strip()[:_LONGEST] or "without a name"
    *_, unused = unique([*sorted(names), name]) if name in names else (name,)
    names.add(unused)
    return unused


def _open_member(
    opened: _Opened,
    member: Member,
    open_one: Callable[[LaidOut, Member, Nest], Manifest],
    nest: Nest,
) -> None:
    """Open a member, and put its sheets, notes and refusals under its name."""
    name = member.name
    try:
        laid_out = LaidOut(Path(_file_name(name)), nest.counted(member.content()))
        if not laid_out.path.stat().st_size:
            opened.skipped.append((name, "empty"))
            return
        one = open_one(laid_out, member, nest)
    except NestError:
        raise
    except NoVinColumn as error:
        opened.skipped.append((name, error.what))
        return
    except ManifestError as error:
        named = opened.skipped if error.what.startswith("this is a picture") else opened.unread
        place = f" (row {error.row})" if error.row else ""
        named.append((name, f"{error.what}{place}; {error.next_step}"))
        return
    alone = len(one.sheets) + len(one.skipped) + len(one.unread) == 1

    def within(inner: str) -> str:
        return name if alone or not inner else f"{name}: {inner}"

    sheets = tuple(replace(sheet, name=within(sheet.name)) for sheet in one.sheets)
    opened.sheets.extend(sheets)
    opened.formats.add(one.copied_as)
    opened.encodings.extend(filter(None, [one.encoding]))
    opened.skipped.extend((within(inner), why) for inner, why in one.skipped)
    opened.unread.extend((within(inner), why) for inner, why in one.unread)
    opened.notes.extend((sheets, f"{name}: {note}") for note in one.notes)


def _file_name(name: str) -> str:
    """A name for a file that is laid out, which ends as the member's does."""
    return _UNSAFE.sub("_", PurePosixPath(name).name).strip(". ")[-_LONGEST // 2 :] or "member"


def _kept(
    path: Path,
    what: str,
    opened: _Opened,
    wanted: str | None,
    holds: Callable[[Headed], bool],
) -> tuple[list[Sheet], list[tuple[str, str]]]:
    """The sheets that are read, and those that are not, each with the reason."""
    sheets = opened.sheets
    if wanted is not None:
        sheets = [one for one in sheets if one.name == wanted]
        if not sheets:
            raise ManifestError(
                f"there is no sheet {wanted!r}",
                file=path.name,
                next_step=f"use one of {', '.join(repr(one.name) for one in opened.sheets) or 'those that can be read: there is none'}",
            )
        return sheets, []
    if not sheets:
        refused = "; ".join(f"{name!r}: {why}" for name, why in (*opened.unread, *opened.skipped))
        raise ManifestError(
            f"this {what} holds no list that can be read ({refused})"
            if refused
            else f"this {what} holds no list that can be read",
            file=path.name,
            next_step="save the list that is meant by itself, as .xlsx or CSV",
        )
    kept = [one for one in sheets if holds(one)]
    filled = [one for one in kept if one.sample]
    if filled or len(sheets) == 1:
        kept = filled or sheets
    elif not kept:
        named = "; ".join(f"{one.name!r} has {labels(one.columns)}" for one in sheets[:_NAMED])
        raise NoVinColumn(
            f"nothing in this {what} has a column that looks like it holds VINs: {named}",
            file=path.name,
            next_step='pass --sheet and --map vin="..."',
            in_python='pass sheet= and mapping={"vin": "..."}',
        )
    kept_ones = set(map(id, kept))
    skipped = [(one.name, "no VIN in it") for one in sheets if id(one) not in kept_ones]
    return kept, skipped
