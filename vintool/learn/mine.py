"""Rows -> rules: what was seen behind starts of VINs, and how far that reaches.

Three kinds of rule are made, each a pattern over positions 4-8, 10 and 11 of one WMI:

*seen*. A start (positions 1-8) seen on one side only, pure electric or not, by enough vehicles. Starts
that differ at one position are written as one rule with a class such as ``[ABC]``, which holds the
characters that were seen and no others. A start seen on both sides is split by position 10, by 11
or by both, the fewest that separate, if one of them does and both sides have enough vehicles. If none
does it is a conflict: both sides are written, so that it answers null with both shown.

*reaching*. Where a WMI has both sides, the smallest sets of positions whose characters separate them are
looked for; if several are as small, all their positions count. Starts that are alike there make a rule
that also reaches to starts not seen, but never to a character that was not seen at its position. Its
grade is C. It takes two starts, and the bound: of these starts alone, or, on each side of the WMI,
of all starts that are alike with another one there and so could have contradicted it.

*whole WMI*. Only where the user allows it, where one side alone was seen, over many starts.

The bound is Wilson's lower bound at 95 % of the share of vehicles, or of starts for rules that
reach to starts not seen, that are on the rule's side: 16 of 16 give 0.806, which is why 0.8 is the
default. A rule of grade A or B reaches it by its vehicles; thinner ones are of grade C.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vintool.codes import Grade, Powertrain
from vintool.learn.sources import BEV, POWERTRAINS, Rows
from vintool.registry.patterns import ANY
from vintool.vin.positions import UNKNOWN_CHARACTER

#: What the bound of a whole WMI must reach: 73 starts of 73.
WHOLE_WMI = 0.95
_Z = 1.959964  # the quantile of the normal distribution that leaves 2.5 % above

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Pattern = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What it takes to make a rule.

    Attributes:
        support: vehicles behind each start, at least.
        confidence: the bound that rules of grade A and B and rules that reach to starts not seen must have.
        tolerate: vehicles of the other side that a start may have and still be settled, if the bound holds.
        whole_wmi: whether a rule may speak for a whole WMI.
        register: whether the list is an official register (grade A).
    """

    support: int = 3
    confidence: float = 0.8
    tolerate: int = 0
    whole_wmi: bool = False
    register: bool = False


class Learned(NamedTuple):
    """A rule. ``vds`` has the characters allowed at positions 4-8; empty codes allow any."""

    wmi: str
    vds: Pattern
    years: str
    plants: str
    powertrain: Powertrain
    vehicles: int
    sources: int
    grade: Grade
    note: str


class Conflict(NamedTuple):
    """A start seen on both sides that no position separates: vehicles by powertrain."""

    start: str
    vehicles: dict[Powertrain, int]


class Mined(NamedTuple):
    """All that was found; ``starts`` counts them by what became of them."""

    rules: tuple[Learned, ...]
    conflicts: tuple[Conflict, ...]
    starts: dict[str, int]


def wilson(right: Any, of: Any) -> Any:
    """Wilson's lower bound at 95 % of a share; of numbers or of arrays of them.

    >>> round(float(wilson(16, 16)), 3), round(float(wilson(3, 3)), 3), round(float(wilson(99, 100)), 3)
    (0.806, 0.439, 0.946)
    """
    share, square = right / of, _Z * _Z
    spread = np.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (share + square / (2 * of) - _Z * spread) / (1 + square / of)


def reaching(rows: Rows, wanted: Wanted) -> tuple[Learned, ...]:
    """The rules that reach to starts not seen, alone: no other rule tells anything of those."""
    return tuple(_reaching_rules(_Seen(rows, wanted))) if len(rows.start) else ()


def mine(rows: Rows, wanted: Wanted | None = None) -> Mined:
    """Make rules of rows; the same for the same rows in any order.

    A million rows with 20,000 starts take 0.6 s on one core.

    Args:
        rows: as ``read_list`` gives them.
        wanted: what it takes to make a rule.
    """
    wanted = wanted or Wanted()
    if not len(rows.start):
        return Mined((), (), {})
    seen = _Seen(rows, wanted)
    rules = [*_merged(_settled_rules(seen)), *_reaching_rules(seen)]
    conflicts: list[Conflict] = []
    split = 0
    for number in np.flatnonzero(~seen.settled).tolist():
        parts = _split(seen, number)
        split += bool(parts)
        rules += parts or _both_sides(seen, number)
        if not parts:
            conflicts.append(Conflict(seen.text(number), seen.by_powertrain(number)))
    thin = int((seen.settled & (seen.vehicles < wanted.support)).sum())
    return Mined(
        tuple(sorted(rules, key=lambda rule: (rule.wmi, _written(rule), rule.powertrain))),
        tuple(conflicts),
        {
            "starts": len(seen.starts),
            "settled": int(seen.settled.sum()) - thin,
            "thin": thin,
            "split": split,
            "conflicts": len(conflicts),
        },
    )


def _written(rule: Learned) -> tuple[str, str, str]:
    return vds_text(rule.vds), rule.years, rule.plants


def vds_text(vds: Sequence[str]) -> str:
    """Positions 4-8 as a rule writes them.

    >>> vds_text(("3", "EF", "7", "*", "A"))
    '3[EF]7*A'
    """
    return "".join(signs if len(signs) == 1 else f"[{signs}]" for signs in vds)


class _Seen:
    """The distinct starts of rows, sorted, and what was seen of each."""

    def __init__(self, rows: Rows, wanted: Wanted) -> None:
        self.wanted = wanted
        self._rows = rows
        self.starts, self._inverse = np.unique(rows.start, return_inverse=True)
        kinds = len(POWERTRAINS)
        self.counts = np.bincount(
            self._inverse * kinds + rows.powertrain, minlength=len(self.starts) * kinds
        ).reshape(-1, kinds)
        self.electric = self.counts[:, BEV]
        self.vehicles = self.counts.sum(axis=1)
        self.side = 2 * self.electric > self.vehicles  # whether most are pure electric
        against = np.minimum(self.electric, self.vehicles - self.electric)
        self.against = against
        self.bound: Shares = wilson(self.vehicles - against, self.vehicles)
        tolerated = (against <= wanted.tolerate) & (self.bound >= wanted.confidence)
        self.settled = (against == 0) | (tolerated & (2 * against != self.vehicles))
        self.characters = self.starts.astype(">u8").view(np.uint8).reshape(-1, 8)
        self.sources = self._sources()
        self._tails: dict[int, list[tuple[str, int, int]]] | None = None

    def text(self, number: int) -> str:
        """A start as text."""
        return int(self.starts[number]).to_bytes(8).decode()

    def by_powertrain(self, number: int) -> dict[Powertrain, int]:
        """The vehicles of a start."""
        counts = self.counts[number].tolist()
        return {kind: count for kind, count in zip(POWERTRAINS, counts, strict=True) if count}

    def _sources(self) -> Numbers:
        """For each start, how many sources have its side; 1 where no source is named."""
        rows = self._rows
        on_side = (rows.powertrain == BEV) == self.side[self._inverse]
        size = int(rows.source.max()) + 1
        pairs = np.unique(self._inverse[on_side] * size + rows.source[on_side])
        return np.bincount(pairs // size, minlength=len(self.starts))

    def tails(self, number: int) -> list[tuple[str, int, int]]:
        """Of a start that is not settled: positions 10 and 11, powertrain, vehicles."""
        if self._tails is None:
            kinds, mixed = len(POWERTRAINS), ~self.settled[self._inverse]
            keys = (
                self._inverse[mixed] * 65536 + self._rows.tail[mixed]
            ) * kinds + self._rows.powertrain[mixed]
            self._tails = defaultdict(list)
            for key, count in zip(
                *map(np.ndarray.tolist, np.unique(keys, return_counts=True)), strict=True
            ):
                rest, kind = divmod(key, kinds)
                start, tail = divmod(rest, 65536)
                self._tails[start].append((tail.to_bytes(2).decode(), kind, count))
        return self._tails[number]


def _label(counts: Sequence[int], *, electric: bool) -> Powertrain:
    """One powertrain for vehicles of one side; not BEV without more where they differ."""
    if electric:
        return Powertrain.BEV
    kinds = [kind for kind, count in enumerate(counts) if count and kind != BEV]
    return POWERTRAINS[kinds[0]] if len(kinds) == 1 else Powertrain.NOT_BEV


def _grade(wanted: Wanted, bound: float, sources: int) -> Grade:
    if bound < wanted.confidence:
        return Grade.C
    return Grade.A if wanted.register else Grade.B if sources > 1 else Grade.C


class _Settled(NamedTuple):
    """What starts must have in common to be written as one rule."""

    wmi: str
    powertrain: Powertrain
    grade: Grade
    contrary: bool


class _Weight(NamedTuple):
    vehicles: int
    sources: int
    starts: int
    bound: float
    against: int

    def plus(self, other: "_Weight") -> "_Weight":
        return _Weight(
            self.vehicles + other.vehicles,
            min(self.sources, other.sources),
            self.starts + other.starts,
            min(self.bound, other.bound),
            self.against + other.against,
        )


Groups = dict[_Settled, dict[Pattern, _Weight]]


def _settled_rules(seen: _Seen) -> Groups:
    """Every settled start that has enough vehicles."""
    groups: Groups = defaultdict(dict)
    kept = np.flatnonzero(seen.settled & (seen.vehicles >= seen.wanted.support))
    columns = (
        seen.side[kept],
        seen.vehicles[kept],
        seen.sources[kept],
        seen.bound[kept],
        seen.against[kept],
        seen.counts[kept],
    )
    lists = [column.tolist() for column in columns]
    for number, side, vehicles, sources, bound, against, counts in zip(
        kept.tolist(), *lists, strict=True
    ):
        text = seen.text(number)
        key = _Settled(
            text[:3],
            _label(counts, electric=side),
            _grade(seen.wanted, bound, sources),
            against > 0,
        )
        vds = (text[3], text[4], text[5], text[6], text[7])
        groups[key][vds] = _Weight(vehicles, sources, 1, bound, against)
    return groups


def _merged(groups: Groups) -> Iterator[Learned]:
    """Starts that differ at one position as one rule: the same starts, fewer lines."""
    for key, patterns in groups.items():
        for at in (4, 3, 2, 1, 0):
            alike: dict[tuple[str, ...], list[tuple[str, _Weight]]] = defaultdict(list)
            for vds, weight in patterns.items():
                alike[vds[:at] + vds[at + 1 :]].append((vds[at], weight))
            patterns = {}  # noqa: PLW2901 - each pass starts from what the last one left
            for rest, found in alike.items():
                signs = "".join(sorted("".join(sign for sign, _ in found)))
                weight = found[0][1]
                for _, other in found[1:]:
                    weight = weight.plus(other)
                patterns[(*rest[:at], signs, *rest[at:])] = weight  # type: ignore[index]
        for vds, weight in patterns.items():
            several = " of each" if weight.starts > 1 else ""
            against = f", {weight.against} vehicle(s) against" if weight.against else ""
            yield Learned(
                key.wmi,
                vds,
                "",
                "",
                key.powertrain,
                weight.vehicles,
                weight.sources,
                key.grade,
                f"{weight.starts} start(s) seen{against}; lower bound (Wilson, 95 %){several} {_shown(weight.bound)}",
            )


def _shown(bound: float) -> str:
    """A bound, rounded down."""
    return f"{int(bound * 1000) / 1000:.3f}"


def _reaching_rules(seen: _Seen) -> Iterator[Learned]:
    """Rules over the positions that separate a WMI, and over whole WMIs."""
    wmis = seen.starts >> np.uint64(40)
    edges = np.flatnonzero(np.diff(wmis)) + 1
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(wmis)], strict=True):
        own = slice(first, last)
        settled, sides = seen.settled[own], seen.side[own]
        if sides[settled].any() and not sides[settled].all():
            yield from _separated(seen, own)
        elif seen.wanted.whole_wmi and settled.all():
            count = last - first
            bound = float(wilson(count, count))
            vehicles = int(seen.vehicles[own].sum())
            if bound >= max(WHOLE_WMI, seen.wanted.confidence):
                yield _wide(seen, np.arange(first, last), (ANY,) * 5, vehicles, bound)


def _separated(seen: _Seen, own: slice) -> Iterator[Learned]:
    """The rules of a WMI that has both sides."""
    characters = seen.characters[own, 3:]
    settled, sides = seen.settled[own], seen.side[own]
    positions = _smallest(characters[settled], sides[settled])
    if not 0 < len(positions) < 5:
        return
    by_sign: dict[bytes, list[int]] = defaultdict(list)
    for number, sign in enumerate(np.ascontiguousarray(characters[:, positions])):
        by_sign[sign.tobytes()].append(number + own.start)
    cells = [np.array(cell) for cell in by_sign.values() if len(cell) > 1]
    cells = [cell for cell in cells if seen.settled[cell].all()]
    alike = [sum(len(cell) for cell in cells if seen.side[cell[0]] == side) for side in (0, 1)]
    both = min(float(wilson(count, count)) if count else 0.0 for count in alike)
    for cell in cells:
        vehicles = int(seen.vehicles[cell].sum())
        bound = max(both, float(wilson(len(cell), len(cell))))
        if bound >= seen.wanted.confidence and vehicles >= seen.wanted.support:
            columns = seen.characters[cell, 3:].T
            classes = ["".join(map(chr, np.unique(column))) for column in columns]
            yield _wide(seen, cell, tuple(classes), vehicles, bound, positions)  # type: ignore[arg-type]


def _wide(  # noqa: PLR0913, PLR0917 - the parts of a rule
    seen: _Seen,
    at: Numbers,
    vds: Pattern,
    vehicles: int,
    bound: float,
    positions: Sequence[int] = (),
) -> Learned:
    side = bool(seen.side[at[0]])
    by = ", ".join(str(position + 4) for position in positions)
    how = f"told by position(s) {by}, reaches to starts not seen" if by else "one side alone seen"
    return Learned(
        seen.text(int(at[0]))[:3],
        vds,
        "",
        "",
        _label(seen.counts[at].sum(axis=0).tolist(), electric=side),
        vehicles,
        int(seen.sources[at].min()),
        Grade.C,
        f"{len(at)} start(s) seen, {how}; lower bound (Wilson, 95 %) by starts {_shown(bound)}",
    )


def _smallest(characters: npt.NDArray[np.uint8], sides: npt.NDArray[np.bool_]) -> list[int]:
    """The positions, from 0, of the smallest sets that separate the sides; all sets of that size count."""
    wide = characters.astype(np.int64)
    for size in range(1, 5):
        found = set[int]()
        for chosen in combinations(range(5), size):
            key = np.zeros(len(wide), dtype=np.int64)
            for at in chosen:
                key = key * 256 + wide[:, at]
            if not np.isin(key[sides], key[~sides]).any():
                found.update(chosen)
        if found:
            return sorted(found)
    return []


def _split(seen: _Seen, number: int) -> list[Learned]:
    """The rules of a start whose sides position 10, or 11, or both tell apart; none if they do not."""
    text, tails = seen.text(number), seen.tails(number)
    for chosen in ((0,), (1,), (0, 1)):
        cells: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for tail, kind, count in tails:
            cells["".join(tail[at] for at in chosen)][kind] += count
        if any(UNKNOWN_CHARACTER in cell for cell in cells):
            continue
        if any(BEV in kinds and len(kinds) > 1 for kinds in cells.values()):
            continue
        rules = []
        for cell, kinds in sorted(cells.items()):
            if (vehicles := sum(kinds.values())) < seen.wanted.support:
                continue
            bound = float(wilson(vehicles, vehicles))
            year, plant = cell[0] if 0 in chosen else "", cell[-1] if 1 in chosen else ""
            counts = [kinds.get(kind, 0) for kind in range(len(POWERTRAINS))]
            told = " and ".join(("position 10", "position 11")[at] for at in chosen)
            rules.append(
                Learned(
                    text[:3],
                    (text[3], text[4], text[5], text[6], text[7]),
                    year,
                    plant,
                    _label(counts, electric=BEV in kinds),
                    vehicles,
                    1,
                    _grade(seen.wanted, bound, 1),
                    f"start seen on both sides, told apart by {told}; lower bound (Wilson, 95 %) {_shown(bound)}",
                )
            )
        # A side too thin for any rule is more likely a wrong label than a year or plant of its own.
        both = len({rule.powertrain is Powertrain.BEV for rule in rules}) == 2
        return rules if both else []
    return []


def _both_sides(seen: _Seen, number: int) -> list[Learned]:
    """A start that nothing settles: a rule for each side, so that it answers null with both shown."""
    text, counts = seen.text(number), seen.counts[number].tolist()
    electric = counts[BEV]
    return [
        Learned(
            text[:3],
            (text[3], text[4], text[5], text[6], text[7]),
            "",
            "",
            _label(counts, electric=side),
            vehicles,
            1,
            Grade.C,
            f"conflict: seen on both sides, BEV {electric}, not BEV {sum(counts) - electric}",
        )
        for side, vehicles in ((True, electric), (False, sum(counts) - electric))
    ]
