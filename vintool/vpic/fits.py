"""Whether a start of a VIN is one that a maker has filed: cheaper than to decode it."""

import re

from vintool.registry.patterns import ANY
from vintool.registry.reference import by_vpic
from vintool.vpic.elements import MODEL
from vintool.vpic.faults import is_named
from vintool.vpic.model_years import candidates
from vintool.vpic.patterns import Link, links_in, pattern, patterns, read_positions
from vintool.vpic.register import registration

_TELLS_MODEL = re.compile(rf"\t{MODEL}(?:@\d+)?=").search


def start_fits(wmi: str, text: str, latest: int) -> bool:
    """Whether a model is filed for a VIN in some year of its position 10, and no position holds what none names.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, of which position 9 is not read.
        latest: the latest model year that there can be.

    >>> start_fits("1FB", "1FBNE3BL0CDB00013", 2027), start_fits("1FB", "1FBNE3BE1CDB00013", 2027)
    (True, False)
    """
    registered = registration(wmi)
    if registered is None:
        return False
    read = f"{text[:8]}0{text[9 : registered.reads_to]:0<8}"
    return _fits(wmi, read, latest)


@by_vpic(1 << 14)
def _fits(wmi: str, text: str, latest: int) -> bool:
    registered = registration(wmi)
    assert registered is not None  # noqa: S101 - as ``start_fits`` has asked
    characters = read_positions(text)
    return any(
        any(_tells_model(link, characters) for link in links_in(wmi, year))
        and is_named(patterns(wmi, year), characters, wmi)
        for year in candidates(text[9], text[6], registered, latest)[0]
    )


def _tells_model(link: Link, characters: str) -> bool:
    """Whether a pattern of a schema that tells a model fits; to read all its patterns would take longer."""
    for closed in _with_model(link):
        for at, allowed in closed:
            if characters[at] not in allowed:
                break
        else:
            return True
    return False


@by_vpic(1 << 10)
def _with_model(link: Link) -> tuple[tuple[tuple[int, str], ...], ...]:
    """The patterns of a schema that tell a model: the places that each does not leave open, and what they allow."""
    texts = {line.partition("\t")[0] for line in link.lines() if _TELLS_MODEL(line)}
    return tuple(
        tuple((at, allowed) for at, allowed in enumerate(pattern(text)) if allowed != ANY)
        for text in sorted(texts)
    )
