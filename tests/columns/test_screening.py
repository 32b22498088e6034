"""Columns equal the scalar path, row by row, whatever the text, the type and the chunking."""

import itertools
from dataclasses import asdict
from datetime import date
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ON
from support.filings import filed_vins
from support.vins import DIRT, FAILS, HOLDS, checked_vin, masked_vins

import vintool
from vintool.codes import ALL_REGIMES, REGIMES, Basis, Problem, Reason
from vintool.columns import TYPES, Screener, beside, decode_table, screen_batches, screen_table
from vintool.columns.screening import screener as screened
from vintool.columns.screening.screener import KEPT
from vintool.decoding.check import check
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.screening.dates import day_of_row
from vintool.screening.evidence import EvidenceItem, Remark
from vintool.screening.regimes import regimes_asked
from vintool.screening.row_vins import beside_first
from vintool.screening.screen import decision_on_row, judge_row, with_duplicate
from vintool.vin.positions import ALPHABET

STARTS = sorted(
    {
        "".join(allowed[0] if allowed != "*" else "7" for allowed in rule.pattern[:8])
        for rule in all_powertrain_rules()
    }
)
starts = st.sampled_from(STARTS)
tails = st.from_regex(r"[A-HJ-NPR-Z0-9]{4}[0-9]{4}", fullmatch=True)

texts = st.one_of(
    filed_vins(),
    masked_vins(st.one_of(filed_vins(), st.builds(checked_vin, starts))),
    st.builds(lambda start, tail: checked_vin(start, tail[:2], tail[2:]), starts, tails),
    st.builds(lambda start, digit, tail: start + digit + tail, starts, st.sampled_from(ALPHABET), tails),
    st.sampled_from([*DIRT, *HOLDS, *FAILS, "", "TBA", "1" * 17, "ABCDEFGHJKLMNPRST", "GJ7-123456", "HLX12B155S1261O68", "ILRW3E7FA1LC000001"]),
    st.text(ALPHABET, min_size=15, max_size=19),
    st.text(),
    st.none(),
)  # fmt: skip
sound = st.sampled_from(
    [
        "LRW3E7FA1LC000001",
        "LRW3E7FA5LC000003",
        "LGXC74C48P0320453",
        "LRW3E7FA1LC00000",
        "3VV1B7AX9JM227402",
    ]
)
several = st.builds(
    lambda vins, sign, rest: sign.join(vins) + rest,
    st.lists(sound, min_size=1, max_size=3),
    st.sampled_from(["\n", "/", ", ", " ", "", "~", " to ", "-", "至"]),
    st.sampled_from(["", "", "~03", "-09", " x2", " BEV", " 新能源"]),
)
texts = st.one_of(texts, texts, several)
cells = {
    "fuel": st.sampled_from(
        ["汽油", "纯电动", "PHEV", "增程式", "PHEV/BEV", "?", "", "#N/A", None]
    ),
    "hs_code": st.sampled_from(
        ["8703801090", "8703801010", "8703234190", "8702402000", "8703.60.2300", "?", None]
    ),
    "condition": st.sampled_from(["新", "旧", None]),
    "make": st.sampled_from(["BYD", "特斯拉", "?", "", None]),
    "model": st.sampled_from(
        ["Dolphin", "Song Plus DM-i", "Model 3", "宋PLUS", "PHEV/EV", "?", "", None]
    ),
    "type_code": st.sampled_from(["BYD7005BEV1", "BYD7150WTHEV5", "?", None]),
    "displacement": st.sampled_from(["0", "-", "1498", "1.5T", "150", "", None]),
    "battery_capacity": st.sampled_from(["60.48", "18.3 kWh", "?", None]),
    "un_no": st.sampled_from(["3556", "3166", "?", None]),
    "vehicle_type": st.sampled_from(["轿车", "货车", "CKD", "ATV", None]),
    "seats": st.sampled_from(["5", "30", None]),
    "unit_price": st.sampled_from(["1,900", "USD 2000", "25000", "2.1万", "0", "?", None]),
    "currency": st.sampled_from(["USD", "美元", "CNY", "", None]),
    "goods_name": st.sampled_from(
        [
            "纯电动多用途乘用车",
            "汽油轿车",
            "纯电动客车",
            "混合动力/纯电动",
            "NEW BYD SEAL CHASSIS LGXCH6CD0S2158176",
            "Dolphin",
            "#N/A",
            "",
            None,
        ]
    ),
    "goods_name_en": st.sampled_from(["BEV", "hybrid truck", None]),
    "goods_name_2": st.sampled_from(
        ["品牌:BYD|型号:BYD7005BEV1|排量:无", "排量:1498ml|座位数:30|是否成套散件:是", "?", None]
    ),
    "chassis_no": st.sampled_from(
        ["LC000001", "LRW3E7FA1LC000001", "lrw3e7fa1-lc000002", "12", "?", "", None]
    ),
    "registration_date": st.sampled_from(["2026-01-15", "01/02/2026", "2019-05-01", "?", None]),
    "application_date": st.sampled_from(["2026-02-20", "2026-08-20", "#VALUE!", None]),
    "container_no": st.sampled_from(["CSQU3054383", "CSQU3054384", "TBA", None]),
    "vessel_imo": st.sampled_from(["IMO 9319466", "9319467", "Morning Star", None]),
    "exporter_code": st.sampled_from(
        ["91110000600037341L", "9111000060003734IL", "1102910001", None]
    ),
    "bl_no": st.sampled_from(["A1", "a1 ", "B2", "", None]),
    "vin_2": st.one_of(texts, st.sampled_from(["LRW3E7FA1LC000001", "TBA", "N/A", "blue", None])),
    "vin_last": st.sampled_from(
        ["LRW3E7FA5LC000003", "lrw3e7fa5-lc000003", "LGXC74C48P0320453", "?", None]
    ),
    "quantity": st.sampled_from(["1", "2", "3", "1,000", "10/12", "台", "", None]),
    "declaration_date": st.sampled_from(["2025-12-31", "2026-03-01", "2026年3月1日", "soon", None]),
    "export_date": st.sampled_from(["2025-12-30", "2026-01-02", "soon", "45800"]),
    "loading_date": st.sampled_from(["2025-12-28 20:00 UTC", "2569-01-02", "#N/A"]),
}
# Some rows bear every cell, most only some: what few cells decide would else never be met.
present = st.sets(st.sampled_from(sorted(cells)), max_size=8)
rows = st.lists(
    st.tuples(st.fixed_dictionaries({"text": texts, **cells}), present | st.just(set(cells))).map(
        lambda drawn: {
            name: cell if name in {"text", "declaration_date", *drawn[1]} else None
            for name, cell in drawn[0].items()
        }
    ),
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=400)
@given(
    rows,
    st.lists(st.integers(0, 30), max_size=3),
    st.sampled_from([*REGIMES, ALL_REGIMES]),
    st.sampled_from([0, KEPT]),
)
def test_columns_equal_the_scalar_path(rows, cuts, regime, kept):
    rules = regimes_asked(regime)
    table = pa.table(
        {name: pa.array([row[name] for row in rows], pa.string()) for name in ("text", *cells)}
    )
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    batches = [
        batch
        for start, end in itertools.pairwise(edges)
        for batch in table.slice(start, end - start).to_batches()
    ]
    mapping = {"vin": "text", **{field: field for field in cells}}
    # 0: all is forgotten before each batch
    with patch.object(screened, "KEPT", kept), patch.object(screened, "KEPT_FOR", kept):
        answers = [
            row
            for batch in screen_batches(batches, None, mapping, regime)
            for row in batch.to_pylist()
        ]
    assert [row["vin_row"] for row in answers] == list(range(1, len(rows) + 1))
    first: dict[object, int] = {}
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True), 1):
        declared = {field: row[field] for field in cells if row[field]}
        days = tuple(day_of_row(one, None, {"declaration_date": "", **declared}) for one in rules)
        vehicles, seen = judge_row(row["text"] or "", days, declared, rules), False
        for at, one in enumerate(vehicles):
            vin = one.identity.vin
            bill = (vin, (row["bl_no"] or "").strip().upper())
            earlier = [
                Remark(
                    reason,
                    EvidenceItem(
                        reason, f"the VIN of row {first[key]}", Basis.DECLARED, None, "this file"
                    ),
                )
                for reason, key in (
                    (Reason.DUPLICATE_VIN, vin),
                    (Reason.DUPLICATE_VIN_BILL, bill),
                )
                if vin and key in first and (key is not bill or bill[1])
            ]
            seen = seen or bool(earlier)
            vehicles[at] = one._replace(decision=with_duplicate(one.decision, tuple(earlier)))
            first.setdefault(vin, number)
            first.setdefault(bill, number)
        finding = decision_on_row(vehicles)
        checked = check(vehicles[0].text)
        assert {field: row[field] for field in ("text", *cells)} == {
            field: answer[field] for field in ("text", *cells)
        }
        assert answer["vin"] == checked.vin
        if answer["vin_others"]:
            texts = [one.text for one in vehicles]
            verdicts = [one.decision.verdict.value for one in vehicles]
            assert answer["vin_others"] == list(beside_first(texts, verdicts))
        problems = dict.fromkeys(itertools.chain(*(check(one.text).problems for one in vehicles)))
        assert answer["vin_problems"] == [problem.value for problem in problems]
        assert answer["vin_check_digit"] == checked.check_digit.value
        assert answer["vin_suggestion"] == next(
            (suggestion.vin for suggestion in checked.suggestions), None
        )
        assert (answer["vin_verdict"], answer["vin_regime"]) == (finding.verdict, finding.regime)
        assert answer["vin_reasons"] == [reason.value for reason in finding.reasons]
        evidence = [str(item) for item in finding.evidence]
        if not seen:  # columns put what they know of earlier rows behind all the rest
            assert answer["vin_evidence"] == evidence
        assert sorted(answer["vin_evidence"]) == sorted(evidence)
        assert not any(";" in item for item in answer["vin_evidence"])
        assert answer["vin_other_regimes"] == list(finding.other_regimes)
        part = Problem.PARTIAL in checked.problems
        if checked.vin is not None or part:
            vehicle = vintool.decode(vehicles[0].text)
            for field, column in {
                "manufacturer": "vin_manufacturer",
                "brand": "vin_brand",
                "country": "vin_country",
                "model_year": "vin_model_year",
                "model": "vin_model",
                "built_in": "vin_built_in",
            }.items():
                assert answer[column] == (fact.value if (fact := getattr(vehicle, field)) else None)
            assert answer["vin_plant"] == (str(vehicle.plant) if vehicle.plant else None)
            assert answer["vin_wmi"] == vehicle.wmi
            if vehicle.powertrain and not part:
                assert (answer["vin_powertrain"], answer["vin_powertrain_basis"], answer["vin_powertrain_grade"]) == (
                    vehicle.powertrain.value.value, "encoded", vehicle.powertrain.grade.value
                )  # fmt: skip


@given(st.lists(texts, max_size=20))
def test_decode_table_equals_decode(given):
    table = decode_table(pa.table({"vin": pa.array(given, pa.string())}))
    assert table.num_rows == len(given)
    for text, row in zip(given, table.to_pylist(), strict=True):
        checked = check(text or "")
        assert row["vin_problems"] == [problem.value for problem in checked.problems]
        part = Problem.PARTIAL in checked.problems
        if checked.vin is None and not part:
            assert all(
                row[f"vin_{field}"] is None
                for field in TYPES
                if field not in {"problems", "check_digit"}
            )
            continue
        vehicle = vintool.decode(text)
        for field in TYPES:
            value = getattr(vehicle, field, None)
            value = getattr(value, "value", value)
            if field in {"powertrain_grade", "powertrain_basis"}:
                value = vehicle.powertrain and getattr(vehicle.powertrain, field[11:]).value
            elif field in {"plant", "engine"} and value is not None:
                value = asdict(value)
            elif field == "attributes":
                value = [(attribute.name, attribute.value) for attribute in value]
            elif field == "problems":
                continue
            elif isinstance(value, tuple):
                value = list(value)
            assert row[f"vin_{field}"] == value, field


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
)
def test_any_text_type_sliced_and_chunked(kind):
    plain = pa.array(["?", "LRW3E7FA1LC000001", None, "lgxce4cb6s0134553", "?"], pa.string())
    column = (
        pa.chunked_array([plain.cast(kind)[1:3], plain.cast(kind)[3:4]])
        if not pa.types.is_dictionary(kind)
        else pa.chunked_array([plain.dictionary_encode()[1:4]])
    )
    answers = screen_table(pa.table({"anything": column}), on=ON)
    assert answers["vin_verdict"].to_pylist() == ["controlled", "invalid", "controlled"]


def test_numbers_and_days_keep_their_meaning():
    table = pa.table(
        {
            "vin": [checked_vin("LS5ZZZZZ", "SJ")] * 2,
            "hs": pa.array([8703801090.0, None]),
            "day": pa.array([date(2026, 1, 1), date(2025, 12, 31)]),
        }
    )
    answers = screen_table(
        table,
        mapping={"vin": "vin", "hs_code": "hs", "declaration_date": "day"},
        regime="cn-2025-54",
    )
    assert answers["vin_verdict"].to_pylist() == ["controlled", "out_of_scope"]


def test_columns_that_the_user_has_already_are_left_alone():
    once = screen_table(pa.table({"vin": ["LRW3E7FA1LC000001 "]}), on=ON)
    assert once["vin"].to_pylist() == ["LRW3E7FA1LC000001 "]
    assert once["vin_vin"].to_pylist() == ["LRW3E7FA1LC000001"]
    twice = screen_table(once, on=ON, mapping={"vin": "vin"})
    assert len(set(twice.column_names)) == len(twice.column_names) == len(once.column_names) * 2 - 1
    assert twice.select(once.column_names).equals(once)


def test_no_rows_give_the_columns_all_the_same():
    answers = screen_table(pa.table({"vin": pa.array([], pa.string())}), on=ON)
    assert (answers.num_rows, "vin_verdict" in answers.column_names) == (0, True)


def test_bad_arguments_are_refused_before_the_first_row():
    table = pa.table({"vin": ["LRW3E7FA1LC000001"]})
    with pytest.raises(ValueError, match="declaration_date"):
        screen_table(table)
    with pytest.raises(ValueError, match="unknown field"):
        decode_table(table, fields=["colour"])
    with pytest.raises(ValueError, match="no column"):
        decode_table(table, column="chassis")
    with pytest.raises(ValueError, match="vin"):
        Screener({}, ON)


def test_beside_keeps_the_order():
    both = beside(
        pa.record_batch({"vin": ["a"], "vin_row": ["b"]}),
        pa.record_batch({"vin_row": [1], "vin": ["c"]}),
    )
    assert both.schema.names == ["vin", "vin_row", "vin_vin_row", "vin_vin"]
