"""Which wishes became work at the made-up company: one that shipped and helped, one on its way?"""

from datetime import UTC, date, datetime

import numpy as np

from quarterdeck.demo.plan import Integers, Plan, day_index
from quarterdeck.demo.stories import Story

SHIPPED_AT = datetime(2026, 9, 21, 7, 30, tzinfo=UTC)
SHIPPED_DAY = date(2026, 9, 22)  # from this day on people have it
SHIPPED = "TW-90"
SHIPPED_TITLE = "Show holidays and free crews in the calendar"
SHIPPED_THEME = "calendar"
SETTLED = 0.8  # share of those who would have asked again and now say something else

ON_ITS_WAY = "TW-91"
ON_ITS_WAY_TITLE = "Make the schedule available offline"

# Item, title, level, parent, project, and what became of it.
WISHES = (
    (
        SHIPPED, SHIPPED_TITLE, "story", None, "Core",
        (
            (datetime(2026, 8, 17, 8, 0, tzinfo=UTC), "created", "To do"),
            (datetime(2026, 8, 31, 8, 15, tzinfo=UTC), "status", "In progress"),
            (datetime(2026, 9, 16, 14, 0, tzinfo=UTC), "status", "In review"),
            (SHIPPED_AT, "status", "Done"),
        ),
    ),
    (
        ON_ITS_WAY, ON_ITS_WAY_TITLE, "story", "TW-1", "Core",
        (
            (datetime(2026, 10, 5, 9, 0, tzinfo=UTC), "created", "To do"),
            (datetime(2026, 11, 2, 9, 30, tzinfo=UTC), "status", "In progress"),
        ),
    ),
)  # fmt: skip


def settled(plan: Plan, day: int, theme: Integers, wish: int, others: Integers) -> Integers:
    """Themes of a day once the wish shipped: most of who would have asked for it say something else.

    The chance is its own, so that nothing else that is drawn on the day changes.
    """
    if not plan.stories or day < day_index(SHIPPED_DAY):
        return theme
    chance = plan.chance("wishes", day)
    content = (theme == wish) & (chance.random(len(theme)) < SETTLED)
    return np.where(content, chance.choice(others, len(theme)), theme)


def loop_story() -> Story:
    """The wish that shipped, and how much less is said of it since."""
    return Story(
        kind="closed loop",
        title=f"{SHIPPED_TITLE} shipped, and fewer ask for it",
        metrics=(),
        direction="below",
        since=SHIPPED_DAY,
        until=None,
        dimension="theme",
        value=SHIPPED_THEME,
        detail={
            "item": SHIPPED,
            "shipped_at": SHIPPED_AT.isoformat(),
            "times_as_often": round(1 - SETTLED, 2),
            "next": ON_ITS_WAY,
        },
    )
