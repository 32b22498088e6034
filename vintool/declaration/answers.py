"""The columns of an answer, by their names: a list that was screened before has them beside its own."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

ANSWERS: Final = (
    *("vin_row", "vin_text", "vin", "vin_others", "vin_problems", "vin_check_digit", "vin_suggestion"),
    *("vin_wmi", "vin_manufacturer", "vin_brand", "vin_country", "vin_model_year", "vin_plant"),
    *("vin_model", "vin_built_in", "vin_powertrain", "vin_powertrain_basis", "vin_powertrain_grade"),
    *("vin_verdict", "vin_regime", "vin_reasons", "vin_evidence", "vin_other_regimes"),
)  # fmt: skip
"""The columns of an answer, in their order."""

VERDICT: Final = "vin_verdict"

_SEVERAL = 3  # names of answers, which no list of a user's has by chance
_AGAIN = re.compile(r"(?:vin_)+(?=vin$|vin_)")  # before a name that the user has, too


def plain_name(header: str) -> str:
    """The name of an answer without what parts it from a column of the user's.

    >>> plain_name("vin_vin_verdict"), plain_name("vin_vin"), plain_name("vin_verdict")
    ('vin_verdict', 'vin', 'vin_verdict')
    """
    return _AGAIN.sub("", header.strip())


def answer_columns(headers: Sequence[str]) -> frozenset[int]:
    """The positions of columns that are called as answers are, where a verdict and others are among them; else none.

    A single column of such a name is the user's own, and is read as any other. What the others say is no fact of the row, and is
    heard against clearing it alone: the column that it came from may be gone.

    >>> sorted(answer_columns(["Chassis", "vin", "vin_verdict", "vin_model"])), answer_columns(["VIN", "vin_model"])
    ([1, 2, 3], frozenset())
    """
    names = [plain_name(header) for header in headers]
    found = frozenset(at for at, name in enumerate(names) if name in ANSWERS)
    likely = VERDICT in names and len({names[at] for at in found}) >= _SEVERAL
    return found if likely else frozenset()


def verdict_columns(names: Sequence[str]) -> Iterator[tuple[int, int | None]]:
    """The positions of earlier verdicts, each with that of the regime which it is under, if there is one beside it.

    >>> [*verdict_columns(["VIN", "vin_verdict", "vin_vin_verdict", "vin_vin_regime"])]
    [(1, None), (2, 3)]
    """
    places = {header.strip(): at for at, header in reversed([*enumerate(names)])}
    for at, header in enumerate(names):
        if plain_name(header) == VERDICT:
            regime = header.strip().removesuffix(VERDICT) + "vin_regime"
            yield at, places.get(regime)
