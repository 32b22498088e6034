"""What answers rest on: a value that a call is given and keeps, whatever comes into use meanwhile."""

import json
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from threading import Event, Thread

import pyarrow as pa
import pytest
from support.commands import run
from support.manifests import put
from support.vins import checked_vin

import vintool
import wmi_data
from vintool import Reference, registry
from vintool.errors import DataError
from vintool.powertrain import classify
from vintool.registry.reference import by_reference, reference_in_use
from vintool.screening.explain import explain

ON = date(2026, 3, 1)
HEAD = "wmi,vds,powertrain,grade,source\n"
ALIKE = [checked_vin("LZZAB12C", "LC", n) for n in range(300)]

pytestmark = pytest.mark.usefixtures("no_own_rules")


@pytest.fixture
def electric(tmp_path):
    return put(tmp_path / "own.csv", f"{HEAD}LZZ,AB12C,BEV,A,me\n")


def test_a_stream_goes_on_with_the_rules_that_it_began_with(electric):
    table = pa.table({"VIN": ALIKE})
    answers = vintool.screen_batches(table.to_batches(max_chunksize=100), ON)
    first = next(answers)
    registry.use_evidence([electric])
    verdicts = {
        verdict for batch in (first, *answers) for verdict in batch["vin_verdict"].to_pylist()
    }
    assert verdicts == {"review"}
    again = vintool.screen_table(table, ON)["vin_verdict"].to_pylist()
    assert set(again) == {"controlled"}


def test_a_call_has_one_reference_while_another_thread_brings_in_rules(electric):
    """Tables of alike rows, screened and decoded while rules come and go: no table has two answers."""
    table, ended = pa.table({"VIN": ALIKE}), Event()

    def come_and_go():
        while not ended.is_set():
            registry.use_evidence([electric])
            registry.use_evidence()

    thread = Thread(target=come_and_go)
    thread.start()
    try:
        answers = [
            (
                frozenset(vintool.screen_table(table, ON)["vin_verdict"].to_pylist()),
                frozenset(
                    vintool.decode_table(table, fields=["powertrain"])["vin_powertrain"].to_pylist()
                ),
                vintool.screen(ALIKE[0], ON).verdict.value,
            )
            for _ in range(12)
        ]
    finally:
        ended.set()
        thread.join()
    assert {verdicts for verdicts, _, _ in answers} <= {
        frozenset({"review"}),
        frozenset({"controlled"}),
    }
    assert {powertrains for _, powertrains, _ in answers} <= {frozenset({None}), frozenset({"BEV"})}


def test_answers_by_different_rules_are_kept_apart(electric):
    asked = []

    @by_reference()
    def ask(descriptor):
        asked.append(descriptor)
        return classify(descriptor).powertrain

    before = reference_in_use()
    assert [ask("LZZAB12CLC") for _ in range(2)] == [None, None]
    registry.use_evidence([electric])
    assert [ask("LZZAB12CLC") for _ in range(2)] == ["BEV", "BEV"]
    with before.bound():
        assert ask("LZZAB12CLC") is None
    assert len(asked) == 2


def test_rules_that_cannot_be_read_leave_those_in_use(electric, tmp_path):
    registry.use_evidence([electric])
    unsound = put(tmp_path / "unsound.csv", f"{HEAD}LZZ,AB12C,EV,A,me\n")
    for path in (unsound, tmp_path / "gone.csv"):
        with pytest.raises(DataError):
            registry.use_evidence([path])
    assert registry.reference_in_use().evidence == (electric,)
    assert classify("LZZAB12CLC").powertrain == "BEV"


def test_every_call_takes_a_reference_and_the_default_stays_packaged(electric, tmp_path):
    given = Reference(evidence=electric)
    listed = put(tmp_path / "list.csv", "VIN\n" + "\n".join(ALIKE[:3]) + "\n")
    table = pa.table({"VIN": ALIKE[:3]})

    def answers(**reference):
        batches = vintool.screen_batches(table.to_batches(), ON, **reference)
        return [
            vintool.decode(ALIKE[0], **reference).powertrain is not None,
            vintool.screen(ALIKE[0], ON, **reference).verdict == "controlled",
            explain(ALIKE[0], ON, **reference).finding.verdict == "controlled",
            vintool.decode_table(table, **reference)["vin_powertrain"][0].as_py() == "BEV",
            vintool.screen_table(table, ON, **reference)["vin_verdict"][2].as_py() == "controlled",
            next(batches)["vin_verdict"][2].as_py() == "controlled",
            vintool.screen_file(listed, on=ON, **reference).verdicts.get("controlled") == 3,
        ]

    assert answers() == [False] * 7
    assert answers(reference=given) == [True] * 7
    assert answers() == [False] * 7
    with pytest.raises(TypeError, match=r"reference= takes a vintool.Reference, not str"):
        vintool.decode(ALIKE[0], reference=str(electric))


def test_a_stream_keeps_its_reference_in_the_thread_that_reads_it(electric):
    batches = pa.table({"VIN": ALIKE}).to_batches(max_chunksize=100)
    answers = vintool.screen_batches(batches, ON, reference=Reference(electric))
    with ThreadPoolExecutor(1) as other:
        read = other.submit(list, answers).result()
    assert {verdict for one in read for verdict in one["vin_verdict"].to_pylist()} == {"controlled"}


def test_references_of_one_content_are_equal_and_no_file_changes_one(electric, tmp_path):
    first = Reference(evidence=[electric])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    alike = Reference(evidence=put(elsewhere / "own.csv", electric.read_text()))
    assert first == alike != Reference(evidence_below=[electric])
    assert (hash(first), first.sha256) == (hash(alike), alike.sha256)
    electric.write_text(f"{HEAD}LZZ,AB12C,ICE,A,me\n")
    later = Reference(evidence=[electric])
    assert first == alike != later
    kinds = [vintool.decode(ALIKE[0], reference=one).powertrain.value for one in (later, first)]
    assert kinds == ["ICE", "BEV"]
    assert repr(first).endswith(f"+ own.csv, sha256 {first.sha256[:12]}>")
    for name in ("evidence", "other"):
        with pytest.raises(AttributeError):
            setattr(first, name, ())


def test_a_reference_arrives_as_what_was_sent_or_not_at_all(electric, monkeypatch):
    reference = Reference(evidence=[electric])
    sent = pickle.dumps(reference)
    assert pickle.loads(sent) == reference  # noqa: S301
    with monkeypatch.context() as other_release:
        other_release.setattr("wmi_data.RELEASE", "2031.01")
        with pytest.raises(DataError, match=r"release .* was sent, and 2031.01 is installed here"):
            vintool.screen(ALIKE[0], ON, reference=pickle.loads(sent))  # noqa: S301
    electric.write_text(f"{HEAD}LZZ,AB12C,ICE,A,me\n")
    with pytest.raises(DataError, match=r"evidence own.csv has another content"):
        vintool.screen(ALIKE[0], ON, reference=pickle.loads(sent))  # noqa: S301
    electric.unlink()
    with pytest.raises(DataError, match=r"own.csv"):
        vintool.screen(ALIKE[0], ON, reference=pickle.loads(sent))  # noqa: S301
    for use in (repr, hash, lambda one: one.files, lambda one: one.bind(len)("")):
        with pytest.raises(DataError, match=r"own.csv"):
            use(pickle.loads(pickle.dumps(pickle.loads(sent))))  # noqa: S301


def test_a_process_of_a_pool_answers_by_the_reference_that_it_is_sent(electric):
    reference = Reference(evidence=[electric])
    ask = partial(vintool.screen, ALIKE[0], ON)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(ask).result() == ask()
        assert pool.submit(ask, reference=reference).result() == ask(reference=reference) != ask()
        electric.write_text(f"{HEAD}LZZ,AB12C,ICE,A,me\n")
        with pytest.raises(DataError, match=r"evidence own.csv has another content"):
            pool.submit(ask, reference=reference).result()
        assert pool.submit(ask).result() == ask()


def test_a_broken_file_of_the_user_breaks_his_commands_and_no_library_call(tmp_path, monkeypatch):
    folder = tmp_path / "home" / "evidence"
    folder.mkdir(parents=True)
    put(folder / "own.csv", f"{HEAD}LZZ,AB12C,EV,A,me\n")
    assert vintool.decode(ALIKE[0]).powertrain is None
    refused = run("decode", ALIKE[0])
    assert refused.exit_code == 3
    for part in ("own.csv", "line 2", "--no-user-data", "VINTOOL_USER_DATA=0"):
        assert part in refused.stderr
    assert run("decode", ALIKE[0], "--no-user-data").exit_code == 0
    with monkeypatch.context() as quiet:
        quiet.setenv("VINTOOL_USER_DATA", "0")
        assert run("decode", ALIKE[0]).exit_code == 0
    listed = run("data", "--format", "json")
    assert listed.exit_code == 3
    (one,) = json.loads(listed.stdout)["user_files"]
    assert (one["name"], one["state"][:9]) == ("evidence/own.csv", "not sound")


def test_answers_name_release_and_hash(electric, tmp_path):
    reference = Reference(evidence=[electric])
    table = pa.table({"VIN": ALIKE[:2]})
    for answers in (
        vintool.decode_table(table, reference=reference),
        vintool.screen_table(table, ON, reference=reference),
        next(vintool.screen_batches(table.to_batches(), ON, reference=reference)),
    ):
        named = answers.schema.metadata
        assert named[b"vintool.reference_sha256"].decode() == reference.sha256
        assert named[b"vintool.data_release"].decode().startswith(wmi_data.RELEASE)
    for answer in (
        vintool.decode(ALIKE[0], reference=reference),
        vintool.screen(ALIKE[0], ON, reference=reference),
    ):
        assert answer.data_release == vintool.data_release()
        assert answer.reference_sha256 == reference.sha256
        assert type(answer).model_validate_json(answer.model_dump_json()) == answer
    # The answers of another catalogue are kept with the same rules, and are not its own.
    other = Reference(evidence=[electric], catalogue=put(tmp_path / "412.csv", "产品型号\n"))
    assert vintool.decode(ALIKE[0], reference=other).reference_sha256 == other.sha256
    assert other.sha256 != reference.sha256
    assert vintool.check(ALIKE[0]).reference_sha256 == Reference().sha256
    listed = put(tmp_path / "list.csv", "VIN\n" + ALIKE[0] + "\n")
    summary = vintool.screen_file(listed, on=ON, out=tmp_path / "out", reference=reference)
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    assert summary.reference_sha256 == record["data"]["reference_sha256"] == reference.sha256


def test_the_catalogue_of_a_reference_is_that_of_files(tmp_path):
    exported = put(
        tmp_path / "412.csv",
        "产品型号,产品名称,产品商标,企业名称,车辆识别代号\nLXA6503BEVW04,纯电动多用途乘用车,理想牌,Y,HLX12B17×××××××××\n",
    )
    reference = Reference(catalogue=exported)
    listed = put(tmp_path / "list.csv", f"VIN,产品型号\n{ALIKE[0]},LXA6503BEVW05\n")
    summary = vintool.screen_file(listed, on=ON, reference=reference)
    assert summary.reasons["catalogue_missing"] == 1
    exported.write_text("changed")
    with pytest.raises(DataError, match="another than when the reference was made"):
        vintool.screen_file(listed, on=ON, reference=reference)


def test_what_is_no_path_or_no_row_of_rules_is_named(tmp_path):
    assert Reference(evidence=None, evidence_below=None, catalogue=None) == Reference()
    for given in ([1], "", [""], 1, [None]):
        with pytest.raises(TypeError, match="evidence= takes the paths of files, not"):
            Reference(evidence=given)
    for row in ("LZZ,AB12C,BEV,A,me,more", "LZZ,AB12C,BEV"):
        path = put(tmp_path / "rules.csv", f"{HEAD}{row}\n")
        with pytest.raises(DataError, match=r"rules.csv, line 2: . cells, and the header has 5"):
            Reference(evidence=path)
