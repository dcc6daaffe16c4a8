"""A workspace of the application with a few messages, made into quotes."""

import pytest

from quarterdeck.feedback.intake.service.projecting import refresh
from tests.feedback.intake.said import add_account, say


@pytest.fixture
def inbox(own_workspace):
    """Five quotes of two accounts and of somebody unknown; one of them said twice."""
    add_account(own_workspace, "a-1", "Beams & Sons", 1200)
    add_account(own_workspace, "a-2", "Yard Group", 54000)
    say(
        own_workspace,
        {"text": "Hi Anna, the crew invite just spins. I had to phone +49 30 1234567.", "account": "a-1"},
        {"text": "The map is wrong, and the schedule is late.", "account": "a-2", "channel": "sales"},
        {"text": "Die Karte ist falsch.", "channel": "review", "consent": False},
        {"text": "the crew invite just spins", "account": "a-1"},
    )
    refresh(own_workspace)
    return own_workspace
