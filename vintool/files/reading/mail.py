"""Mail as programs save it (MIME): its body and all that is attached, each a file of its own.

Of a body in two forms, plain and HTML, one is read where both name the same VINs; else both.
"""

import email
import mailbox
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from email.errors import (
    CloseBoundaryNotFoundDefect,
    MessageError,
    StartBoundaryNotFoundDefect,
)
from email.header import decode_header
from email.message import Message
from pathlib import Path
from typing import Any, Final

from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.members import Member
from vintool.files.reading.tables import Table
from vintool.files.reading.text import candidates
from vintool.files.reading.web_page import known_charset, page_blocks

_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):")
_MIME = frozenset({b"mime-version", b"content-type", b"content-transfer-encoding"})
_USUAL = frozenset({b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"return-path", b"delivered-to", b"reply-to", b"sender", b"x-mailer"}) | _MIME  # fmt: skip
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
_CONTENT_FIELD = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURES = frozenset({"pkcs7-signature", "x-pkcs7-signature", "pgp-signature"})
MEDIA: Final = {"image": "a picture", "audio": "a sound", "video": "a film"}
"""What a part of a mail is that holds no list, by its kind."""
_CUT_SHORT = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)
_SUBJECT = 1_000  # characters that are read of it
_AGAIN = "another form of the body, which names the same VINs or fewer"


def is_mail(head: bytes) -> bool:
    r"""Whether a file begins with the fields of a mail, one of them of MIME.

    >>> is_mail(b"From: a@example.cn\nMIME-Version: 1.0\n\nHi"), is_mail(b"VIN: see below\n")
    (True, False)
    """
    names = set[bytes]()
    for number, line in enumerate(head.removeprefix(b"\xef\xbb\xbf").splitlines()):
        if not line.strip():
            break
        if line[:1] in b" \t" or (number == 0 and line.startswith(b"From ")):
            continue
        if not (field := _FIELD.match(line)):
            # A long field may be cut off by the end of what was read.
            break
        names.add(field[1].lower())
    return bool(names & _MIME) and len(names & _USUAL) > 1


def mail_members(path: Path) -> Generator[Member, None, None]:
    """The parts of a mail; of a mailbox those of each mail in it.

    Raises:
        ManifestError: it is too large, or no mail that a program has written.
    """
    limits.refuse_larger(
        path, limits.MAIL, "the mail", next_step="save what is attached, and pass that"
    )
    raw = path.read_bytes()
    if not raw.startswith(b"From "):
        yield from _members(path.name, raw)
        return
    box = mailbox.mbox(path, create=False)
    try:
        single = len(box) == 1
        for number, key in enumerate(box.keys(), 1):
            for member in _members(path.name, box.get_bytes(key)):
                yield member if single else member._replace(name=f"mail {number}: {member.name}")
    finally:
        box.close()


def _members(file: str, raw: bytes) -> Iterator[Member]:
    if len(_MULTIPART.findall(raw)) > limits.MULTIPARTS:
        raise limits.beyond(
            "the mail holds more",
            limits.MULTIPARTS,
            "parts that hold parts",
            file=file,
            next_step="save what is attached, and pass that",
        )
    if any(len(field[0]) > limits.MIME_FIELD for field in _CONTENT_FIELD.finditer(raw)):
        raise limits.beyond(
            "a field that says what a part of the mail is is longer",
            limits.MIME_FIELD,
            "bytes",
            file=file,
            next_step="save what is attached, and pass that",
        )
    try:
        members = list(_with_parts(email.message_from_bytes(raw)))
    except RecursionError:
        raise ManifestError(
            "its parts lie in parts without end",
            file=file,
            next_step="save what is attached, and pass that",
        ) from None
    if len(members) > limits.MEMBERS:
        raise limits.beyond(
            "the mail holds more",
            limits.MEMBERS,
            "parts",
            file=file,
            next_step="save what is attached, and pass that",
        )
    yield from members


def _with_parts(message: Message) -> Iterator[Member]:
    """The parts of a mail and its subject."""
    yield from with_subject(
        _decoded(str(message.get("Subject", ""))[:_SUBJECT]), list(_parts(message))
    )


def with_subject(subject: str, members: Sequence[Member]) -> Iterator[Member]:
    """The parts of a mail, and its subject if that names a VIN that its body does not."""
    named = _vins([subject])
    if named and not named <= _vins(_lines(members)):
        yield Member("subject", lambda: [subject.encode()], "utf-8", prose=True)
    yield from members


def _parts(message: Message) -> Iterator[Member]:
    """The parts of a mail in their order."""
    if any(isinstance(defect, _CUT_SHORT) for defect in message.defects):
        yield Member(
            "end of the mail",
            unread="it lacks its end, as a mail that is cut short does; save it again",
        )
    kind, form = message.get_content_maintype(), message.get_content_subtype()
    inner: Any = message.get_payload()
    if message.is_multipart() and kind == "message":
        for one in inner:
            name = _name(message) or _decoded(str(one.get("Subject", ""))[:100]) or "forwarded mail"
            for member in _with_parts(one):
                yield member._replace(name=f"{name}: {member.name}")
    elif message.is_multipart() and form == "alternative":
        yield from alternative([list(_parts(one)) for one in inner])
    elif message.is_multipart():
        for one in inner:
            yield from _parts(one)
    else:
        yield _part(message, kind, form)


def _part(message: Message, kind: str, form: str) -> Member:
    """A part that holds no others."""
    name = _name(message)
    attached = bool(name) or message.get_content_disposition() == "attachment"
    label = name or f"{kind}.{form}"
    if kind in MEDIA:
        return Member(label, skipped=f"this is {MEDIA[kind]}, which is not read")
    if form in _SIGNATURES:
        return Member(label, skipped="the signature of the mail")
    if form in {"pkcs7-mime", "x-pkcs7-mime", "encrypted"}:
        return Member(
            label,
            unread="encrypted or signed as a whole (S/MIME); save what is attached, and pass that",
        )
    if kind == "multipart" or form in {"external-body", "partial"}:
        return Member(label, unread="its content is not in this mail; ask the sender for it")
    content = message.get_payload(decode=True)
    if not isinstance(content, bytes) or any(
        "Base64" in type(one).__name__ for one in message.defects
    ):
        return Member(label, unread="it is damaged or cut short; ask the sender for it again")
    if not content.strip():
        return Member(label if attached else "body", skipped="empty")
    if attached:
        return Member(label, lambda: [content])
    text = _decoded_text(content, message.get_content_charset())
    body = "body (HTML)" if form == "html" else "body"
    if text is None:
        return Member(body, lambda: [content], prose=True)
    return Member(body, lambda: [text.encode()], "utf-8", prose=True)


def alternative(forms: Sequence[Sequence[Member]]) -> Iterator[Member]:
    """Forms of one body: the last that names all VINs, plain text where no table of another one is better; all where none does."""
    vins = [_vins(_lines(form)) for form in forms]
    whole = [at for at, found in enumerate(vins) if found == set().union(*vins)]
    tables = [at for at in whole if _has_heading(forms[at])]
    read = {(tables or whole)[0]} if whole else set(range(len(forms)))
    for at, form in enumerate(forms):
        for member in form:
            again = at not in read and member.name.startswith("body") and not member.skipped
            yield member._replace(skipped=_AGAIN) if again else member


def _text(member: Member) -> str | None:
    """The text of a body."""
    if not member.name.startswith("body") or member.skipped or member.unread:
        return None
    return b"".join(member.content()).decode(member.encoding or "latin-1", "replace")


def _lines(members: Iterable[Member]) -> Iterator[str]:
    """The lines of the bodies among them."""
    for member in members:
        text = _text(member)
        if text is None:
            continue
        if not member.name.endswith("(HTML)"):
            yield from text.splitlines()
            continue
        for block in page_blocks(member.name, text):
            yield from block.lines() if isinstance(block, Table) else [block]


def _has_heading(members: Iterable[Member]) -> bool:
    """Whether a body has a table with a heading that is known."""
    from vintool.declaration.headers import find_header  # noqa: PLC0415 - of few mails

    return any(
        find_header(block.rows[:20]).known
        for member in members
        if member.name.endswith("(HTML)") and (text := _text(member)) is not None
        for block in page_blocks(member.name, text)
        if isinstance(block, Table)
    )


def _vins(lines: Iterable[str]) -> set[str]:
    """What stands for vehicles in some lines."""
    return {
        "".join(filter(str.isalnum, vin)).upper() for line in lines for vin, _ in candidates(line)
    }


def _decoded_text(content: bytes, charset: str | None) -> str | None:
    """The text of a body in the encoding that the mail declares; None if it is not that."""
    try:
        return content.decode(known_charset(charset) or "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _name(message: Message) -> str:
    """The name of an attachment."""
    return _decoded((message.get_filename() or "")[:_SUBJECT])


def _decoded(text: str) -> str:
    """A field of a mail as it is read: words in other encodings are decoded."""
    words = []
    try:
        for word, charset in decode_header(text):
            words.append(
                word.decode(known_charset(charset) or "utf-8", "replace")
                if isinstance(word, bytes)
                else word
            )
    except (MessageError, ValueError, LookupError):
        return text
    return " ".join("".join(words).split())
