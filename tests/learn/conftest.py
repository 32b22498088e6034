"""No rules of whoever runs the tests."""

import pytest

from vintool import registry


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """No rules of whoever runs the tests, and none left behind."""
    monkeypatch.setattr("vintool.registry.user_rules.evidence_folder", lambda: tmp_path / "home")
    registry.use_evidence()
    yield
    monkeypatch.undo()
    registry.use_evidence()
