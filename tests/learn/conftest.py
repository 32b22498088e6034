"""No rules of whoever runs the tests."""

import pytest


@pytest.fixture(autouse=True)
def _own_home(no_own_rules):
    """For every test of the room."""
