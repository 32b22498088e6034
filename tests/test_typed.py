"""The public face as type checkers and models of other programs see it."""

import copy
import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import create_model
from support.commands import run

import vintool
from vintool import codes, vin
from vintool.columns import TYPES
from vintool.declaration import headers
from vintool.errors import DataSourceError

HERE = Path(__file__).parent
SAMPLE = HERE / "typed" / "user_code.py"


def output_of(*command, folder):
    """What a program prints, and its exit code; no machine is asked for anything."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_users_write_passes_the_strict_checkers(tmp_path):
    code, said = output_of(
        "mypy", "--strict", f"--cache-dir={tmp_path}", SAMPLE, folder=HERE.parent
    )
    assert code == 0, said
    (tmp_path / "pyrightconfig.json").write_text(
        f'{{"include": ["{SAMPLE.parent}"], "typeCheckingMode": "strict", "reportUnnecessaryTypeIgnoreComment": "error", "extraPaths": ["{HERE.parent}"]}}'
    )
    code, said = output_of(
        "basedpyright", "--pythonpath", sys.executable, "-p", tmp_path, folder=tmp_path
    )
    assert code == 0, said
    slip = tmp_path / "slip.py"
    slip.write_text("import vintool\nvintool.decoed\nx: vintool.RegimeCode = 'cn-2025-55'\n")
    code, said = output_of("mypy", f"--cache-dir={tmp_path}", slip, folder=HERE.parent)
    assert (code, said.count("error:")) == (1, 2), said


def test_literals_are_those_of_the_tables():
    assert get_args(vintool.RegimeCode) == (*codes.REGIMES, codes.ALL_REGIMES)
    assert get_args(vintool.FieldName) == tuple(TYPES)
    assert get_args(vintool.MappingKey) == headers.fields()


def test_every_public_name_is_there():
    assert set(vintool.__all__) == set(dir(vintool))
    assert all(getattr(vintool, name) is not None for name in vintool.__all__)
    with pytest.raises(AttributeError):
        importlib.import_module("vintool").decoed  # noqa: B018


def test_every_error_has_one_base_keeps_its_own_and_travels():
    with pytest.raises(vintool.InvalidVin) as caught:
        vin.validate("LRW3E7FA2LC000001")
    errors = [
        caught.value,
        vintool.DataError("broken"),
        DataSourceError("none"),
        vintool.ManifestError("gone", file="a.csv", next_step="look"),
        vintool.MappingError("which", file="a.csv", next_step="say", row=3),
    ]
    bases = [Exception, RuntimeError, ValueError, Exception, ValueError]
    for error, base in zip(errors, bases, strict=True):
        assert isinstance(error, vintool.VintoolError)
        assert isinstance(error, base)
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301
            assert (type(again), str(again)) == (type(error), str(error))
    from stdnum.exceptions import InvalidChecksum

    assert isinstance(caught.value, InvalidChecksum)


def test_schemas_say_what_each_field_is():
    for model in (vintool.Vehicle, vintool.Check, vintool.Finding):
        properties = model.model_json_schema()["properties"]
        assert [name for name, one in properties.items() if not one.get("description")] == []
    order = create_model("Order", vin=(vintool.Vin, ...)).model_json_schema()["properties"]["vin"]
    assert (order["minLength"], order["maxLength"]) == (17, 17)
    assert vintool.is_valid(order["examples"][0])


def test_a_vehicle_shows_itself_in_a_line_and_in_a_notebook():
    vehicle = vintool.decode("5YJ3E1EAXHF000316")
    assert repr(vehicle) == "<Vehicle 5YJ3E1EAXHF000316: Tesla Model 3, 2017, BEV>"
    shown = vehicle.model_copy(
        update={"brand": vehicle.brand.__class__("encoded", vehicle.brand.source, "<b>")}
    )
    assert "&lt;b&gt;" in shown._repr_html_()
    assert "<b>" not in shown._repr_html_()


def test_a_finding_shows_itself_in_a_line_and_in_a_notebook():
    finding = vintool.screen("LRW3E7FA1LC000001", "2026-03-01", {"fuel": "汽油"})
    assert (
        repr(finding)
        == "<Finding controlled by cn-2025-54 on 2026-03-01: vin_pure_electric, contradiction_powertrain>"
    )
    assert repr(vintool.screen("TBA")).endswith(" that is not known: no_identity, date_unknown>")
    hostile = finding.evidence[0].__class__("<i>", "BEV", finding.evidence[0].basis, None, "<i>")
    shown = finding.model_copy(update={"evidence": (hostile,)})._repr_html_()
    assert "&lt;i&gt;" in shown
    assert finding.reference_sha256[:12] in shown
    assert "<i>" not in shown


@pytest.mark.parametrize("text", [None, "", "\0", "TBA", "x" * 500])
def test_check_never_raises(text):
    assert vintool.check(text).vin is None


def test_lists_in_csv_are_words():
    checked = run("check", "LRW3E7FA2LC000001", "--format", "csv").stdout
    assert "LRW3E7FA1LC000001 (position 9: the check digit of the other positions is 1)" in checked
    decoded = run("decode", "5YJ3E1EAXHF000316", "--format", "csv").stdout
    assert "Number of Seat Rows: 2" in decoded
    assert "='" not in checked + decoded


def test_the_package_runs_as_a_module(tmp_path):
    assert output_of("vintool", "--version", folder=tmp_path) == (
        0,
        f"vintool, version {vintool.__version__}\n",
    )
