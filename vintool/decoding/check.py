"""Text -> Check: what ``identity`` says of it, as a frozen pydantic model."""

from vintool.codes import Market
from vintool.decoding.model import Check
from vintool.decoding.records import check_fields
from vintool.registry.reference import by_call
from vintool.vpic.files import rests_on


@by_call
def check(text: str | None, market: Market | str | None = None) -> Check:
    """Whether a text is a well-formed VIN by the rules of its market, and what was meant if not.

    Sources: 49 CFR 565.15 (North America), GB 16735-2019 (China), ISO 3779:2009.

    Args:
        text: as people type it, or None, which is an empty one; it is cleaned, and every clean-up is among the problems. Positions
            in the sentences of problems and suggestions are counted from 1.
        market: ``us``, ``cn``, ``eu`` or ``iso``, where the WMI should not decide.

    Returns:
        A frozen ``Check``, whatever the text; its ``vin`` is null where none can be read.

    Raises:
        ValueError: there is no such market.

    >>> check("LRW3E7FA2LC000001").check_digit.value, check("WVWZZZ1KZ6W000001").check_digit.value
    ('fails', 'not_used')
    >>> check("LRW3E7FA1LCOOOOO1").suggestions[0].vin
    'LRW3E7FA1LC000001'
    """
    return Check(**(check_fields("" if text is None else str(text), market) | rests_on()))
