"""Hypothesis: random on a desk, the same every time at the gate; never judged by the clock."""

import os

import pytest
from hypothesis import settings

from vintool import registry

settings.register_profile("desk", deadline=None)
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "desk")


@pytest.fixture
def no_own_rules(tmp_path, monkeypatch):
    """No data of whoever runs the tests, and no rules left behind."""
    monkeypatch.setattr("vintool.registry.rows.user_folder", lambda: tmp_path / "home")
    registry.use_evidence()
    yield
    monkeypatch.undo()
    registry.use_evidence()
