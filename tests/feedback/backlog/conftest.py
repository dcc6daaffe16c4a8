"""A workspace that stands at a day, so that what tests tell lies behind it whatever the clock says."""

from datetime import date

import pytest

from quarterdeck.definitions.settings import SETTINGS_FILE
from quarterdeck.definitions.workspace import open_workspace

STANDS_AT = date(2026, 11, 16)


@pytest.fixture
def standing(own_workspace):
    """The workspace of one test, on a Monday in November."""
    file = own_workspace.path / SETTINGS_FILE
    file.write_text(f"{file.read_text()}stands_at: {STANDS_AT}\n")
    return open_workspace(own_workspace.path)
