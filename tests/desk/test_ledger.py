"""The ledger of licences: what is drawn, in which order, however the rows are cut."""

import itertools
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import ICE, PETROL, desk_run, entries, tesla
from support.manifests import put_csv
from support.vins import checked_vin

from vintool.codes import Concern, Reason
from vintool.columns import Screener
from vintool.columns.screening.duplicates import Occurrences
from vintool.desk.book import Desk
from vintool.desk.ledger import Ledger
from vintool.desk.licences import Licences


def ledger_of(rows, licences, cuts=(), sheets=(), *, by_number=True):
    """Rows, as ``row`` gives them, through columns, cut into batches and sheets."""
    names = (
        "vin",
        "licence_no",
        "destination",
        "exporter",
        "declaration_date",
        "fuel",
        "container_no",
    )
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(names, columns, strict=True)})  # fmt: skip
    mapping = {name: name for name in names if by_number or name != "licence_no"}
    ledger, duplicates, answers = Ledger(Licences(licences)), Occurrences(), []
    borders = sorted({0, *sheets, len(rows)})
    for sheet, (start, end) in enumerate(itertools.pairwise(borders)):
        screener = Screener(
            mapping,
            None,
            "cn-2025-54",
            occurrences=duplicates,
            desk=Desk(ledger=ledger),
            sheet=sheet,
            with_facts=True,
        )
        edges = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
        for first, last in itertools.pairwise(edges):
            part = table.slice(first, last - first).combine_chunks().to_batches()[0]
            numbers = np.arange(first - start + 2, last - start + 2)
            answers += screener(part, numbers).to_pylist()
    return answers, ledger


def drawn_on(answer):
    """The licence that the evidence of a row says was drawn on."""
    items = [item for item in answer["vin_evidence"] if item.startswith("licence: ")]
    assert len(items) <= 1
    return re.match("licence: ([^:]+):", items[0])[1] if items else None


def row(serial, number="", text=None, fuel="", container=""):
    return (text or tesla(serial), number, "", "", "2026-03-01", fuel, container)


def short(number, count, **more):
    return {"licence_no": number, "quantity": str(count), "valid_until": "2026-12-31"} | more


ONE_AND_FIVE = entries(short("A1", 1), short("B2", 5), short("C3", 5, valid_until="2026-01-31"))
EXCEEDED, MATCHED = Reason.LICENCE_EXCEEDED, Reason.LICENCE_MATCHED
UNDECIDED = row(0, "B2", text=PETROL, fuel="petrol")
LEDGER_CASES = [
    ("in the order of the rows", [row(1, "A1"), row(2, "A1"), row(3, "A1")], True, ["A1", None, None], {EXCEEDED}),
    ("the first named that has one left", [row(1, "A1;B2"), row(2, "A1,B2"), row(3, "A1 B2")], True, ["A1", "B2", "B2"], set()),
    ("no column: the first to expire", [row(1), row(2), row(3)], False, ["A1", "B2", "B2"], {MATCHED}),
    ("no column: until none is left", [row(n) for n in range(7)], False, ["A1", *["B2"] * 5, None], {MATCHED, EXCEEDED}),
    ("an expired one holds nothing", [row(1, "C3"), row(2, "C3;B2")], True, [None, "B2"], {Reason.LICENCE_EXPIRED}),
    ("a VIN twice is drawn once", [row(1, "B2"), row(1, "B2"), row(1, "A1")], True, ["B2", None, None], set()),
    ("an earlier row without licence took none", [row(1, ""), row(1, "B2"), row(1, "B2")], True, [None, "B2", None], {Reason.LICENCE_MISSING}),
    ("nor did one with an expired licence", [row(1, "C3"), row(1, "B2")], True, [None, "B2"], {Reason.LICENCE_EXPIRED}),
    ("nor one for which nothing was left", [row(9, "A1"), row(1, "A1"), row(1, "B2")], True, ["A1", None, "B2"], {EXCEEDED}),
    ("nor one in review", [UNDECIDED, row(0, "B2", text=PETROL, fuel="纯电动")], True, [None, "B2"], set()),
    ("what is out of scope or no vehicle asks for none", [row(0, text=ICE), row(0, "B2", text="TBA"), row(0, "", text=ICE)], True, [None, None, None], set()),
    ("a damaged VIN counts each time", [row(0, "B2", text="LRW3E7FA1LC00000")] * 2, True, ["B2", "B2"], set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "by_number", "drawn", "reasons"),
    [case[1:] for case in LEDGER_CASES],
    ids=[case[0] for case in LEDGER_CASES],
)
def test_what_is_drawn(rows, by_number, drawn, reasons):
    answers, ledger = ledger_of(rows, ONE_AND_FIVE, by_number=by_number)
    assert [drawn_on(answer) for answer in answers] == drawn
    met = {Reason(reason) for answer in answers for reason in answer["vin_reasons"]}
    assert {reason for reason in met if reason.concern is Concern.LICENCE} == reasons
    assert [account.drawn for account in ledger.accounts] == [
        drawn.count(account.number) for account in ledger.accounts
    ]


NUMBERS = [f"26-AA-00000{digit}" for digit in range(5)]
cells_of_numbers = st.lists(
    st.sampled_from([*NUMBERS, "26-aa-000001", "２６-ＡＡ-000002", "26-ZZ-999999"]), max_size=3
).flatmap(lambda some: st.sampled_from([";", " / ", "、", "\n"]).map(lambda sign: sign.join(some)))
manifests = st.lists(
    st.tuples(
        st.sampled_from([*map(tesla, range(8)), PETROL, ICE, "TBA", "", "LRW3E7FA1LC00000"]),
        cells_of_numbers,
        st.sampled_from(["Germany", "德国", "France", ""]),
        st.sampled_from(["甲公司", "乙公司", ""]),
        st.sampled_from(["2026-03-01", "2026-09-01", "2025-12-31"]),
        st.sampled_from(["", "petrol", "纯电动"]),
        st.sampled_from(["", "CSQU3054384"]),
    ),
    max_size=40,
)
lists_of_licences = st.lists(
    st.fixed_dictionaries(
        {
            "quantity": st.integers(0, 4).map(str),
            "valid_until": st.sampled_from(["2026-06-30", "2026-12-31", "2026-12-30", ""]),
            "destination": st.sampled_from(["", "", "Germany"]),
            "exporter": st.sampled_from(["", "", "甲公司"]),
            "unit": st.sampled_from(["", "辆", "辆", "kg"]),
        }
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [{"licence_no": number, **row} for number, row in zip(NUMBERS, rows, strict=False)])  # fmt: skip


def by_hand(rows, answers, licences, by_number):
    """The ledger once more, as one would keep it on paper: row by row, licence by licence."""
    plain = {number: re.sub(r"\W", "", number) for number in NUMBERS}
    countries = {"德国": "Germany"}
    left = {licence["licence_no"]: int(licence["quantity"]) for licence in licences}
    drawn, outcomes = set(), []

    def fits(licence, row):
        _, _, destination, exporter, day, *_ = row
        return (
            licence["unit"] != "kg"
            and (not licence["valid_until"] or day <= licence["valid_until"])
            and (not (licence["exporter"] and exporter) or licence["exporter"] == exporter)
            and (
                # A licence that the row names may have another country where the row has none.
                (not destination and by_number)
                or not licence["destination"]
                or licence["destination"] == countries.get(destination, destination)
            )
        )

    for row, answer in zip(rows, answers, strict=True):
        if answer["vin_verdict"] != "controlled":
            outcomes.append(None)
            continue
        cell = row[1].upper().translate(str.maketrans("２６ＡＡ", "26AA"))
        wanted = [re.sub(r"\W", "", part) for part in re.split(r"[;/、\n]", cell)]
        named = [
            licence
            for want in wanted
            for licence in licences
            if plain[licence["licence_no"]] == want
        ]
        if not by_number:
            open_ended = [licence for licence in licences if licence["valid_until"]]
            named = sorted(
                open_ended, key=lambda licence: (licence["valid_until"], licence["licence_no"])
            )
        fitting = [licence["licence_no"] for licence in named if fits(licence, row)]
        with_one_left = [number for number in fitting if left[number]]
        vehicle = answer["vin"] or object()
        if not fitting or vehicle in drawn:
            outcomes.append(None)
        elif not with_one_left:
            outcomes.append("exceeded")
        else:
            left[with_one_left[0]] -= 1
            drawn.add(vehicle)
            outcomes.append(with_one_left[0])
    return outcomes, left


@pytest.mark.slow
@settings(max_examples=300)
@given(
    manifests,
    lists_of_licences,
    st.lists(st.integers(0, 40), max_size=6),
    st.lists(st.integers(1, 40), max_size=2),
    st.booleans(),
)
def test_the_ledger_is_that_kept_by_hand_however_the_rows_are_cut(
    rows, licences, cuts, sheets, by_number
):
    sheets = [border for border in sheets if border < len(rows)]
    answers, ledger = ledger_of(rows, entries(*licences), cuts, sheets, by_number=by_number)
    assert len(answers) == len(rows)
    outcomes, left = by_hand(rows, answers, licences, by_number)
    numbers = [
        "exceeded" if Reason.LICENCE_EXCEEDED in answer["vin_reasons"] else drawn_on(answer)
        for answer in answers
    ]
    assert numbers == outcomes
    for account in ledger.accounts:
        assert 0 <= account.drawn <= account.licence.quantity
        assert account.drawn == numbers.count(account.number)
        assert account.licence.quantity - account.drawn == left[account.number]
        assert account.left == (left[account.number] if account.licence.counts_vehicles else None)
        assert account.named <= len(rows)
    assert sum(account.drawn for account in ledger.accounts) == sum(map(bool, map(drawn_on, answers)))  # fmt: skip
    assert sum(account.findings[Reason.LICENCE_EXCEEDED] for account in ledger.accounts) == numbers.count("exceeded")  # fmt: skip


@pytest.mark.slow
@given(manifests, lists_of_licences, st.lists(st.integers(0, 40), max_size=6), st.booleans())
def test_batches_change_no_answer(rows, licences, cuts, by_number):
    whole, ledger = ledger_of(rows, entries(*licences), by_number=by_number)
    parts, other = ledger_of(rows, entries(*licences), cuts, by_number=by_number)
    assert parts == whole
    assert other.lines() == ledger.lines()


FAULTY = "CSQU3054384"  # a container number: a finding, told whatever the verdict


@pytest.mark.parametrize(
    "batches",
    [
        ([row(1, "A1")], [row(2, "A1")]),
        ([row(1, "A1"), row(2, "B2")], [row(3, "B2"), row(4, "A1")]),
        ([row(0, text=ICE)] * 2, [row(1, container=FAULTY)] * 2),
        ([row(1, "B2", container=FAULTY)], [row(0, text=ICE), row(2, "B2")]),
        ([row(0, "B2", text=PETROL, fuel="petrol")], [row(1, "B2")] * 2),
    ],
)
def test_a_batch_repeats_no_answer_of_an_earlier_one(batches):
    rows = list(itertools.chain(*batches))
    whole, ledger = ledger_of(rows, ONE_AND_FIVE)
    parts, other = ledger_of(rows, ONE_AND_FIVE, cuts=[len(batches[0])])
    assert parts == whole
    assert other.lines() == ledger.lines()
    assert [answer["vin_verdict"] for answer in parts if answer["vin_brand"] == "Tesla"] == [
        "controlled" for text, *_ in rows if text.startswith("LRW")
    ]


def test_the_reasons_that_only_a_ledger_gives_are_met_here():
    met = {reason for case in LEDGER_CASES for reason in case[-1]}
    assert {Reason.LICENCE_EXCEEDED, Reason.LICENCE_MATCHED} <= met


def test_more_than_twelve_declarations_and_a_second_port_are_hints_that_refuse_nothing(tmp_path):
    licences = [("Licence No", "Quantity", "Valid until"), ("26-AA-000001", "20", "2026-12-31")]
    rows = [("VIN", "Licence No", "报关单号", "出境关别")]
    rows += [(tesla(n), "26-AA-000001", f"2202026{n:011d}", "外高桥海关") for n in range(1, 14)]
    rows += [(tesla(14), "26-AA-000001", "220202600000000001", "深圳海关")]
    rows += [(tesla(15), "26-AA-000001", "220202600000000002", "外高桥")]
    answers, summary = desk_run(tmp_path, rows, licences=put_csv(tmp_path / "l.csv", licences))
    over = [{*line["vin_reasons"].split(";")} & LIMITS for line in answers]
    assert over == [set()] * 12 + [{"licence_declared_often"}, {"licence_several_ports"}, set()]
    (line,) = summary.licences
    assert (line.drawn, line.declarations, line.ports) == (15, 13, 2)
    assert {reason: line.findings[reason] for reason in LIMITS} == dict.fromkeys(LIMITS, 1)


LIMITS = {"licence_declared_often", "licence_several_ports"}


@pytest.mark.parametrize(
    ("code", "goods", "drawn"),
    [("8703801090", "", 1), ("8703801010", "", 0), ("8703234190", "", 0), ("8704600000", "", 0), ("", "纯电动乘用车", 1), ("", "二手车", 0), ("", "汽油乘用车", 0), ("87038010", "", 1), ("", "", 1)],
)  # fmt: skip
def test_a_licence_counts_for_the_goods_of_its_own_regime(tmp_path, code, goods, drawn):
    licences = [("Licence No", "Quantity", "Valid until", "商品编码", "商品名称")]
    licences += [("26-AA-000001", "20", "2026-12-31", code, goods)]
    rows = [("VIN", "Licence No"), (tesla(1), "26-AA-000001")]
    answers, summary = desk_run(tmp_path, rows, licences=put_csv(tmp_path / "l.csv", licences))
    assert summary.licences[0].drawn == drawn
    assert ("licence_wrong_goods" in answers[0]["vin_reasons"]) is not bool(drawn)


def test_rows_without_a_licence_and_unknown_numbers_are_counted_by_the_rule_that_asks_for_one(tmp_path):  # fmt: skip
    petrol = checked_vin("1HGCM826", "3A", 4353)
    rows = [("VIN", "Licence no", "Fuel"), (tesla(1), "", ""), (tesla(2), "26-XX-1", "")]
    rows += [("1HGCM82633A004352", "", "petrol"), (petrol, "26-XX-1", "petrol")]
    licences = put_csv(tmp_path / "l.csv", [("Licence no", "Quantity"), ("26-AA-000001", "1")])
    answers, summary = desk_run(tmp_path, rows, licences=licences, regime=None)
    of_rows = Counter(
        (reason, line["vin_regime"])
        for line in answers
        for reason in line["vin_reasons"].split(";")
        if reason in {"licence_unknown", "licence_missing"}
    )
    lines = Counter(
        {
            ("licence_unknown" if one.licence_no else "licence_missing", one.regime): one.rows_named
            for one in summary.licences[1:]
        }
    )
    assert lines == of_rows
    assert len(lines) == len(summary.licences) - 1 == 4
