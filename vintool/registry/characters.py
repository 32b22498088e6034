"""Chinese characters: the simplified form of a traditional one, as one name is written in both."""

from functools import cache

from vintool.registry.rows import read_rows

COLUMNS = ("traditional", "simplified", "source")


@cache
def _simplified() -> dict[int, str]:
    rows = read_rows("characters.csv", COLUMNS)
    return {ord(traditional): simple for traditional, simple, _ in rows}


def simplified(text: str) -> str:
    """A text in simplified characters; for comparing, as what two words are in the other script may be one in this.

    >>> simplified("比亞迪汽車工業有限公司"), simplified("BYD")
    ('比亚迪汽车工业有限公司', 'BYD')
    """
    return text if text.isascii() else text.translate(_simplified())
