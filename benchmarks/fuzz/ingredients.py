"""What inputs are made of: texts, VINs, cells and files of careless and of hostile senders; and what is held against outputs."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from random import Random

from support.hostile import ESCAPES, FORMULAS, MARKS
from support.vins import vin as checked_vin

from benchmarks.faults import electric_starts, slips
from vintool.codes import Verdict
from vintool.registry.rows import read_rows
from vintool.screening.dates import DATES
from vintool.screening.screen import screen
from vintool.vin import calc_check_digit

from support import ON  # isort: skip

PIECES = (
    *ESCAPES, *MARKS, *FORMULAS, "\x00", "\x1b]8;;http://x\x1b\\", "\U000e0041", "\ud800", "\u00a0", "\u3000", "\r\n", "\t", '"', "'", "`id`", "$(id)", "%PATH%",
    "<img src=x>", "]]>", "&amp;", "{{1}}", "{0}", "%s", "\\", "../..", "VIN", "车架号", "比亚迪", "ﬁ", "ı", "İ", "ß", "٣", "²", "½", "١٤٠٤", "é", "e\u0301", "😀", "NaN", "1e309", "-0", "TBA",
)  # fmt: skip
_PLAIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789 -/.,;:()"
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_WHOLE_VIN = re.compile(r"(?<![A-Z0-9])(?=[A-Z]*\d)(?=\d*[A-Z])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")
FAR = 200_000  # characters of a text that is meant to hold the program up


def text(by: Random, most: int = 12) -> str:
    """A text of a few pieces, plain or hostile."""
    pieces = (by.choice(by.choice((PIECES, _PLAIN))) for _ in range(by.randint(0, most)))
    return "".join(pieces)


def encodable(made: str) -> str:
    """The same without what no file of text can hold."""
    return made.encode("utf-8", "replace").decode()


def far(by: Random) -> str:
    """A text that goes on and on: one piece or two again and again, with something else at its end."""
    unit = "".join(by.choice(by.choice((PIECES, _PLAIN))) for _ in range(by.randint(1, 3)))
    return (unit * (FAR // len(unit)))[: by.choice((2_000, 20_000, FAR))] + by.choice(("", "!", "1", text(by)))  # fmt: skip


def slipped(made: str, by: Random, times: int = 1) -> str:
    """The text with a character changed, lost, doubled or exchanged."""
    for _ in range(times):
        made = by.choice(list(slips(made))) if made else text(by, 2)
    return made


def wide(made: str) -> str:
    """In full width, as Chinese input methods write it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in made)


@cache
def _electric_starts() -> list[str]:
    return electric_starts()


@cache
def _is_controlled(start: str) -> bool:
    return screen(vin(start, 1), ON).verdict is Verdict.CONTROLLED


def vin(start: str, serial: int) -> str:
    """A VIN with a right check digit."""
    whole = f"{start[:8]}0{start[8:]}{serial:06}"
    return whole[:8] + calc_check_digit(whole) + whole[9:]


def electric(by: Random) -> str:
    """The VIN of a controlled car."""
    while not _is_controlled(start := by.choice(_electric_starts())):
        pass
    return vin(start, by.randrange(10**6))


def other(by: Random) -> str:
    """The VIN of a car that is no electric one, or that nothing is known of."""
    return checked_vin(
        by.choice(("LS5A2ASE", "LGXC74C4", "LSVNV218", "1HGCM826", "LVBZZZZZ")),
        by.choice(("PJ", "E2", "S0")),
        by.randrange(10**6),
    )


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    columns = ("field", "word", "value", "beside", "language", "source")
    for field, word, *_ in read_rows("declared.words.csv", columns):
        words.setdefault(field, []).append(word)
    return words


_SEEN = {
    "hs_code": ("8703801090", "8703801010", "8703234190", "8702402000", "8703.60.2300"),
    "un_no": ("3556", "UN3171", "3166"),
    "seats": ("5", "30", "five"),
    "make": ("BYD", "特斯拉", "Tesla"),
    "model": ("Model 3", "宋PLUS", "Dolphin", "PHEV/EV"),
    "type_code": ("BYD7005BEV1", "BYD7150WTHEV5"),
    "displacement": ("0", "1498", "1.5T", "-"),
    "battery_capacity": ("60.48", "18.3 kWh"),
    "unit_price": ("1,900", "USD 2000", "2.1万", "45800"),
    "chassis_no": ("LC000001", "LRW3E7FA1LC000001", "12"),
    "container_no": ("CSQU3054383", "CSQU3054384"),
    "vessel_imo": ("IMO 9319466", "9319467"),
    "exporter_code": ("91110000600037341L", "9111000060003734IL"),
    **dict.fromkeys(
        (*DATES, "registration_date"),
        ("2025-12-31", "2026-03-01", "01/02/2026", "2019-05-01", "46082", "2569-03-01", "2025-12-28~01-03"),
    ),
}  # fmt: skip


def cell(field: str, by: Random) -> str:
    """A cell of a declared field: a word of it, perhaps with a slip, or anything."""
    known = [*_words().get(field, ()), *_SEEN.get(field, ())]
    chosen = by.choice(known) if known and by.random() < 0.85 else text(by, 4)
    chosen = slipped(chosen, by) if by.random() < 0.2 else chosen
    return wide(chosen) if by.random() < 0.05 else chosen


def table(path: Path, rows: Iterable[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:  # fmt: skip
    """A file of text with these rows."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    path.write_bytes(file.getvalue().encode(encoding, "replace"))
    return path


# --- What is held against outputs ----------------------------------------------------------


def must(holds: object, what: str) -> None:
    """Raise an AssertionError, with optimisation too, if something does not hold.

    Raises:
        AssertionError: it does not.
    """
    if not holds:
        raise AssertionError(what)


def harmless(printed: str) -> None:
    """What is printed holds no escape, control or direction mark."""
    raw = {c for c in set(printed) - {"\n"} if unicodedata.category(c) in _HIDDEN}
    at = min(map(printed.index, raw), default=0)
    must(not raw, f"raw on the terminal: {printed[max(0, at - 60) : at + 9]!a}")


def sentence(error: Exception, *, place: str = "", step: bool = True) -> str:
    """A refusal is one harmless line with its place and what to do, and without a whole VIN."""
    said = str(error)
    harmless(said)
    must("\n" not in said and len(said) > 10, f"no sentence: {said!r}")
    must(len(said) < 4_000, f"a sentence of {len(said)} characters: {said[:80]!r}")
    must(place in said, f"does not say where: {said!r}")
    must(not step or getattr(error, "next_step", "x"), f"does not say what to do: {said!r}")
    must(not _WHOLE_VIN.search(said), f"a whole VIN in a refusal: {said!r}")
    return "refused"
