"""Rules that reach to starts not seen: over the positions that separate a WMI, and over whole WMIs.

Where a WMI has both sides, the smallest sets of positions whose characters separate them are
looked for; if several are as small, all their positions count. Starts that are alike there make a rule
that also reaches to starts not seen, but never to a character that was not seen at its position. Its
grade is C. It takes two starts, and the bound: of these starts alone, or, on each side of the WMI,
of all starts that are alike with another one there and so could have contradicted it.

A rule for a whole WMI is made only where the user allows it, where one side alone was seen, over
many starts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vintool.codes import Grade
from vintool.learn.rules import LearnedRule, Pattern, bound_text, powertrain_of, wilson
from vintool.learn.starts import Numbers, Starts
from vintool.registry.patterns import ANY

#: What the bound of a whole WMI must reach: 73 starts of 73.
WHOLE_WMI = 0.95


def reaching_rules(starts: Starts) -> Iterator[LearnedRule]:
    """The rules of every WMI that reach to starts not seen."""
    criteria = starts.criteria
    wmis = starts.starts >> np.uint64(40)
    edges = np.flatnonzero(np.diff(wmis)) + 1
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(wmis)], strict=True):
        wmi = slice(first, last)
        settled, sides = starts.settled[wmi], starts.side[wmi]
        if sides[settled].any() and not sides[settled].all():
            yield from _separated(starts, wmi)
        elif criteria.whole_wmi and settled.all():
            count = last - first
            bound = float(wilson(count, count))
            if bound >= max(WHOLE_WMI, criteria.confidence):
                yield _rule(starts, np.arange(first, last), (ANY,) * 5, bound)


def _separated(starts: Starts, wmi: slice) -> Iterator[LearnedRule]:
    """The rules of a WMI that has both sides."""
    criteria, characters = starts.criteria, starts.characters[wmi, 3:]
    settled, sides = starts.settled[wmi], starts.side[wmi]
    positions = _separating(characters[settled], sides[settled])
    if not 0 < len(positions) < 5:
        return
    by_signs: dict[bytes, list[int]] = defaultdict(list)
    for number, signs in enumerate(np.ascontiguousarray(characters[:, positions])):
        by_signs[signs.tobytes()].append(number + wmi.start)
    groups = [np.array(numbers) for numbers in by_signs.values() if len(numbers) > 1]
    groups = [group for group in groups if starts.settled[group].all()]
    alike = [sum(len(one) for one in groups if starts.side[one[0]] == side) for side in (0, 1)]
    both = min(float(wilson(count, count)) if count else 0.0 for count in alike)
    for group in groups:
        bound = max(both, float(wilson(len(group), len(group))))
        if bound >= criteria.confidence and starts.vehicles[group].sum() >= criteria.support:
            columns = starts.characters[group, 3:].T
            classes = ["".join(map(chr, np.unique(column))) for column in columns]
            yield _rule(starts, group, tuple(classes), bound, positions)  # type: ignore[arg-type]


def _rule(
    starts: Starts, group: Numbers, vds: Pattern, bound: float, positions: Sequence[int] = ()
) -> LearnedRule:
    """The rule of some starts, told apart from those of the other side by these positions, from 0."""
    by = ", ".join(str(position + 4) for position in positions)
    how = f"told by position(s) {by}, reaches to starts not seen" if by else "one side alone seen"
    counts = starts.counts[group].sum(axis=0).tolist()
    return LearnedRule(
        starts.text(int(group[0]))[:3],
        vds,
        "",
        "",
        powertrain_of(counts, electric=bool(starts.side[group[0]])),
        sum(counts),
        int(starts.sources[group].min()),
        Grade.C,
        f"{len(group)} start(s) seen, {how}; lower bound (Wilson, 95 %) by starts {bound_text(bound)}",
    )


def _separating(characters: npt.NDArray[np.uint8], sides: npt.NDArray[np.bool_]) -> list[int]:
    """The positions, from 0, of the smallest sets that separate the sides; all sets of that size count."""
    wide = characters.astype(np.int64)
    for size in range(1, 5):
        positions = set[int]()
        for chosen in combinations(range(5), size):
            key = np.zeros(len(wide), dtype=np.int64)
            for at in chosen:
                key = key * 256 + wide[:, at]
            if not np.isin(key[sides], key[~sides]).any():
                positions.update(chosen)
        if positions:
            return sorted(positions)
    return []
