"""A folder for the user's own vPIC, and releases put into use there."""

import pytest
from support.releases import as_sqlite, forget, tiny

from vintool import Reference
from vintool.vpic.importer.build import build


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the user's own vPIC would lie; nothing does yet."""
    monkeypatch.setattr("vintool.registry.rows.user_folder", lambda: tmp_path / "home")
    return tmp_path / "home" / "vpic"


@pytest.fixture
def use(tmp_path, home, monkeypatch):
    """Put a release into use, of which only these tables are not the tiny one's."""

    def put(**tables):
        build(as_sqlite(tmp_path / "vpic_2026_10.sqlite", tiny(**tables)))
        monkeypatch.setattr("vintool.registry.reference._default", Reference(data=home.parent))
        forget()  # of data with the same content

    return put
