"""WMI and the other positions -> what vPIC tells: model year and attributes, by its own procedure.

The steps are those of vPIC's ``spVinDecode``: the model years that position 10 can mean
(``model_years``), one pass for each (``passes``), in a pass the patterns that fit, the engine's name,
the make of the model, conversions, vehicle specifications, defaults; and of several passes the one with
the fewest ``faults``. ``columns.decoding.passes`` takes the same steps over columns, where a pass a VIN
would be slow.

What is left out: VIN exceptions (they change a message alone), and the check digit, which vPIC asks
to tell one repair of a VIN from another.
"""

from collections.abc import Iterable
from typing import NamedTuple

from vintool.vin.positions import FIRST_MODEL_YEAR, UNKNOWN_CHARACTER
from vintool.vpic.faults import weight
from vintool.vpic.model_years import candidates
from vintool.vpic.passes import Pass, one_pass
from vintool.vpic.patterns import links_in, read_positions
from vintool.vpic.register import registration


class Decoding(NamedTuple):
    """The pass that fits best, and the others that position 10 allows."""

    best: Pass
    others: tuple[Pass, ...]
    conclusive: bool

    def unsure(self) -> "Decoding":
        """The same of a VIN that is not known to be made by these rules."""
        others = tuple(one.unsure() for one in self.others)
        return Decoding(self.best.unsure(), others, self.conclusive)


def decode(wmi: str, text: str, latest: int, known_year: int | None = None) -> Decoding | None:
    """What vPIC tells of a VIN.

    Args:
        wmi: positions 1-3, with 12-14 for a small maker.
        text: the VIN, of which position 9 is not read; ``*`` where a character is not known.
        latest: the latest model year that there can be.
        known_year: where it is known otherwise; taken if position 10 allows it.

    Returns:
        None if the WMI is not in vPIC, or no model year can be told.

    >>> decode("5YJ", "5YJ3E1EAXHF000316", 2027).best.value(28)
    'Model 3'
    """
    registered = registration(wmi)
    if registered is None:
        return None
    years, conclusive = candidates(text[9], text[6], registered, latest)
    if known_year in years:
        years, conclusive = (known_year,), True
    if text[9] == UNKNOWN_CHARACTER:
        years = tuple(year for year in range(FIRST_MODEL_YEAR, latest + 1) if links_in(wmi, year))
    if not years:
        return None
    passes = [one_pass(registered, text, year) for year in years]
    if len({weight(one.faults) for one in passes}) == len(passes):
        passes.sort(key=lambda one: weight(one.faults))  # the rest of the score cannot decide
    else:
        passes.sort(key=lambda one: one.score)
    if UNKNOWN_CHARACTER in read_positions(text):
        return _of_all(passes)
    return Decoding(passes[-1], tuple(reversed(passes[:-1])), conclusive)


def _of_all(passes: list[Pass]) -> Decoding:
    """What all years tell in which the known positions fit; of one alone if only one fits."""
    fitting = [one for one in passes if not one.wrong]
    passes = fitting or [one for one in passes if one.matched] or passes
    best = agreed(passes[-1], passes[:-1])
    return Decoding(best, tuple(reversed(passes[:-1])), conclusive=len(passes) == 1)


def agreed(best: Pass, others: Iterable[Pass]) -> Pass:
    """A pass, cut down to what the others tell too."""
    read = {
        element: items
        for element, items in best.attributes.items()
        if all(
            [item.value for item in one.attributes.get(element, ())]
            == [item.value for item in items]
            for one in others
        )
    }
    return Pass(best.year, read, best.faults, sure=best.sure, contested=best.contested)
