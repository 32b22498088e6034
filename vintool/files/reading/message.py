"""Outlook's messages (MSG): body and attachments out of the compound file that they are ([MS-OXMSG]).

Of all properties only a few are read, each a stream under its number; so olefile serves, which reads old workbooks as well, and
no library of mail that brings a licence or a parser of its own.
"""

import struct
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.mail import alternative, with_subject
from vintool.files.reading.members import Member
from vintool.files.reading.web_page import known_charset
from vintool.files.reading.workbooks.compound import (
    Compound,
    DamagedError,
    chain_ends,
    check_header,
)

_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_#"
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_DATA, _NAMES = "3701", ("3707", "3704", "3001")
_TEXT, _OF_CODE_PAGE, _BYTES, _OBJECT = "001F", "001E", "0102", "000D"
_CODE_PAGE = 0x3FFD
_DAMAGE = (OSError, DamagedError, struct.error, LookupError, ValueError, RecursionError)

Way = tuple[str, ...]


def is_message(path: Path) -> bool:
    """Whether a compound file is a message; of a damaged one another reader tells."""
    try:
        with path.open("rb") as file:
            check_header(file.read(76), path.stat().st_size)
            return bool(Compound(file).exists(_PROPERTIES))
    except _DAMAGE:
        return False


def message_members(path: Path) -> Generator[Member, None, None]:
    """The body of a message, and what is attached.

    Raises:
        ManifestError: it is damaged, or too large.
    """
    limits.refuse_larger(
        path, limits.MAIL, "the mail", next_step="save what is attached, and pass that"
    )
    with path.open("rb") as file:
        try:
            yield from _Message(path, Compound(file), (), 0).members()
        except _DAMAGE:
            raise _damaged(path) from None


def _as_one(data: bytes) -> list[bytes]:
    return [data]


def _damaged(path: Path) -> ManifestError:
    return ManifestError(
        "the message is damaged or cut short",
        file=path.name,
        next_step="save it again in Outlook, or as .eml",
    )


class _Message(NamedTuple):
    """A message, or an attachment of one.

    Attributes:
        path: the file.
        compound: what is in it.
        way: the storages that lead to the message.
        depth: how many messages lie around it.
    """

    path: Path
    compound: Any
    way: Way
    depth: int

    def members(self) -> Iterator[Member]:
        """Its body and what is attached."""
        body, html = self._text(_BODY) or "", self._bytes(_HTML + _BYTES)
        page = html if html is not None else (self._text(_HTML) or "").encode()
        whole = (
            Member("body", partial(_as_one, body.encode()), "utf-8", prose=True),
            Member("body (HTML)", partial(_as_one, page), prose=True),
        )
        forms = [[form] for form in whole if b"".join(form.content()).strip()]
        parts = [*alternative(forms)] if forms else []
        if not forms and self._bytes(_RTF + _BYTES):
            parts = [
                Member("body", unread="it is in Outlook's own form (RTF); save the mail as .eml")
            ]
        attached = (part for name in self._storages() for part in self._attached(name))
        yield from with_subject(self._text(_SUBJECT) or "", [*parts, *attached])

    def _storages(self) -> list[str]:
        """The attachments, by the names of their storages."""
        at = len(self.way)
        names = {
            entry[at]
            for entry in self.compound.listdir(streams=True, storages=True)
            if len(entry) > at
            and tuple(entry[:at]) == self.way
            and entry[at].lower().startswith(_ATTACHMENT)
        }
        return sorted(names)

    def _attached(self, storage: str) -> Iterator[Member]:
        inner = self._replace(way=(*self.way, storage))
        names = filter(None, map(inner._text, _NAMES))  # noqa: SLF001 - of its own kind
        name = next(names, "").strip() or "attachment"
        content = f"__substg1.0_{_DATA}{_BYTES}"
        if self.compound.exists([*inner.way, content]):
            yield Member(name, inner._content)  # noqa: SLF001
            return
        within = (*inner.way, f"__substg1.0_{_DATA}{_OBJECT}")
        if not self.compound.exists([*within, _PROPERTIES]):
            yield Member(
                name, unread="an object or a link in the mail; save it by itself, and pass that"
            )
        elif self.depth >= limits.NESTED:
            yield Member(
                name, unread=f"it lies deeper than {limits.NESTED} mails; save it by itself"
            )
        else:
            message = self._replace(way=within, depth=self.depth + 1)
            for member in message.members():
                yield member._replace(name=f"{name}: {member.name}")

    def _content(self) -> list[bytes]:
        """What is attached.

        Raises:
            ManifestError: it is damaged.
        """
        try:
            return [self._bytes(_DATA + _BYTES) or b""]
        except _DAMAGE:
            raise _damaged(self.path) from None

    def _text(self, tag: str) -> str | None:
        """A property that is a text."""
        if (data := self._bytes(tag + _TEXT)) is not None:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        if (data := self._bytes(tag + _OF_CODE_PAGE)) is not None:
            return data.decode(self._code_page(), "replace").rstrip("\0")
        return None

    def _bytes(self, tag: str) -> bytes | None:
        """A property as it stands; None if it is not there."""
        return self._stream(f"__substg1.0_{tag}")

    def _stream(self, name: str) -> bytes | None:
        where = [*self.way, name]
        if not self.compound.exists(where):
            return None
        entry = self.compound.direntries[self.compound._find(where)]  # noqa: SLF001 - no public name
        if entry.size > self.path.stat().st_size:
            raise DamagedError
        data: bytes = self.compound.openstream(where).read()
        if len(data) < entry.size or (data and not chain_ends(self.compound, entry)):
            raise DamagedError
        return data

    def _code_page(self) -> str:
        """The encoding of its texts that are not Unicode."""
        data = self._stream(_PROPERTIES) or b""
        head = 24 if self.way else 32
        for at in range(head, len(data) - 15, 16):
            _, tag, _, value = struct.unpack_from("<HHII", data, at)
            if tag == _CODE_PAGE:
                return known_charset(f"cp{value}") or "cp1252"
        return "cp1252"
