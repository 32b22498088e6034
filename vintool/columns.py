"""The same steps over Arrow columns: once per distinct key, then gather.

Arithmetic (alphabet, check digit) runs on whole columns. Everything else is a rule of a short key
that also serves a single VIN; ``Lifted`` asks it once for each distinct key of a run and keeps the
answers from batch to batch. Results equal the scalar path for every row.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool import declared as lexicon
from vintool import registry
from vintool.identity import Identity, identify, proposals, rule_problems
from vintool.law import DEFAULT_REGIME, Regime
from vintool.law import regime as load_regime
from vintool.model import Vehicle
from vintool.vehicle import Profile, decode, profile
from vintool.verdict import Decision, Facts, VinFacts, decide, unreadable_vin_facts, vin_facts
from vintool.vin import ALPHABET, CHARACTER_VALUES, CHECK_CHARACTERS, Vin, read, remainder
from vintool.words import CheckDigit, Market, Problem, Reason

Codes = npt.NDArray[np.int64]
Characters = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

BATCH_ROWS = 1 << 16
STATUSES = tuple(CheckDigit)
DESCRIPTOR = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13]  # positions 1-8, 10-14, from 0
_ZERO, _NINE = ord("0"), ord("9")

_VALUES = np.zeros(256, dtype=np.uint16)
_VALUES[[ord(character) for character in CHARACTER_VALUES]] = list(CHARACTER_VALUES.values())
_CHECKS = np.frombuffer(CHECK_CHARACTERS.encode(), dtype=np.uint8)
_LEGAL = np.zeros(256, dtype=bool)
_LEGAL[[ord(character) for character in ALPHABET]] = True


class Column:
    """Values, each once, and for every row the number of its value."""

    def __init__(self, values: list[Any], codes: Codes) -> None:
        self.values = values
        self.codes = codes

    @cached_property
    def dense(self) -> tuple[Codes, Codes]:
        """The numbers that occur in these rows, and for every row which of them it has."""
        return _dense(self.codes, len(self.values))

    def take(self, of: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
        """A column of what ``of`` says of each value, asked once a value."""
        used, where = self.dense
        return pa.array([of(self.values[code]) for code in used.tolist()], kind).take(pa.array(where))


def _dense(codes: Codes, size: int) -> tuple[Codes, Codes]:
    """``np.unique`` with its inverse; by marking instead of sorting where the range allows."""
    if size > max(4 * len(codes), BATCH_ROWS):
        used, where = np.unique(codes, return_inverse=True)
        return used, where
    present = np.zeros(size, dtype=bool)
    present[codes] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[codes]


class Lifted:
    """A rule of a short key, lifted to columns.

    The rule is asked once per distinct key of the whole run, not of a batch. Its answers must be
    hashable; equal answers share a number, which keeps the keys of the next rule few. Number 0 is
    kept for rows on which the rule is not asked (see ``on``).
    """

    def __init__(self, rule: Callable[..., Hashable]) -> None:
        self._rule = rule
        self._values: list[Any] = [None]
        self._codes: dict[Hashable, int] = {None: 0}
        self._known: dict[tuple[int, ...], int] = {}

    def __call__(self, *columns: Column) -> Column:
        """The rule's answer for every row."""
        where, size = columns[0].dense[1], len(columns[0].dense[0])
        for column in columns[1:]:
            used, own = column.dense
            distinct, where = _dense(where * len(used) + own, size * len(used))
            size = len(distinct)
        sample = np.empty(size, dtype=np.int64)
        sample[where] = np.arange(len(where))  # some row of each distinct key
        keys = zip(*(column.codes[sample].tolist() for column in columns), strict=True)
        codes = np.fromiter((self._answer(columns, key) for key in keys), dtype=np.int64, count=size)
        return Column(self._values, codes[where])

    def on(self, rows: Mask, *columns: Column) -> Column:
        """The answer for some rows, whose columns are given; None for the others."""
        asked = self(*columns)
        codes = np.zeros(len(rows), dtype=np.int64)
        codes[rows] = asked.codes
        return Column(self._values, codes)

    def _answer(self, columns: Sequence[Column], key: tuple[int, ...]) -> int:
        code = self._known.get(key)
        if code is None:
            answer = self._rule(*(column.values[number] for column, number in zip(columns, key, strict=True)))
            code = self._known[key] = self._codes.setdefault(answer, len(self._values))
            if code == len(self._values):
                self._values.append(answer)
        return code


class Texts:
    """The distinct texts of a column, numbered over a whole run."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._codes: dict[str, int] = {}

    def __call__(self, array: pa.Array) -> Column:
        """The texts of one batch; null counts as an empty text."""
        encoded = array.dictionary_encode() if not pa.types.is_dictionary(array.type) else array
        numbers = []
        for text in (*encoded.dictionary.to_pylist(), None):
            code = self._codes.setdefault(text or "", len(self._values))
            if code == len(self._values):
                self._values.append(text or "")
            numbers.append(code)
        own = pc.fill_null(encoded.indices, len(numbers) - 1).to_numpy(zero_copy_only=False)
        return Column(self._values, np.array(numbers, dtype=np.int64)[own])


def as_text(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Any column as plain strings: the door where types stop to matter."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        whole = pc.equal(array, pc.floor(array))
        small = pc.less(pc.abs(array), 1e15)
        if pc.all(pc.fill_null(pc.and_(whole, small), True)).as_py():  # noqa: FBT003 - pyarrow's signature
            array = array.cast(pa.int64())
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


class VinColumn(NamedTuple):
    """A column of texts, read. ``well_formed`` marks the rows that are VINs."""

    texts: pa.Array
    well_formed: Mask
    characters: Characters  # one row of 17 for each well-formed VIN
    identity: Column  # for every row the Identity of its text, None where it was clean as it stood

    @property
    def vin(self) -> pa.Array:
        """The clean VINs, null where there is none."""
        count = len(self.well_formed)
        starts = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(np.where(self.well_formed, 17, 0), out=starts[1:])
        valid = pa.array(self.well_formed).buffers()[1]
        return pa.StringArray.from_buffers(count, pa.py_buffer(starts), pa.py_buffer(self.characters), valid)


class Reader:
    """Texts -> VINs. What is clean goes through arithmetic; each other text is read once."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._identity = Lifted(identify)

    def __call__(self, texts: pa.Array) -> VinColumn:
        """Read one batch of texts."""
        clean, characters = _clean_rows(texts)
        identity = self._identity.on(~clean, self._texts(texts.filter(pa.array(~clean))))
        used, where = identity.dense
        cleaned = ["" if identity.values[code] is None else identity.values[code].vin or "" for code in used.tolist()]
        readable = np.array([bool(vin) for vin in cleaned], dtype=bool)[where]
        well_formed = clean | readable
        full = np.zeros((len(texts), 17), dtype=np.uint8)
        full[clean] = characters
        if readable.any():
            spelled = np.frombuffer("".join(vin.ljust(17) for vin in cleaned).encode(), dtype=np.uint8).reshape(-1, 17)
            full[readable] = spelled[where[readable]]
        return VinColumn(texts, well_formed, np.ascontiguousarray(full[well_formed]), identity)


def _clean_rows(texts: pa.Array) -> tuple[Mask, Characters]:
    """Which texts are well-formed VINs as they stand, and their characters.

    Agrees with ``vin.read`` giving the text back with no clean-up and no problem.
    """
    texts = pc.fill_null(texts, "")
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    clean = np.diff(offsets) == 17
    characters = raw[offsets[:-1][clean].astype(np.int64)[:, None] + np.arange(17)] if clean.any() else np.zeros((0, 17), dtype=np.uint8)
    legal = _LEGAL[characters].all(axis=1)
    repeated = (characters == characters[:, :1]).all(axis=1)
    # Stand-ins such as 12345678901234567 are told by the scalar reader: they start and end like this.
    for start in (b"1234567890", b"ABCDEFGHJK"):
        repeated |= (characters[:, :10] == np.frombuffer(start, dtype=np.uint8)).all(axis=1)
    keep = legal & ~repeated
    clean[clean] = keep
    return clean, characters[keep]


class Descriptors:
    """Characters of VINs -> their descriptors, numbered over a whole run; values are sample VINs."""

    def __init__(self) -> None:
        self._values: list[Vin] = []
        self._codes: dict[bytes, int] = {}

    def __call__(self, characters: Characters) -> Column:
        """The descriptor of every row, as a VIN that has it."""
        keys = characters[:, DESCRIPTOR]
        keys[characters[:, 2] != _NINE, 10:] = _ZERO
        width = len(DESCRIPTOR)
        packed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(keys), [None, pa.py_buffer(np.ascontiguousarray(keys))])
        encoded = packed.dictionary_encode()
        numbers = []
        for key in encoded.dictionary.to_pylist():
            code = self._codes.get(key)
            if code is None:
                code = self._codes[key] = len(self._values)
                text = key.decode("ascii")
                self._values.append(Vin(f"{text[:8]}0{text[8:]}000"))
            numbers.append(code)
        return Column(self._values, np.array(numbers, dtype=np.int64)[encoded.indices.to_numpy()])


def check_digits(characters: Characters) -> npt.NDArray[np.bool_]:
    """Whether position 9 holds, for rows of 17 characters; the market is not asked."""
    values = _VALUES[characters.T]
    return np.asarray(_CHECKS[remainder(list(values))] == characters[:, 8])


def _trailing_digits(characters: Characters) -> Codes:
    tail = characters[:, :11:-1]
    digits = (tail >= _ZERO) & (tail <= _NINE)
    return np.cumprod(digits, axis=1).sum(axis=1).astype(np.int64)


class VinKey(NamedTuple):
    """What a well-formed VIN says beside its serial, judged by its market's rules."""

    profile: Profile
    status: CheckDigit
    problems: tuple[Problem, ...]
    facts: VinFacts


def _vin_key(sample: Vin, holds: bool, digits: int) -> VinKey:  # noqa: FBT001 - a lifted rule takes values of columns
    told = profile(sample)
    used = told.market in {Market.US, Market.CN}
    status = (CheckDigit.HOLDS if holds else CheckDigit.FAILS) if used else CheckDigit.NOT_USED
    problems = rule_problems(
        told.market,
        wmi_known=registry.wmi_is_known(told.wmi),
        small_maker=sample.small_maker,
        model_year_code=sample.model_year_code,
        digits=digits,
        status=status,
    )
    return VinKey(told, status, problems, vin_facts(told, problems, status, sample.descriptor))


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one run: it keeps every answer that it has looked up, and the VINs seen.

    Args:
        mapping: field -> column name; ``vin`` is needed, the fields of ``declared.FIELDS`` and
            ``declaration_date`` or ``export_date`` are read where present.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime.
        joined: give lists as texts joined by ``;``, for formats without lists.
        seen: the VINs of earlier sheets of the same run.

    Raises:
        ValueError: no VIN column is mapped, or neither a date nor a date column is given.
    """

    def __init__(self, mapping: Mapping[str, str], on: date | None, regime: str = DEFAULT_REGIME, *, joined: bool = False, seen: "SeenVins | None" = None) -> None:
        if "vin" not in mapping:
            raise ValueError("mapping names no column for vin")
        self.rule: Regime = load_regime(regime)
        self._mapping = dict(mapping)
        self._joined = joined
        self.date_field = "" if on is not None else next((field for field in ("declaration_date", "export_date") if field in mapping), "")
        if on is None and not self.date_field:
            raise ValueError("give on=, or map declaration_date or export_date")
        self._on = on
        self._reader = Reader()
        self._descriptors = Descriptors()
        self._texts = {field: Texts() for field in (*lexicon.FIELDS, self.date_field)}
        self._meanings = {field: Lifted(partial(_meaning, field)) for field in lexicon.FIELDS}
        self._key = Lifted(_vin_key)
        self._facts = Lifted(_row_facts)
        self._problems = Lifted(_row_problems)
        self._declared = Lifted(lambda *meanings: tuple(meaning for meaning in meanings if meaning is not None))
        self._when = Lifted(self._read_when)
        self._decision = Lifted(self._decide)
        self._mendable = Lifted(lambda key: key is None or key.status is CheckDigit.FAILS)
        self._proposal = Lifted(lambda text: next((proposal.vin for proposal in proposals(identify(text))), None))
        self._reasons = Lifted(lambda decision, again: (*decision.reasons, *([Reason.DUPLICATE_VIN] if again else [])))
        self._odd_texts = Texts()
        self._seen = SeenVins() if seen is None else seen

    def _read_when(self, text: str) -> tuple[bool | None, int | None]:
        on = self._on or lexicon.read_date(text)
        return (None, None) if on is None else (self.rule.in_force(on), on.year)

    def _decide(self, facts: VinFacts, declared: tuple[lexicon.Meaning, ...], when: tuple[bool | None, int | None]) -> Decision:
        return decide(Facts(*when, declared, facts), self.rule)

    def __call__(self, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        vins = self._reader(as_text(batch.column(self._mapping["vin"])))
        holds = Column([False, True], check_digits(vins.characters).astype(np.int64))
        digits = Column(list(range(6)), _trailing_digits(vins.characters))
        keys = self._key.on(vins.well_formed, self._descriptors(vins.characters), holds, digits)
        declared = self._declared(*(self._meaning(batch, field) for field in lexicon.FIELDS))
        decisions = self._decision(self._facts(keys, vins.identity), declared, self._when(self._dates(batch)))
        again = Column([False, True], self._seen(vins.characters, vins.well_formed).astype(np.int64))
        added = self._columns(vins, keys, decisions, again)
        return pa.RecordBatch.from_arrays([pa.array(rows), *added.values()], names=["vin_row", *added])

    def _meaning(self, batch: pa.RecordBatch, field: str) -> Column:
        name = self._mapping.get(field)
        if name is None:
            return Column([None], np.zeros(batch.num_rows, dtype=np.int64))
        return self._meanings[field](self._texts[field](as_text(batch.column(name))))

    def _dates(self, batch: pa.RecordBatch) -> Column:
        if not self.date_field:
            return Column([""], np.zeros(batch.num_rows, dtype=np.int64))
        return self._texts[self.date_field](as_text(batch.column(self._mapping[self.date_field])))

    def _columns(self, vins: VinColumn, keys: Column, decisions: Column, again: Column) -> dict[str, pa.Array]:
        text = pa.string()
        many = text if self._joined else pa.list_(text)

        def told(of: Callable[[VinKey], Any], kind: pa.DataType = text) -> pa.Array:
            return keys.take(lambda key: None if key is None else of(key), kind)

        def decided(of: Callable[[Decision], Any], kind: pa.DataType = text) -> pa.Array:
            return decisions.take(of, kind)

        def listed(values: Iterable[object]) -> list[str] | str:
            texts = [str(value) for value in values]
            return ";".join(texts) if self._joined else texts

        return {
            "vin_text": vins.texts,
            "vin": vins.vin,
            "vin_problems": self._problems(keys, vins.identity).take(listed, many),
            "vin_check_digit": keys.take(lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value, text),
            "vin_suggestion": self._suggestions(vins, keys),
            "vin_wmi": told(lambda key: key.profile.wmi),
            "vin_manufacturer": told(lambda key: key.profile.maker and key.profile.maker.name),
            "vin_brand": told(lambda key: key.profile.brand and key.profile.brand.name),
            "vin_country": told(lambda key: key.profile.country_code),
            "vin_model_year": told(lambda key: key.profile.year.year, pa.int32()),
            "vin_plant": told(lambda key: key.profile.plant and key.profile.plant.place),
            "vin_model": pa.nulls(len(vins.texts), text),
            "vin_powertrain": decided(lambda decision: decision.powertrain),
            "vin_powertrain_basis": decided(lambda decision: decision.basis),
            "vin_powertrain_grade": decided(lambda decision: decision.grade),
            "vin_verdict": decided(lambda decision: decision.verdict.value),
            "vin_reasons": self._reasons(decisions, again).take(listed, many),
            "vin_evidence": decided(lambda decision: listed(decision.evidence), many),
            "vin_other_regimes": decided(lambda decision: listed(decision.other_regimes), many),
        }

    def _suggestions(self, vins: VinColumn, keys: Column) -> pa.Array:
        """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
        mendable = self._mendable(keys).take(bool, pa.bool_())
        texts = self._odd_texts(vins.texts.filter(mendable))
        found = self._proposal(texts).take(lambda vin: vin, pa.string())
        return pc.replace_with_mask(pa.nulls(len(mendable), pa.string()), mendable, found)


def beside(batch: pa.RecordBatch, answers: pa.RecordBatch) -> pa.RecordBatch:
    """The user's columns, untouched and first, then the answers.

    An answer whose name the user already has gets ``vin_`` before it once more: beside a column
    ``vin`` of the user stands ``vin_vin``.
    """
    names = list(batch.schema.names)
    for name in answers.schema.names:
        while name in names:
            name = f"vin_{name}"  # noqa: PLW2901
        names.append(name)
    return pa.RecordBatch.from_arrays([*batch.columns, *answers.columns], names=names)


def _meaning(field: str, text: str) -> lexicon.Meaning | None:
    return lexicon.meaning(field, text) if text else None


def _row_facts(key: VinKey | None, identity: Identity | None) -> VinFacts:
    if key is not None:
        return key.facts
    assert identity is not None  # noqa: S101 - a row is a VIN, or was read and found to be none
    return unreadable_vin_facts(identity)


def _row_problems(key: VinKey | None, identity: Identity | None) -> tuple[Problem, ...]:
    if key is None:
        return identity.problems if identity is not None else ()
    return (*key.problems, *(identity.reading.cleanup if identity is not None else ()))


class SeenVins:
    """Which VINs stood on an earlier row of the run: 8 bytes a distinct VIN.

    VINs are told apart by 64 mixed bits; that two different ones among ten million share them has
    a chance of about 1 in 400,000, and then a row is called a duplicate that is none.
    """

    def __init__(self) -> None:
        self._runs: list[npt.NDArray[np.uint64]] = []  # sorted, each longer than the next

    def __call__(self, characters: Characters, rows: Mask) -> Mask:
        """For every row, whether its VIN was seen before."""
        hashes = _hashes(characters)
        distinct, first, where = np.unique(hashes, return_index=True, return_inverse=True)
        old = np.zeros(len(distinct), dtype=bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, distinct), len(run) - 1)
            old |= run[at] == distinct
        fresh = distinct[~old]
        while self._runs and len(self._runs[-1]) <= len(fresh):
            fresh = np.sort(np.concatenate([self._runs.pop(), fresh]), kind="stable")
        if len(fresh):
            self._runs.append(fresh)
        again = np.zeros(len(rows), dtype=bool)
        again[rows] = old[where] | (np.arange(len(hashes)) != first[where])
        return again


def _hashes(characters: Characters) -> npt.NDArray[np.uint64]:
    padded = np.zeros((len(characters), 24), dtype=np.uint8)
    padded[:, :17] = characters
    words = padded.view(np.uint64)
    mixed = np.zeros(len(characters), dtype=np.uint64)
    for column in range(3):  # the finalizer of SplitMix64, word by word
        mixed = mixed + words[:, column] + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed


def screen_batches(
    reader: Iterable[pa.RecordBatch], on: date | None, mapping: Mapping[str, str], regime: str = DEFAULT_REGIME
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; memory does not grow with rows but for 8 bytes a distinct VIN.

    Args:
        reader: batches in the order of the rows.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, see ``Screener``.
        regime: code of the regime.

    Yields:
        The same rows in the same order, the answer added in columns prefixed ``vin_``.
    """
    screener, row = Screener(mapping, on, regime), 1
    for batch in reader:
        for start in range(0, batch.num_rows, BATCH_ROWS):
            part = batch.slice(start, BATCH_ROWS)
            yield beside(part, screener(part, np.arange(row, row + part.num_rows)))
            row += part.num_rows


def screen_table(data: Any, on: date | None = None, mapping: Mapping[str, str] | None = None, regime: str = DEFAULT_REGIME) -> pa.Table:
    """Screen anything that speaks Arrow: a table, a data frame, or one column of texts.

    Args:
        data: an object with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name; where not given, the header dictionary finds them.
        regime: code of the regime.

    Returns:
        The same rows in the same order, the answer added in columns prefixed ``vin_``.

    Raises:
        ValueError: no column, or more than one, could be meant.
    """
    table = _table(data)
    if mapping is None:
        mapping = {"vin": table.column_names[0]} if table.num_columns == 1 else map_names(table.column_names)
    batches = list(screen_batches(table.to_batches(), on, mapping, regime))
    if not batches:
        empty = pa.RecordBatch.from_arrays([pa.array([], field.type) for field in table.schema], schema=table.schema)
        batches = [beside(empty, Screener(mapping, on, regime)(empty, np.zeros(0, dtype=np.int64)))]
    return pa.Table.from_batches(batches)


def _table(data: Any) -> pa.Table:
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, (pa.Array, pa.ChunkedArray)):
        return pa.table({"vin": data})
    try:
        return pa.table(data)
    except (TypeError, ValueError):
        return pa.table({"vin": pa.chunked_array(data) if hasattr(data, "__arrow_c_stream__") else pa.array(data)})


def decode_table(data: Any, column: str | None = None, fields: Sequence[str] | None = None) -> pa.Table:
    """Decode a column of VINs.

    Args:
        data: as for ``screen_table``.
        column: the column of VINs; needed where the data has several and none is called ``vin``.
        fields: fields of ``Vehicle``, and ``powertrain_grade`` and ``powertrain_basis``; all if not
            given. Only these are computed.

    Returns:
        One column ``vin_<field>`` each, the same rows in the same order; null where the text is no
        VIN or the VIN does not tell.

    Raises:
        ValueError: an unknown field or column; nothing is read then.
    """
    wanted = list(fields) if fields is not None else list(TYPES)
    if unknown := [field for field in wanted if field not in TYPES]:
        raise ValueError(f"unknown field(s) {', '.join(unknown)}; known: {', '.join(TYPES)}")
    table = _table(data)
    name = column or (table.column_names[0] if table.num_columns == 1 else map_names(table.column_names)["vin"])
    if name not in table.column_names:
        raise ValueError(f"no column {name!r}; the data has {', '.join(table.column_names)}")
    decoder = _Decoder(wanted)
    batches = [decoder(as_text(chunk)) for chunk in table.column(name).chunks]
    return pa.Table.from_batches(batches or [decoder(pa.array([], pa.string()))])


_PLANT = pa.struct([(part, pa.string()) for part in ("company", "city", "state", "country")])
_LISTS = {"model_year_candidates": pa.list_(pa.int32()), "problems": pa.list_(pa.string())}
_NUMBERS = {"model_year", "doors", "seats"}
_PER_ROW = {"vin", "vds", "vis", "check_digit", "serial", "problems"}  # what the descriptor does not fix
_NESTED = {"powertrain_conflict"}

#: Every field that ``decode_table`` gives, with its Arrow type.
TYPES: dict[str, pa.DataType] = {
    field: _PLANT if field == "plant" else _LISTS.get(field, pa.int32() if field in _NUMBERS else pa.string())
    for field in (*(name for name in Vehicle.model_fields if name not in _NESTED), "powertrain_grade", "powertrain_basis")
}


class _Decoder:
    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._reader, self._descriptors = Reader(), Descriptors()
        self._key, self._problems = Lifted(_vin_key), Lifted(_row_problems)
        self._sample = Lifted(lambda sample: sample)

    def __call__(self, texts: pa.Array) -> pa.RecordBatch:
        vins = self._reader(texts)
        descriptors = self._descriptors(vins.characters)
        samples = self._sample.on(vins.well_formed, descriptors)
        used, where = samples.dense
        vehicles = [None if samples.values[code] is None else decode(samples.values[code]) for code in used.tolist()]
        keys = None
        if {"check_digit", "problems"} & set(self._fields):
            holds = Column([False, True], check_digits(vins.characters).astype(np.int64))
            digits = Column(list(range(6)), _trailing_digits(vins.characters))
            keys = self._key.on(vins.well_formed, descriptors, holds, digits)
        arrays = []
        for field in self._fields:
            if field in {"check_digit", "problems"} and keys is not None:
                arrays.append(self._judged(field, keys, vins))
            elif field in _PER_ROW:
                arrays.append(_slices(field, vins))
            else:
                values = [None if vehicle is None else _plain(vehicle, field) for vehicle in vehicles]
                arrays.append(pa.array(values, TYPES[field]).take(pa.array(where)))
        return pa.RecordBatch.from_arrays(arrays, names=[f"vin_{field}" for field in self._fields])

    def _judged(self, field: str, keys: Column, vins: VinColumn) -> pa.Array:
        if field == "check_digit":
            return keys.take(lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value, TYPES[field])
        return self._problems(keys, vins.identity).take(lambda problems: [problem.value for problem in problems], TYPES[field])


def _slices(field: str, vins: VinColumn) -> pa.Array:
    vin = vins.vin
    if field == "vin":
        return vin
    if field == "serial":
        small = pc.equal(pc.utf8_slice_codeunits(vin, 2, 3), "9")
        return pc.if_else(small, pc.utf8_slice_codeunits(vin, 14, 17), pc.utf8_slice_codeunits(vin, 11, 17))
    start, stop = {"vds": (3, 9), "vis": (9, 17)}[field]
    return pc.utf8_slice_codeunits(vin, start, stop)


def _plain(vehicle: Vehicle, field: str) -> Any:
    if field in {"powertrain_grade", "powertrain_basis"}:
        return None if vehicle.powertrain is None else getattr(vehicle.powertrain, field.removeprefix("powertrain_")).value
    value = getattr(vehicle, field)
    value = getattr(value, "value", value)
    return value.model_dump() if hasattr(value, "model_dump") else value
