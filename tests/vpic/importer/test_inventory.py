"""The user's vPIC in use: where it lies, what says so, and that damage is never passed over."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import run
from support.releases import release_of

import vintool
from vintool import Reference, vpic
from vintool.cli.main import main
from vintool.errors import DataError
from vintool.registry.rows import DATA
from vintool.vpic.files import COLUMNS as FILE_COLUMNS
from vintool.vpic.files import FORMAT, MANIFEST, TEXTS
from vintool.vpic.importer import inventory

TESLA = "5YJ3E1EAXHF000316"


def test_a_folder_of_data_stands_in_place_of_the_shipped_one_where_it_is_given(use, home):
    shipped = DATA / "vpic"
    assert (vpic.folder(), vintool.decode(TESLA).model.value) == (shipped, "Model 3")
    use()
    vehicle = vintool.decode(TESLA)
    assert vpic.folder() == home
    assert (vehicle.model.value, vehicle.brand.value, vehicle.seats.value) == ("Toy", "Toymaker", 1)
    assert vehicle.model.source.cites == "NHTSA vPIC 2026-10"
    with Reference().bound():
        assert (vpic.folder(), vintool.decode(TESLA).model.value) == (shipped, "Model 3")
    assert vintool.decode(TESLA, reference=Reference(data=home.parent)).model.value == "Toy"


def test_the_command_tells_which_data_is_in_use(use, home):
    shipped = run("data")
    assert shipped.exit_code == 0
    assert f"vPIC    {DATA / 'vpic'} (as shipped)" in shipped.stdout
    use()
    built = run("data")
    assert built.exit_code == 0
    assert f"vPIC    {home} (built by the user)" in built.stdout
    lines = built.stdout.splitlines()
    assert lines[0].startswith("release ")
    assert lines[0].endswith("+vpic.2026-10")
    assert lines[1] == f"tables  {DATA}"
    rows = {line.split()[0]: line.split()[1] for line in lines[lines.index("") + 1 :]}
    assert (rows["vpic/models.csv"], rows["vpic/patterns.txt"]) == ("2", "6")
    assert all(line.endswith("2026-10  NHTSA vPIC") for line in lines if line.startswith("vpic/"))


def test_the_command_tells_the_same_as_json(use, home):
    use()
    overview = json.loads(run("data", "--format", "json").stdout)
    assert (overview["folder"], overview["vpic_folder"]) == (str(DATA), str(home))
    assert overview["release"] == vpic.data_release()
    tables = {table["name"]: table for table in overview["tables"]}
    assert {f"vpic/{name}" for name in (*FILE_COLUMNS, *TEXTS)} < tables.keys()
    assert tables["vpic/models.csv"] == {
        "name": "vpic/models.csv",
        "rows": 2,
        "sources": "NHTSA vPIC",
        "edition": "2026-10",
        "sha256": vpic.check(home)["models.csv"]["sha256"],
    }
    assert len(overview["tables"]) == len(inventory.overview().tables)


def through_the_door(monkeypatch, *arguments):
    """The exit code of the program itself."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(sys, "argv", ["vintool", *arguments])
    monkeypatch.setattr(os, "_exit", sys.exit)  # this process goes on
    try:
        with pytest.raises(SystemExit) as leaving:
            main()
    finally:
        signal.signal(signal.SIGTERM, handler)
    return leaving.value.code


def gone(path):
    path.unlink()


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def grown(path):
    path.write_bytes(path.read_bytes() + b"\n")


FILES = [*FILE_COLUMNS, *TEXTS]


@pytest.mark.parametrize("damage", [gone, halved, grown])
@pytest.mark.parametrize("name", FILES)
def test_data_that_is_not_whole_is_refused_and_never_passed_over(
    use, home, monkeypatch, capsys, name, damage
):
    use()
    damage(home / name)
    with pytest.raises(DataError, match="is missing or not whole") as error:
        vintool.decode(TESLA)
    for part in (str(home), name, "vintool data build", "delete the folder"):
        assert part in str(error.value)
    for command in (["decode", TESLA], ["data"]):
        assert through_the_door(monkeypatch, *command) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert f"Error: reference data: {error.value}" in err


def no_manifest(home):
    (home / MANIFEST).unlink()


def nothing_at_all(home):
    for path in home.iterdir():
        path.unlink()


def other_format(home):
    text = (home / MANIFEST).read_text(encoding="utf-8")
    assert f"format = {FORMAT}\n" in text
    (home / MANIFEST).write_text(text.replace("format = ", "format = 9"), encoding="utf-8")


@pytest.mark.parametrize("damage", [no_manifest, nothing_at_all, other_format])
def test_data_of_another_version_or_without_its_manifest_is_refused(
    use, home, tmp_path, monkeypatch, capsys, damage
):
    use()
    damage(home)
    (tmp_path / "list.csv").write_text(f"vin\n{TESLA}\n")
    with pytest.raises(DataError, match="build it again") as error:
        vintool.decode(TESLA)
    assert str(home) in str(error.value)
    assert "delete the folder" in str(error.value)
    command = ("screen", str(tmp_path / "list.csv"), "--on", "2026-03-01")
    assert through_the_door(monkeypatch, *command) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Error: reference data: {error.value}" in err
    use()  # the remedy
    assert vintool.decode(TESLA).model.value == "Toy"


def test_without_a_folder_named_the_data_goes_to_the_users_and_is_used(tmp_path):
    source = release_of(tmp_path / "in", "dump+zip")
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share")}

    def ran(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "vintool.cli.main", *arguments],
            env={name: value for name, value in {**os.environ, **environment}.items() if name != "COLUMNS"}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    built = ran("data", "build", "--vpic", source)
    folder = Path(built.removeprefix(f"built from {source.name}: ").strip())
    assert folder.is_relative_to(tmp_path)
    assert f"vPIC    {folder} (built by the user)" in ran("data")
    assert json.loads(ran("decode", TESLA, "--format", "json"))["model"]["value"] == "Toy"


@pytest.mark.parametrize(
    "cut",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b[: b.index(b"[release]")],
        lambda _: b"\xff",
        lambda b: b.replace(b"bytes", b"x"),
    ],
)
def test_a_broken_manifest_is_refused(use, home, cut):
    use()
    path = home / MANIFEST
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(DataError) as error:
        vintool.decode(TESLA)
    assert str(home) in str(error.value)


def test_explain_tells_broken_data_as_such(use, home, monkeypatch):
    use()
    (home / "wmi.csv").unlink()
    assert through_the_door(monkeypatch, "explain", TESLA, "--on", "2026-03-01") == 3


def test_a_file_in_place_of_the_users_folder_is_not_passed_over(home):
    home.parent.mkdir(parents=True)
    home.write_text("x")
    with pytest.raises(DataError):
        Reference(data=home.parent)
