"""Attacks on single values: dates, cells of VINs, texts on their way out."""

import json
import shlex
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
from support import ON
from support.hostile import runs, runs_beside_others

import vintool
from benchmarks.fuzz.ingredients import (
    FAR,
    electric,
    far,
    harmless,
    must,
    other,
    slipped,
    text,
    wide,
)
from benchmarks.fuzz.rows import equals_scalar
from vintool import escaping
from vintool.declaration.days import read_days
from vintool.screening.dates import PLAUSIBLE_YEARS
from vintool.vin import calc_check_digit, compact
from vintool.vin.errors import InvalidVin

IN_FORCE = date(2026, 1, 1)
_FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%y/%m/%d", "%d %b %Y", "%d-%b-%y",
    "%B %d, %Y", "%b. %d %Y", "%A, %d %B %Y", "%Y年%m月%d日", "%Y 年 %m 月 %d 号", "%Y-%b-%d", "%d. %B %Y", "%d de %B de %Y",
)  # fmt: skip
_HOURS = (" %H:%M", " %H:%M:%S", "T%H:%M:%S", "T%H:%M:%S.000", " %I:%M %p", ", %H:%M", " %H%M")
_ZONES = {
    "Z": 0, " UTC": 0, " GMT": 0, "+00": 0, "+00:00": 0, "+0000": 0, " +0100": 1, "-05:00": -5, " UTC+8": 8, " GMT-3": -3, "+14:00": 14, "-1200": -12,
    " EST": -5, " PST": -8, " JST": 9, " CET": 1, " 北京时间": 8,
    **dict.fromkeys((" Asia/Tokyo", " America/New_York", " Europe/London", "[Asia/Shanghai]", " Pacific/Honolulu"), None),
}  # fmt: skip
_ABRIDGED = ("%m-%d", "%d", "%b %d", "%d/%m", "%m.%d", "%m月%d日", "%B %d", "%d %b")
_BETWEEN = ("~", " ~ ", " to ", " - ", "-", "至", "到", "/", " / ", ";", ", ", "\n", " until ", " bis ", " => ", " revised to ", "改为", " (", " or ")  # fmt: skip


def _written(day: date, by: Random) -> tuple[str, date]:
    """A day as people write it, with an hour and a zone or without; and the day in China that it is."""
    moment = datetime.combine(day, datetime.min.time()) + timedelta(minutes=by.randrange(24 * 60))
    written = moment.strftime(by.choice(_FORMS))
    if by.random() < 0.6:
        return written, day
    written += moment.strftime(by.choice(_HOURS))
    if by.random() < 0.5:
        return written, day
    name, hours = by.choice(list(_ZONES.items()))
    zone = ZoneInfo(name.strip(" []")) if hours is None else None
    offset = moment.replace(tzinfo=zone).utcoffset() if zone else timedelta(hours=hours or 0)
    return written + name, (moment - (offset or timedelta()) + timedelta(hours=8)).date()


def _dated(by: Random) -> tuple[str, date | None]:
    """A cell, and the latest day that it speaks of; null where that lies in no year of this calendar."""
    day = date(2025, 10, 1) + timedelta(days=by.randrange(180))
    kind = by.random()
    if kind < 0.15:
        years, form = by.choice((543, -579, -621, 57, -5000 // 13, -1911)), by.choice(("-%m-%d", "/%m/%d", ".%m.%d", "年%m月%d日"))  # fmt: skip
        of_taiwan = (
            years == -1911 and "年" in form
        )  # three figures before that sign are no other year
        return f"{day.year + years}{day.strftime(form)}", day if of_taiwan else None
    written, truth = _written(day, by)
    if kind < 0.45:
        last = day + timedelta(days=by.randrange(1, 40))
        if by.random() < 0.5:
            second = last.strftime(by.choice(_ABRIDGED))
        else:
            second, last = _written(last, by)
        between = by.choice(_BETWEEN)
        if between == "-" and ":" in written and second.isdigit():
            between = " to "  # "18:10-11" tells a zone
        return written + between + second + by.choice(("", "", ")")), max(truth, last)
    if kind < 0.55:
        return by.choice(("预计", "ETD ", "", "'", "*")) + written + by.choice((" (planned)", "?", " est.", " 前", "+", " 1", "-")), truth  # fmt: skip
    return (wide(written) if kind < 0.6 else written), truth


def dates(by: Random, _folder: Path) -> str:
    """No cell is read as a day before the last that it speaks of, and no row that was declared later is cleared."""
    if by.random() < 0.005:
        read_days(far(by))
        return "far"
    (cell, truth), (beside, export) = _dated(by), _dated(by)
    days = read_days(cell)
    if by.random() < 0.3 and (other_days := read_days(slipped(cell, by))):
        must(other_days.earliest <= other_days.latest, f"{cell!r} ends before it begins")
    if days is not None:
        must(days.earliest <= days.latest, f"{cell!r} ends before it begins")
        if truth is None:
            must(days.latest.year not in PLAUSIBLE_YEARS, f"{cell!r} is read as {days.latest}")
        else:
            must(days.latest >= truth, f"{cell!r} is read as {days.latest}, and is {truth}")
    late = any(day is None or day >= IN_FORCE for day in (truth, export))
    row = {"declaration_date": cell, "export_date": beside}
    alone = {"declaration_date": cell}
    car = electric(by)
    must(vintool.screen(car, None, alone).verdict != "out_of_scope", f"cleared by {cell!r} alone")
    if late and truth != export:
        must(vintool.screen(car, None, row).verdict != "out_of_scope", f"cleared by {row}")
    if by.random() < 0.1:
        _among_others(cell, truth, by)
    return "unread" if days is None else "read"


def _among_others(cell: str, truth: date | None, by: Random) -> None:
    """A cell among those of other rows, all of 2026, clears nothing."""
    if truth is not None and truth < IN_FORCE:
        return
    form = by.choice(_FORMS)
    days = [(IN_FORCE + timedelta(days=by.randrange(80))).strftime(form) for _ in range(7)] + [cell]
    cars = list({electric(by): None for _ in range(20)})[:8]
    found = vintool.screen_table(pa.table({"VIN": cars, "Declaration date": days}))
    must("out_of_scope" not in found["vin_verdict"].to_pylist(), f"cleared among others: {days}")


# --- Cells of VINs -------------------------------------------------------------------------

_LABELS = ("VIN: ", "vin no. ", "车架号：", "Chassis No: ", "FIN=", "1) ", "No. 1 ", "old ", "*", "'", "(", "\ufeff")  # fmt: skip
_LIKE = str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ")


def _spelled(car: str, by: Random) -> str:
    """A VIN as people write it; it stays the same VIN."""
    made = car
    for _ in range(by.randint(0, 2)):
        at, sign = by.randrange(1, 17), by.choice(" -\u00a0\u200b\u202e\u3000.")
        ways = (made.lower(), wide(made), made.translate(_LIKE), made[:at] + sign + made[at:], " ".join(made), f"*{made}*", f"{made[:8]}-{made[8:]}")  # fmt: skip
        made = by.choice(ways)
    return made


def vins(by: Random, _folder: Path) -> str:
    """A cell in which the VIN of a controlled car stands whole is not cleared; columns equal the scalar path."""
    if by.random() < 0.01:
        cell = by.choice(("", electric(by), "VIN")) + far(by)
        vintool.check(cell)
        vintool.screen(cell, ON)
        return "far"
    cells = []
    for _ in range(6):
        car = electric(by)
        cell = _spelled(car, by)
        kind = by.random()
        if kind < 0.3:
            beside = other(by)
            beside = beside[: by.randint(8, 17)] if by.random() < 0.5 else slipped(beside, by)
            both = [cell, beside] if by.random() < 0.5 else [beside, cell]
            cell = by.choice((" ", "/", ", ", " / ", "\n", ";", " and ", "、", "+", "|")).join(both)
        elif kind < 0.5:
            cell = by.choice(_LABELS) + cell + by.choice(("", "", ")", " blue", ", white", " (new)", "."))  # fmt: skip
        elif kind < 0.6:
            cell = text(by, 4) + cell + text(by, 4)
        must(vintool.screen(cell, ON).verdict != "out_of_scope", f"cleared: {cell!r}")
        hostile = slipped(car, by, by.randint(1, 3)) if by.random() < 0.7 else text(by)
        cells += [cell, hostile]
    for cell in cells:
        _library(cell)
    equals_scalar([{"vin": cell} for cell in cells], ON)
    return "held"


def _library(cell: str) -> None:
    """The functions of the library raise what they say, and nothing else."""
    found = vintool.check(cell)
    harmless("".join(str(one.vin) for one in found.suggestions))
    try:
        car = vintool.Vin(cell)
    except InvalidVin as error:
        must(cell not in str(error) or len(cell) < 17, "a VIN in an error")
        return
    vehicle = vintool.decode(car)
    must(vehicle.vin == compact(cell), f"{cell!r} is decoded as {vehicle.vin}")
    must(len(calc_check_digit(car)) == 1, "no check digit")


# --- Texts on their way out ----------------------------------------------------------------


def outputs(by: Random, _folder: Path) -> str:
    """What is shown, quoted or written as a cell acts nowhere, and cells come back as they were."""
    made = far(by) if by.random() < 0.004 else text(by, 20)
    harmless(escaping.visible(made))
    must(escaping.visible(escaping.visible(made)) == escaping.visible(made), f"{made!r} twice")
    if len(made) < FAR // 10:  # the reader of the standard library takes quadratic time
        must(
            shlex.split(escaping.shell_word(made)) == [escaping.visible(made)],
            f"{made!r} in a shell",
        )
    written = escaping.plain_json(json.dumps(made, ensure_ascii=False))
    harmless(written)
    must(json.loads(written) == made, f"{made!r} in JSON")
    must(escaping.json_in(written, "ascii").isascii(), f"{made!r} in ASCII")
    harmless(escaping.plain_xml(made))
    for numbers, acts in ((True, runs_beside_others), (False, runs)):
        cell = escaping.spreadsheet_cell(made, numbers=numbers)
        must(not acts(cell), f"{made!r} runs as {cell!r}")
        must(escaping.spreadsheet_text(cell) == made, f"{made!r} comes back otherwise")
    return "held"
