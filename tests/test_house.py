"""The house itself: names that say something, files of one sitting, few rooms, and tests that mirror them."""

import ast
import tokenize

import pytest
from support import ROOT

VINTOOL, TESTS = ROOT / "vintool", ROOT / "tests"
VAGUE = {"told"}
"""Words that say what happened to a thing and not what it is; no identifier holds one."""
ONE_SITTING = 450  # lines
EXCUSE = "Longer than one sitting because"
WITHOUT_ROOM = {"support"}  # beside the tests, of no room
ELSEWHERE = {"data": ROOT / "wmi_data"}  # tests of what is no room of the package


def python_files(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def vague_names(path):
    with path.open("rb") as file:
        names = {
            (token.string, token.start[0])
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.NAME
        }
    return sorted((line, name) for name, line in names if VAGUE & {*name.lower().split("_")})


@pytest.mark.parametrize("folder", ["vintool", "tests", "benchmarks", "wmi_data"])
def test_no_name_is_vague(folder):
    paths = python_files(folder)
    assert paths
    vague = {str(path.relative_to(ROOT)): names for path in paths if (names := vague_names(path))}
    assert vague == {}


def test_a_module_is_of_one_sitting_or_says_why_not():
    longer = []
    for path in python_files("vintool", "tests"):
        source = path.read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > ONE_SITTING and EXCUSE not in (ast.get_docstring(ast.parse(source)) or ""):
            longer.append((str(path.relative_to(ROOT)), lines))
    assert longer == []


def test_the_listing_is_short():
    rooms = [path for path in VINTOOL.iterdir() if (path / "__init__.py").exists()]
    modules = [path for path in VINTOOL.glob("*.py") if not path.name.startswith("__")]
    assert 0 < len(rooms) <= 16
    assert len(modules) <= 5


def test_no_test_is_imported():
    """What several tests use lies in tests/support, fixtures of a room in its conftest."""
    imports = []
    for path in python_files("tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            parts = {part for name in names for part in name.split(".")[:2]}
            if any(part.startswith("test_") or part in {"tests", "conftest"} for part in parts):
                imports.append((str(path.relative_to(ROOT)), node.lineno))
    assert imports == []


def test_every_room_of_the_tests_is_a_room_of_the_package():
    for folder in {path.parent for path in TESTS.rglob("test_*.py")} - {TESTS}:
        room, *inner = folder.relative_to(TESTS).parts
        assert room not in WITHOUT_ROOM
        assert ELSEWHERE.get(room, VINTOOL / room).joinpath(*inner).is_dir(), folder


def test_every_room_of_the_package_has_tests():
    for room in VINTOOL.iterdir():
        if (room / "__init__.py").exists():
            assert list((TESTS / room.name).rglob("test_*.py")), room.name
