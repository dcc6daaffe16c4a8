"""What was said is read by itself, as soon as it is there."""

from quarterdeck.feedback.intake.jobs import RHYTHMS, TASKS, project_quotes, something_was_said
from tests.feedback.intake.said import say


class Told:
    """A running job that only listens."""

    def __init__(self):
        self.said = []

    def tell(self, done, total=None, saying=""):
        self.said.append(saying)

    def should_stop(self):
        return False


def test_new_messages_are_wanted_read_and_then_no_more(own_workspace):
    assert not something_was_said()
    assert project_quotes(Told()) == {}
    say(own_workspace, "The invite spins. The map is wrong.")
    assert something_was_said()
    told = Told()
    assert project_quotes(told) == {"messages": 1, "quotes": 2, "page": "/inbox/"}
    assert told.said[0] == "1 messages read"
    assert not something_was_said()
    assert project_quotes(Told())["quotes"] == 2
    assert RHYTHMS[0].task == TASKS[0].name
