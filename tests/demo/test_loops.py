"""A wish of the made-up customers ships, and what else they say and do stays as it was."""

import numpy as np

from quarterdeck.demo.accounts import make_accounts
from quarterdeck.demo.feedback import ELSE, INVITE, OFFLINE, PRAISE, WISH, messages
from quarterdeck.demo.loops import ON_ITS_WAY, SHIPPED, SHIPPED_DAY, settled
from quarterdeck.demo.plan import DAYS, Plan, day_index
from quarterdeck.demo.work import work_changes


def test_less_is_said_of_the_wish_once_it_shipped_and_nothing_else_changes():
    plan = Plan(events=1_000_000, seed=3)
    accounts = make_accounts(plan)
    shipped = day_index(SHIPPED_DAY)
    before, after = (
        sum(int((messages(plan, accounts, day).theme == WISH).sum()) for day in range(first, first + 28))
        for first in (shipped - 28, shipped)
    )
    assert after < 0.35 * before
    drawn = np.array([WISH, OFFLINE, INVITE, PRAISE, *ELSE] * 50)
    for day in (shipped - 1, shipped, DAYS - 1):
        told = settled(plan, day, drawn, WISH, ELSE)
        assert (told[drawn != WISH] == drawn[drawn != WISH]).all()
        assert np.isin(told[told != drawn], ELSE).all()
    calm = Plan(events=1_000_000, seed=3, stories=False)
    assert settled(calm, DAYS - 1, drawn, WISH, ELSE) is drawn


def test_one_wish_shipped_and_one_is_on_its_way_where_stories_happen():
    last = {}
    for change in work_changes(Plan(events=10_000, seed=3)):
        if change.item in (SHIPPED, ON_ITS_WAY) and change.field in ("created", "status"):
            last[change.item] = change.value
    assert last == {SHIPPED: "Done", ON_ITS_WAY: "In progress"}
    calm = work_changes(Plan(events=10_000, seed=3, stories=False))
    assert not {change.item for change in calm} & {SHIPPED, ON_ITS_WAY}
