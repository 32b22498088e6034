"""A folder for the user's own vPIC, and releases put into use there."""

import pytest
from support.releases import as_sqlite, forget, tiny

from vintool.vpic.importer.build import build


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the user's own vPIC would lie; nothing does yet."""
    folder = tmp_path / "home" / "vpic"
    monkeypatch.setattr("vintool.vpic.files.user_home", lambda: folder)
    forget()
    yield folder
    forget()


@pytest.fixture
def use(tmp_path, home):  # noqa: ARG001 - the release goes there
    """Put a release into use, of which only these tables are not the tiny one's."""

    def put(**tables):
        build(as_sqlite(tmp_path / "vpic_2026_10.sqlite", tiny(**tables)))
        forget()

    return put
