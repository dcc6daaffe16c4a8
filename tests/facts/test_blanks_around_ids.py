"""Blanks around ids go, whichever they are; a look at the bytes tells quickly that there are none."""

import pytest

from tests.facts.conftest import EVENTS_MAP, HEADER, Import


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u2003"])
@pytest.mark.parametrize("other", ["bob", "zoë"])
def test_every_kind_of_blank_goes(bring: Import, ask, blank: str, other: str) -> None:
    rows = f"1,{other},view,2024-05-01T10:00:00Z,pro,1\n2,{blank}ann{blank},view,2024-05-01T10:00:00Z,pro,1\n"
    assert bring(HEADER + rows, map_text=EVENTS_MAP).added == 2
    assert ask("SELECT person FROM events ORDER BY event_id") == [(other,), ("ann",)]
