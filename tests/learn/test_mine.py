"""Mining: rules that say what was seen, and nothing that contradicts it."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.learning import labelled
from support.manifests import put
from support.vins import checked_vin

from vintool.codes import Grade, Powertrain
from vintool.learn.job import learn_file, rules_csv
from vintool.learn.mine import mine
from vintool.learn.rows import POWERTRAINS, Rows
from vintool.learn.rules import Criteria
from vintool.learn.sources import Columns
from vintool.learn.trial import Rulebook, trials
from vintool.registry.rule import ABOVE
from vintool.registry.user_rules import user_rule


def rules(path, **options):
    lesson = learn_file(path, criteria=Criteria(**options))
    return [(rule.wmi, "".join(rule.vds), rule.powertrain.value, rule.grade.value) for rule in lesson.mined.rules]  # fmt: skip


def test_rules_are_of_what_was_labelled_and_of_nothing_else(tmp_path):
    path = labelled(
        tmp_path / "x.csv",
        {("LZZAB12C", "Electric"): 20, ("LZZAB12D", "Electric"): 20, ("LZZAB13C", "Petrol"): 3, ("LZZAC14C", "Diesel"): 2},
    )  # fmt: skip
    assert rules(path) == [("LZZ", "AB12CD", "BEV", "C"), ("LZZ", "AB13C", "ICE", "C")]
    assert rules(path, register=True)[0][3] == "A"  # 20 of 20 reach the bound
    assert rules(path, register=True)[1][3] == "C"  # 3 of 3 do not
    assert len(rules(path, support=1)) == 3
    book = Rulebook(learn_file(path).mined.rules)
    assert book.classify("LZZAB12C", "XX").powertrain == "BEV"
    for start in ("LZZAB12E", "LZZAB13D", "LZZAC14C", "LZYAB12C"):
        assert book.classify(start, "XX").powertrain is None


def test_a_start_seen_on_both_sides_answers_null_with_both_shown(tmp_path):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 400, ("LZZAB12C", "Petrol"): 1})
    lesson = learn_file(path)
    assert [conflict.start for conflict in lesson.mined.conflicts] == ["LZZAB12C"]
    assert lesson.mined.conflicts[0].vehicles == {Powertrain.BEV: 400, Powertrain.ICE: 1}
    classification = Rulebook(lesson.mined.rules).classify("LZZAB12C", "SA")
    assert classification.powertrain is None
    assert {rule.powertrain for rule in classification.rules} == {Powertrain.BEV, Powertrain.ICE}
    tolerant = learn_file(path, criteria=Criteria(tolerate=1))
    assert not tolerant.mined.conflicts
    assert "1 vehicle(s) against" in tolerant.mined.rules[0].note
    assert Rulebook(tolerant.mined.rules).classify("LZZAB12C", "SA").powertrain == "BEV"


def test_positions_10_and_11_are_used_only_where_they_must_be(tmp_path):
    lines = ["VIN,Fuel"]
    for year, plant, fuel in (("L", "A", "Petrol"), ("M", "A", "Electric"), ("N", "A", "Electric")):
        lines += [f"{checked_vin('LZZAB12C', year + plant, n)},{fuel}" for n in range(4)]
    for plant, fuel in (("A", "Petrol"), ("B", "Electric")):
        lines += [f"{checked_vin('LZZAB12D', 'L' + plant, n)},{fuel}" for n in range(4)]
    for tail, fuel in (("LA", "Petrol"), ("LB", "Electric"), ("MA", "Electric"), ("MB", "Petrol")):
        lines += [f"{checked_vin('LZZAB12E', tail, n)},{fuel}" for n in range(4)]
    lesson = learn_file(put(tmp_path / "x.csv", "\n".join(lines)))
    powertrains = {
        ("".join(r.vds), r.years, r.plants): r.powertrain.value for r in lesson.mined.rules
    }
    assert powertrains == {
        ("AB12C", "L", ""): "ICE", ("AB12C", "M", ""): "BEV", ("AB12C", "N", ""): "BEV",
        ("AB12D", "", "A"): "ICE", ("AB12D", "", "B"): "BEV",
        ("AB12E", "L", "A"): "ICE", ("AB12E", "L", "B"): "BEV", ("AB12E", "M", "A"): "BEV", ("AB12E", "M", "B"): "ICE",
    }  # fmt: skip
    assert lesson.mined.starts["split"] == 3
    assert not lesson.mined.conflicts


def test_one_vehicle_of_another_year_is_a_conflict_and_no_year_of_its_own(tmp_path):
    lines = ["VIN,Fuel", *(f"{checked_vin('LZZAB12C', 'LA', n)},Petrol" for n in range(30))]
    lines.append(f"{checked_vin('LZZAB12C', 'MA', 1)},Electric")
    lesson = learn_file(put(tmp_path / "x.csv", "\n".join(lines)))
    assert [conflict.start for conflict in lesson.mined.conflicts] == ["LZZAB12C"]
    assert Rulebook(lesson.mined.rules).classify("LZZAB12C", "LA").ambiguous


def many_starts():
    """A WMI whose position 6 tells the powertrain, over 20 of 64 possible starts on each side."""
    ends = [a + b + c for a in "ABCD" for b in "EFGH" for c in "JKLM"]
    return {
        (f"LZZ{end[:2]}{sign}1{end[2]}", fuel): 3
        for sign, fuel, first in (("E", "Electric", 0), ("P", "Petrol", 1))
        for end in ends[first::3][:20]
    }


def test_the_smallest_set_of_positions_reaches_further_but_not_to_new_characters(tmp_path):
    path = labelled(tmp_path / "x.csv", many_starts())
    lesson = learn_file(path)
    wide = [rule for rule in lesson.mined.rules if "reaches" in rule.note]
    assert {("".join(rule.vds[2]), rule.powertrain.value) for rule in wide} == {
        ("E", "BEV"),
        ("P", "ICE"),
    }
    assert {rule.grade for rule in wide} == {Grade.C}
    assert all("position(s) 6" in rule.note and "0.8" in rule.note for rule in wide)
    book = Rulebook(lesson.mined.rules)
    assert ("LZZAEE1K", "Electric") not in many_starts()
    assert book.classify("LZZAEE1K", "SA").powertrain == "BEV"  # not seen, but each character was
    for new in ("LZZAEF1K", "LZZAEE2K", "LZZZEE1K", "LZZAEE1Z"):
        assert book.classify(new, "SA").powertrain is None
    exact = learn_file(path, criteria=Criteria(confidence=1.0))
    assert not any("reaches" in rule.note for rule in exact.mined.rules)
    by_start = lesson.trials[-1]
    assert by_start.covered == by_start.right > 0


def test_several_smallest_sets_all_count(tmp_path):
    """Two positions that separate alone: none is preferred, so both must be as they were seen."""
    counts = many_starts()
    counts = {(start[:6] + ("2" if start[5] == "E" else "3") + start[7], fuel): n for (start, fuel), n in counts.items()}  # fmt: skip
    book = Rulebook(learn_file(labelled(tmp_path / "x.csv", counts)).mined.rules)
    assert book.classify("LZZAEE2K", "SA").powertrain == "BEV"
    assert book.classify("LZZAEE3K", "SA").powertrain is None


def test_a_whole_wmi_only_where_it_is_allowed(tmp_path):
    counts = {(f"LZZ{a}{b}111", "Electric"): 2 for a in "ABCDEFGHJ" for b in "ABCDEFGHJ"}
    path = labelled(tmp_path / "x.csv", counts)
    assert not any("*" in vds for _, vds, _, _ in rules(path, support=1))
    assert ("LZZ", "*****", "BEV", "C") in rules(path, whole_wmi=True)
    few = labelled(tmp_path / "y.csv", dict(list(counts.items())[:60]))
    assert not any("*" in vds for _, vds, _, _ in rules(few, whole_wmi=True))


def test_two_sources_that_agree_make_grade_b(tmp_path):
    lines = ["VIN,Fuel,Office"]
    lines += [f"{checked_vin('LZZAB12C', 'SA', n)},Electric,{'east' if n % 2 else 'west'}" for n in range(20)]  # fmt: skip
    lines += [f"{checked_vin('LZZAB13C', 'SA', n)},Electric,east" for n in range(20)]
    path = put(tmp_path / "x.csv", "\n".join(lines))
    lesson = learn_file(path, Columns(source="Office"))
    grades = {"".join(rule.vds): (rule.grade.value, rule.sources) for rule in lesson.mined.rules}
    assert grades == {"AB12C": ("B", 2), "AB13C": ("C", 1)}
    assert [trial.split for trial in lesson.trials][:2] == ["source east", "source west"]


def offices(path, rows):
    """A list of VIN, fuel and office, and what was learned of it."""
    lines = [f"{vin},{fuel},{office}" for vin, fuel, office in rows]
    return learn_file(put(path, "\n".join(["VIN,Fuel,Office", *lines])), Columns(source="Office"))


VEHICLES = [checked_vin("LZZAB12C", "SA", n) for n in range(40)]


def test_one_vin_is_one_vehicle_however_often_and_wherever_it_is_listed(tmp_path):
    spelled = [VEHICLES[0], VEHICLES[0].lower(), f" {VEHICLES[0][:9]}-{VEHICLES[0][9:]}"]
    lesson = offices(
        tmp_path / "x.csv", [(spelled[n % 3], "Petrol", f"office {n}") for n in range(20)]
    )
    assert len(lesson.reading.rows.start) == 1
    assert lesson.reading.unused == {"repeated": 19}
    assert not lesson.mined.rules


def test_a_vehicle_with_several_labels_of_one_side_is_one_vehicle(tmp_path):
    labels = ("Petrol", "Diesel", "Plug-in hybrid electric")
    lesson = offices(tmp_path / "x.csv", [(VEHICLES[0], fuel, fuel) for fuel in labels])
    assert lesson.reading.unused == {"repeated": 2}
    assert not lesson.mined.rules
    rows = [(vin, fuel, "one") for vin in VEHICLES[:20] for fuel in labels]
    (rule,) = offices(tmp_path / "x.csv", [*rows, (VEHICLES[20], "Petrol", "one")]).mined.rules
    assert (rule.vehicles, rule.powertrain.value) == (21, "NOT_BEV")


@pytest.mark.parametrize(
    ("own", "sources", "grade"),
    [(0, 1, "C"), (1, 1, "C"), (40, 2, "B")],
    ids=["the same vehicles", "one more of its own", "one vehicle in common"],
)
def test_sources_that_list_the_same_vins_are_one_witness(tmp_path, own, sources, grade):
    shared = VEHICLES[:20] if own < 40 else VEHICLES[:1]
    rows = [(vin, "Electric", office) for vin in shared for office in ("east", "west")]
    for office, first in (("east", 100), ("west", 200)):
        rows += [(checked_vin("LZZAB12C", "SA", first + n), "Electric", office) for n in range(own)]
    (rule,) = offices(tmp_path / "x.csv", rows).mined.rules
    assert (rule.sources, rule.grade, rule.vehicles) == (sources, grade, len(shared) + 2 * own)


def test_rows_without_a_serial_tell_of_no_second_source(tmp_path):
    """They may be one vehicle: a register that publishes starts is one source."""
    rows = [(VEHICLES[0][:11], "Electric", f"office {n}") for n in range(20)]
    (rule,) = offices(tmp_path / "x.csv", rows).mined.rules
    assert (rule.sources, rule.grade, rule.vehicles) == (1, "C", 20)


def test_one_vehicle_with_two_labels_is_a_conflict(tmp_path):
    rows = [(vin, "Electric", "east") for vin in VEHICLES[:20]] + [(VEHICLES[0], "Petrol", "west")]
    lesson = offices(tmp_path / "x.csv", rows)
    assert [conflict.start for conflict in lesson.mined.conflicts] == ["LZZAB12C"]


STARTS = st.builds(
    lambda wmi, vds: wmi + vds,
    st.sampled_from(["LZZ", "WVX"]),
    st.text("AB12", min_size=5, max_size=5),
)


@st.composite
def lists(draw):
    """Rows as arrays: starts of few characters, so that they meet."""
    rows = draw(
        st.lists(
            st.tuples(
                STARTS,
                st.sampled_from(["LA", "MA", "LB", "**"]),
                st.sampled_from([Powertrain.BEV, Powertrain.ICE, Powertrain.HEV]),
                st.integers(0, 2),
                st.integers(1, 6),
            ),
            min_size=1,
            max_size=60,
        )
    )
    return [row[:4] for row in rows for _ in range(row[4])]


def as_rows(flat):
    starts, tails, powertrains, sources = zip(*flat, strict=True)
    return Rows(
        np.array([int.from_bytes(start.encode()) for start in starts], dtype=np.uint64),
        np.array([int.from_bytes(tail.encode()) for tail in tails], dtype=np.int64),
        np.array([POWERTRAINS.index(powertrain) for powertrain in powertrains], dtype=np.int64),
        np.array(sources, dtype=np.int64),
        np.zeros(len(flat), dtype=np.int64),
    )


WANTED = st.builds(
    Criteria,
    support=st.integers(1, 3),
    confidence=st.sampled_from([0.2, 0.5, 0.8]),
    register=st.booleans(),
)


@settings(max_examples=60)
@given(lists(), WANTED)
def test_rules_never_contradict_their_own_list(flat, wanted):
    """What is told of a row is its own side, or nothing; a conflict is told to be one."""
    mined = mine(as_rows(flat), wanted)
    book = Rulebook(mined.rules)
    conflicts = {conflict.start for conflict in mined.conflicts}
    for start, tail, powertrain, _ in flat:
        classification = book.classify(start, tail)
        if start in conflicts:
            assert classification.ambiguous
        elif classification.powertrain is not None:
            assert (classification.powertrain == "BEV") == (powertrain == "BEV")
            assert classification.powertrain in {powertrain, "NOT_BEV"}
        else:
            assert not classification.ambiguous


@settings(max_examples=60)
@given(lists(), WANTED, st.randoms(use_true_random=False))
def test_rules_do_not_depend_on_the_order_of_rows(flat, wanted, random):
    shuffled = list(flat)
    random.shuffle(shuffled)
    assert mine(as_rows(flat), wanted) == mine(as_rows(shuffled), wanted)


@settings(max_examples=60)
@given(lists(), STARTS, st.sampled_from([0.2, 0.8]))
def test_a_start_that_was_not_seen_answers_null(flat, start, confidence):
    """Without rules that reach further always; with them where a character is new at its position."""
    mined = mine(as_rows(flat), Criteria(support=1, confidence=confidence))
    starts = {row[0] for row in flat}
    exact = Rulebook([rule for rule in mined.rules if "reaches" not in rule.note])
    if start not in starts:
        assert exact.classify(start, "LA").powertrain is None
    new = start[:3] + "Z" + start[4:]
    assert Rulebook(mined.rules).classify(new, "LA").powertrain is None


@settings(max_examples=30)
@given(lists())
def test_counts_add_up(flat):
    rows = as_rows(flat)
    mined = mine(rows, Criteria())
    starts = mined.starts
    parts = [starts[name] for name in ("settled", "thin", "split", "conflicts")]
    assert sum(parts) == starts["starts"] == len({row[0] for row in flat})
    for trial in trials(rows, ("a", "b", "c"), Criteria()):
        assert trial.covered == trial.right + trial.wrong_bev + trial.wrong_not_bev <= trial.tested
        assert trial.wrong_firm <= trial.wrong_bev + trial.wrong_not_bev
    # Only what a file holds counts when it is read back.
    for line in csv.DictReader(io.StringIO(rules_csv(mined, "x").decode())):
        assert user_rule(line, "x", ABOVE)
