"""How cells and numbers are displayed, on a terminal and on the page.

Both show cells that strangers wrote, so whatever could act or hide (terminal escapes, direction marks) is
made inert and visible.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from vintool.escaping import visible
from vintool.report.language import ENGLISH, Language

CELL: Final = 200  # characters of a cell that are displayed; exceptions.csv has them all


def cell(text: str, most: int = CELL) -> str:
    """The text as displayed: visible, and no longer than ``most`` and an ellipsis."""
    displayed = visible(text[: most + 1])
    return displayed if len(displayed) <= most else displayed[:most] + "…"


def share(rows: int, whole: int) -> str:
    """A percentage that rounds neither something to nothing nor nearly all to all.

    >>> share(160, 420), share(1, 1_000_000), share(999_999, 1_000_000), share(0, 0)
    ('38.1%', '<0.1%', '>99.9%', '–')
    """
    if not whole:
        return "–"
    if 0 < rows < whole * 0.001:
        return "<0.1%"
    return ">99.9%" if whole * 0.999 < rows < whole else f"{100 * rows / whole:.1f}%"


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Most rows first, then by name, so that the same counts always give the same page.

    >>> ranked({"b": 1, "a": 1, "c": 2})
    [('c', 2), ('a', 1), ('b', 1)]
    """
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def with_others(
    groups: Sequence[tuple[str, Mapping[str, int]]],
    whole: Mapping[str, int],
    most: int,
    language: Language = ENGLISH,
) -> list[tuple[str, dict[str, int]]]:
    """The first groups, and one line for all other rows: taken from the whole, so it adds up."""
    unknown = language.gettext("Brand not known")
    head = [
        (name or unknown, {key: counts.get(key, 0) for key in whole})
        for name, counts in groups[:most]
    ]
    rest = {key: max(0, n - sum(counts[key] for _, counts in head)) for key, n in whole.items()}
    if any(rest.values()):
        more = len(groups) - len(head)
        name = f"{more:,} other brands" if more > 1 else "Other or not known"
        head.append((language.translate(name), rest))
    return head


def first_of(items: Sequence[str], most: int, language: Language = ENGLISH) -> list[str]:
    """The first items, and how many more there are."""
    more = len(items) - most
    rest = [language.translate(f"and {more:,} more")] if more > 0 else []
    return [*(cell(item) for item in items[:most]), *rest]
