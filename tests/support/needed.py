"""What some tests need and not every machine has: where it is missing they are skipped, but at the gate they fail."""

import importlib
import os

import pytest

GATE = bool(os.environ.get("CI"))


def needed(module):
    """A module from an extra."""
    return importlib.import_module(module) if GATE else pytest.importorskip(module)


def missing(what):
    """End a test for which something is missing."""
    if GATE:
        pytest.fail(f"at the gate no test is skipped for want of {what}", pytrace=False)
    pytest.skip(f"there is no {what}")
