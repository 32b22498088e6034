"""Rows of a labelled list for mining: the start of each VIN, its powertrain, its day and its source.

Whole VINs are read and forgotten: what is kept of a row is positions 1-8, 10 and 11.

One VIN is one vehicle, however often and by whomever it is listed. A row with less than a whole VIN counts as a
vehicle, as registers publish them, but tells nothing of its source: it may be any other row's vehicle.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Powertrain, Problem
from vintool.columns.engine.arrays import Characters, Mask, Places, Words
from vintool.columns.engine.categorical import Categorical, without_null
from vintool.columns.engine.encoder import Encoder
from vintool.columns.vins import check_digits
from vintool.declaration.days import read_date
from vintool.decoding.identity import market
from vintool.learn.labels import Labels
from vintool.vin import PartialVin
from vintool.vin.cleanup import read
from vintool.vin.errors import InvalidVin
from vintool.vin.positions import ALPHABET, CHECKED_MARKETS, UNKNOWN_CHARACTER

#: The powertrains by their numbers in ``Rows``; the first is pure electric.
POWERTRAINS = tuple(Powertrain)
BEV, NOT_BEV = map(POWERTRAINS.index, (Powertrain.BEV, Powertrain.NOT_BEV))

#: The share of its VINs that a source may have in common with others and still be independent of them.
SHARED_AT_MOST = 0.1

# Why a row is not used, beside the problems of its VIN.
NO_LABEL = "no_label"
UNKNOWN_LABEL = "unknown_label"
SMALL_MAKER = "small_maker"
NOT_A_MAKERS = "not_a_makers_vin"
REPEATED = "repeated"

_LENGTHS = (8, 9, 10, 11, 17)
_UNKNOWN = ord(UNKNOWN_CHARACTER)
_LEGAL = np.zeros(256, dtype=bool)
_LEGAL[[ord(character) for character in ALPHABET]] = True
_STAND_INS = tuple(np.frombuffer(text, np.uint8) for text in (b"12345678", b"ABCDEFGH"))
_YEAR = re.compile(r"((?:19|20)\d\d)(?:[-./]?(\d{1,2}))?(?:[-./]?00)?(?:\.0+)?")


class Rows(NamedTuple):
    """The rows that are used, as arrays of one length.

    ``start`` holds positions 1-8 as eight bytes, ``tail`` positions 10 and 11 as two, ``*`` for one
    that is not known; ``day`` is the ordinal of a date, 0 where none is known. ``witness`` is the source
    where it is independent of the others, else -1; None where each source is.
    """

    start: Words
    tail: Places
    powertrain: Places
    source: Places
    day: Places
    witness: Places | None = None

    def only(self, keep: Mask) -> "Rows":
        """Some of the rows."""
        witness = None if self.witness is None else self.witness[keep]
        start, tail, powertrain, source, day, _ = self
        return Rows(start[keep], tail[keep], powertrain[keep], source[keep], day[keep], witness)


@dataclass
class Reading:
    """What was read of a list, and what became of every row.

    Attributes:
        rows: those that are used.
        sources: the names behind ``rows.source``.
        total: how many rows the list has.
        unused: how many rows are not used, by reason.
        labels: how many rows have each label, and the powertrain it was read as.
        notes: sentences of the reader.
    """

    rows: Rows
    sources: tuple[str, ...]
    total: int = 0
    unused: Counter[str] = field(default_factory=Counter)
    labels: Counter[tuple[str, Powertrain | None]] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()


@cache
def day_of(text: str) -> int:
    """The ordinal of the day, month or year that a cell names; 0 if it names none.

    >>> day_of("2024") == day_of("2024-01") == day_of("20240101") == day_of("1/1/2024")
    True
    """
    if day := read_date(text):
        return day.toordinal()
    year = _YEAR.fullmatch(text.strip())
    month = int(year[2] or 1) if year else 0
    return date(int(year[1]), month if 1 <= month <= 12 else 1, 1).toordinal() if year else 0


class RowReader:
    """Collects the rows of batches.

    Args:
        labels: what a label means.
        without: WMIs whose VINs tell nothing.
    """

    def __init__(self, labels: Labels, without: frozenset[str]) -> None:
        self._labels = labels
        self._without = [int.from_bytes(wmi.encode()) for wmi in without]
        self._label_texts, self._days, self._sources = Encoder(), Encoder(), Encoder()
        self._powertrain_of: list[int] = []  # by the number of a label; -1: it means none
        self._parts: list[Rows] = []
        self._marks: list[Words] = []
        self._total = 0
        self._unused: Counter[str] = Counter()
        self._label_rows: Counter[int] = Counter()
        self._unclean: dict[str, tuple[str, str]] = {}
        self._checked: dict[int, bool] = {}

    def add(
        self,
        vins: pa.StringArray,
        labels: pa.StringArray,
        days: pa.StringArray | None,
        sources: pa.StringArray | None,
    ) -> None:
        """Take in one batch."""
        self._total += len(vins)
        powertrains = self._powertrains(labels)
        keep = powertrains >= 0
        characters, usable = self._characters(vins.filter(pa.array(keep)))
        keep[keep] = usable
        characters = np.ascontiguousarray(characters[usable])
        start = np.ascontiguousarray(characters[:, :8]).view(">u8").ravel().astype(np.uint64)
        tail = characters[:, 9].astype(np.int64) * 256 + characters[:, 10]
        day = source = np.zeros(len(start), dtype=np.int64)
        if days is not None:
            column = Categorical.of_texts(days.filter(pa.array(keep)), self._days)
            day = np.array([day_of(text) for text in column.values], dtype=np.int64)[column.codes]
        if sources is not None:
            column = Categorical.of_texts(sources.filter(pa.array(keep)), self._sources)
            source = column.codes.astype(np.int64)
        self._parts.append(Rows(start, tail, powertrains[keep], source, day))
        self._marks.append(_marks(characters))

    def _powertrains(self, labels: pa.StringArray) -> Places:
        """The number of the powertrain of every row, -1 where its label means none."""
        column = Categorical.of_texts(labels, self._label_texts)
        for text in column.values[len(self._powertrain_of) :]:
            powertrain = self._labels(text)
            number = -1 if powertrain is None else POWERTRAINS.index(powertrain)
            self._powertrain_of.append(number)
        counts = np.bincount(column.codes, minlength=len(column.values))
        for code in np.flatnonzero(counts).tolist():
            self._label_rows[code] += int(counts[code])
            if self._powertrain_of[code] < 0:
                blank = not column.values[code].strip()
                self._unused[NO_LABEL if blank else UNKNOWN_LABEL] += int(counts[code])
        return np.array(self._powertrain_of, dtype=np.int64)[column.codes]

    def _characters(self, texts: pa.StringArray) -> tuple[Characters, Mask]:
        """Seventeen characters a row, ``*`` for one not known, and which rows can be used."""
        texts = pc.utf8_upper(pc.utf8_trim_whitespace(without_null(texts)))
        characters = np.full((len(texts), 17), _UNKNOWN, dtype=np.uint8)
        clean = np.zeros(len(texts), dtype=bool)
        lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
        for length in _LENGTHS:
            at = np.flatnonzero(lengths == length)
            some = _fixed(texts.take(at), length)
            sound = _LEGAL[some].all(axis=1)
            characters[at[sound], :length] = some[sound]
            clean[at[sound]] = True
        self._read_unclean(texts, characters, np.flatnonzero(~clean))
        return characters, self._usable(characters)

    def _read_unclean(self, texts: pa.StringArray, characters: Characters, rows: Places) -> None:
        """Read the texts that are not clean as they stand, each distinct one once."""
        encoded = texts.take(rows).dictionary_encode()
        numbers = encoded.indices.to_numpy(zero_copy_only=False)
        counts = np.bincount(numbers, minlength=len(encoded.dictionary))
        table = np.zeros((len(encoded.dictionary), 17), dtype=np.uint8)
        distinct: list[Any] = encoded.dictionary.to_pylist()
        for number, text in enumerate(distinct):
            if text not in self._unclean:
                self._unclean[text] = _read_one(text)
            vin, problem = self._unclean[text]
            if problem:
                self._unused[problem] += int(counts[number])
            else:
                table[number] = np.frombuffer(vin.encode(), np.uint8)
        characters[rows] = table[numbers]

    def _usable(self, characters: Characters) -> Mask:
        """Which rows tell something; the others are counted. Rows of zeros are counted already."""
        usable = np.asarray(characters[:, 0] != 0)
        start = characters[:, :8]
        stand_in = (start == start[:, :1]).all(axis=1)
        for text in _STAND_INS:
            stand_in |= (start == text).all(axis=1)
        wmi = characters[:, :3].astype(np.int64) @ (1 << 16, 1 << 8, 1)
        failing = usable & _is_whole(characters)
        failing[failing] = ~check_digits(characters[failing])
        failing[failing] = [self._is_checked(code) for code in wmi[failing].tolist()]
        for reason, rows in (
            (Problem.PLACEHOLDER.value, stand_in),
            (Problem.PARTIAL.value, (start == _UNKNOWN).any(axis=1)),
            (NOT_A_MAKERS, np.isin(wmi, self._without)),
            (SMALL_MAKER, characters[:, 2] == ord("9")),
            (Problem.CHECK_DIGIT.value, failing),
        ):
            self._count(reason, usable & rows)
            usable &= ~rows
        return usable

    def _is_checked(self, wmi: int) -> bool:
        """Whether the market of a WMI uses a check digit."""
        if wmi not in self._checked:
            code = wmi.to_bytes(3).decode()
            self._checked[wmi] = market(code, code) in CHECKED_MARKETS
        return self._checked[wmi]

    def _count(self, reason: str, rows: Mask) -> None:
        if count := int(rows.sum()):
            self._unused[reason] += count

    def reading(self, notes: tuple[str, ...]) -> Reading:
        """All that was read; a vehicle that is named again on the same side counts once, with what its labels have in common."""
        empty = np.zeros(0, dtype=np.int64)
        rows = Rows(empty.astype(np.uint64), empty, empty, empty, empty)
        if self._parts:
            names = ("start", "tail", "powertrain", "source", "day")
            parts = ([getattr(part, name) for part in self._parts] for name in names)
            rows = Rows(*map(np.concatenate, parts))
            marks = np.concatenate(self._marks)
            is_whole = marks != 0
            rows = rows._replace(witness=_witnesses(marks, rows.source))
            keep = ~is_whole
            vehicles = np.where(is_whole, _mixed(marks, (rows.powertrain == BEV) + 1), 0)
            _, first, same = np.unique(vehicles, return_index=True, return_inverse=True)
            differs = is_whole & (rows.powertrain != rows.powertrain[first][same])
            several = np.isin(same, same[differs])
            rows = rows._replace(powertrain=np.where(several, NOT_BEV, rows.powertrain))
            keep[first] = True
            self._count(REPEATED, ~keep)
            rows = rows.only(keep)
        texts = self._label_texts.values
        labels = Counter[tuple[str, Powertrain | None]]()
        for code, count in self._label_rows.items():
            number = self._powertrain_of[code]
            labels[texts[code], POWERTRAINS[number] if number >= 0 else None] = count
        sources = tuple(self._sources.values) or ("",)
        return Reading(rows, sources, self._total, self._unused, labels, notes)


def _fixed(texts: pa.StringArray, length: int) -> Characters:
    """Texts of so many bytes each as rows of bytes."""
    buffers: list[Any] = texts.buffers()
    data = buffers[2]
    if not len(texts) or data is None:
        return np.zeros((0, length), dtype=np.uint8)
    first = np.frombuffer(buffers[1], np.int32)[texts.offset]
    raw = np.frombuffer(data, np.uint8)[first : first + len(texts) * length]
    return raw.reshape(-1, length)


def _read_one(text: str) -> tuple[str, str]:
    """Seventeen characters of a text that is not clean, or why there are none."""
    reading = read(text)
    if reading.problem is None:
        return reading.text, ""
    try:
        return str(PartialVin(text)), ""
    except InvalidVin:
        return "", reading.problem.value


def _is_whole(characters: Characters) -> Mask:
    """Which rows have all seventeen characters."""
    return np.asarray((characters != _UNKNOWN).all(axis=1))


def _marks(characters: Characters) -> Words:
    """A 64-bit mark of each whole VIN; 0 where the VIN is not whole.

    Two vehicles of a million share one with a chance of one in thirty million.
    """
    mark = np.full(len(characters), 0xCBF29CE484222325, dtype=np.uint64)
    for column in characters.T:
        mark = _mixed(mark, column)
    return np.where(_is_whole(characters), mark | np.uint64(1), np.uint64(0))


def _mixed(mark: Words, numbers: Places | Characters) -> Words:
    mark = (mark ^ numbers.astype(np.uint64)) * np.uint64(0x100000001B3)
    return np.asarray(mark ^ mark >> np.uint64(29))


def _witnesses(marks: Words, source: Places) -> Places:
    """The source of each row; -1 for one whose VINs others list as well, and where no VIN shows that.

    Args:
        marks: of the VINs, 0 where they are not whole.
        source: of the rows.
    """
    rows = np.flatnonzero(marks)
    _, vehicle = np.unique(marks[rows], return_inverse=True)
    size = int(source.max(initial=0)) + 1
    pairs = np.unique(vehicle * size + source[rows])
    listed = np.bincount(pairs // size)  # by how many sources, each vehicle
    vehicles = np.bincount(pairs % size, minlength=size)
    shared = np.bincount((pairs % size)[listed[pairs // size] > 1], minlength=size)
    dependent = shared > SHARED_AT_MOST * vehicles
    return np.where((marks == 0) | dependent[source], -1, source)
