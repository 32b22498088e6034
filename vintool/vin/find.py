"""Text -> the VINs in it, with their places."""

from typing import NamedTuple

from vintool.vin.cleanup import fold, is_plain
from vintool.vin.scan import bare, vin_places
from vintool.vin.vin import Vin


class VinInText(NamedTuple):
    """A VIN in a text: ``text[start:end]`` is how it stands there."""

    vin: Vin
    start: int
    end: int


def find_vins(text: str) -> list[VinInText]:
    """The VINs in any text, in their order, with their places.

    Full width, small letters, invisible characters and letters that look like Latin ones are read as in a cell. What
    is not well formed is left out: a letter I, O or Q, a mask, a character too few. Whether a check digit fails is
    for ``vintool.check`` to say.

    Args:
        text: such as a mail, or the text of a page.

    Returns:
        Each VIN as often as it stands there, with the place of its first character and of that behind its last,
        counted from 0.

    >>> text = "one is LRW 3E7FAXLC-000000 and blue, the other *lrw3e7fa1lc000001*; order 12345678901234567"
    >>> [(one.vin, text[one.start:one.end]) for one in find_vins(text)]
    [('LRW3E7FAXLC000000', 'LRW 3E7FAXLC-000000'), ('LRW3E7FA1LC000001', 'lrw3e7fa1lc000001')]
    """
    folded, places = text, list(range(len(text)))
    if not text.isascii():
        signs = [
            (sign, at)
            for at, raw in enumerate(text)
            for sign in (raw if raw.isascii() else fold(raw)[0])
        ]
        folded = "".join(sign for sign, _ in signs)
        places = [at for _, at in signs]
    return [
        VinInText(Vin.trusted(vin), places[start], places[end - 1] + 1)
        for start, end in vin_places(folded)
        if is_plain(vin := bare(folded[start:end]).upper())
    ]
