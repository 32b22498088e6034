"""VINs in a page that neither its tables nor its text show: in templates, attributes, scripts, comments. They are told, and not judged."""

import html
import re
from collections.abc import Iterable

from vintool.declaration.lexicon.remarks import speaks
from vintool.files.reading.tables import Block
from vintool.registry import wmi_is_known
from vintool.vin.cleanup import is_plain

_EMBEDDED = re.compile(r"data:[\w/+.;=-]{0,200},[A-Za-z0-9+/=%\s]{100,}")  # a picture
_VIN = re.compile(r"(?<![A-Za-z0-9])(?:[A-HJ-NPR-Z0-9]{17}|[a-hj-npr-z0-9]{17})(?![A-Za-z0-9])")
_HINT = re.compile(r"""\s(?:title|alt)\s*=\s*(["'])([^"'<>]{2,500})\1""", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")


def unshown(page: str, blocks: Iterable[Block]) -> list[tuple[str, str]]:
    """The parts of a page that were not read, if VINs of known makers stand in them alone, or they speak of electric cars.

    Args:
        page: its source.
        blocks: what of it was read.

    >>> unshown("<p data-vin='LRW3E7FA1LC000001'>see <p>LGXCE4CB5S0993908", ["see", "LGXCE4CB5S0993908"])[0][1]
    '1 VIN(s) stand in attributes, templates, scripts or comments of the page and in nothing that it shows: they were not judged; add them to the list'
    """
    return [*_speaking(page), *_vins(page, blocks)]


def _speaking(page: str) -> list[tuple[str, str]]:
    """The hints and names of pictures that speak of electric cars, which a page shows under a pointer or not at all."""
    hints = (html.unescape(one[2]) for one in _HINT.finditer(page))
    many = sum(bool(speaks(one)) for one in hints)
    if not many:
        return []
    why = f"{many:,} attribute(s) title or alt of the page speak of electric cars and were not read: look at them there"
    return [("what the page does not show", why)]


def _vins(page: str, blocks: Iterable[Block]) -> list[tuple[str, str]]:
    source = html.unescape(_EMBEDDED.sub(" ", page))
    found = {one.upper() for one in _VIN.findall(source)}
    vins = {one for one in found if is_plain(one) and not one.isalpha() and wmi_is_known(one[:3])}
    if not vins:
        return []
    lines = (line for one in blocks for line in ([one] if isinstance(one, str) else one.lines()))
    shown = _BETWEEN.sub("", " ".join(lines)).upper()
    many = sum(vin not in shown for vin in vins)
    if not many:
        return []
    return [
        (
            "what the page does not show",
            f"{many:,} VIN(s) stand in attributes, templates, scripts or comments of the page and in nothing that it shows: they were not judged; add them to the list",
        )
    ]
