"""How do people use each event: how many, how often again, how soon after their first?"""

from collections.abc import Callable

from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.insights.metrics.calc.suggesting import Habit

# A person's first moment is known from the events themselves; a day is long enough for a first visit.
HABITS = """
WITH firsts AS (SELECT person, min(time) AS first FROM identified_events GROUP BY person),
weekly AS (
  SELECT event, date_trunc('week', time) AS week, person, count(*) AS times,
    count_if(time < first + INTERVAL 1 DAY) AS early, count_if(account IS NOT NULL) AS placed
  FROM identified_events JOIN firsts USING (person) GROUP BY ALL
)
SELECT event, sum(times), count(DISTINCT person), count(DISTINCT week), count(*), sum(early), sum(placed)
FROM weekly GROUP BY event ORDER BY 2 DESC, 1 LIMIT 200
"""
REACH = "SELECT count(DISTINCT date_trunc('week', time)), count(DISTINCT person) FROM identified_events"


def read_habits(snapshot: Snapshot, *, tell: Callable[[str], None]) -> tuple[tuple[Habit, ...], int, int]:
    """Every event's habit, the number of weeks with any event, and the number of people."""
    tell("Counting weeks and people")
    weeks, people = snapshot.rows(REACH)[0]
    tell("Looking at how each event is used")
    habits = tuple(
        Habit(
            event=str(event),
            times=int(times),
            people=int(persons),
            weeks=int(active_weeks),
            person_weeks=int(person_weeks),
            first_day_times=int(early),
            with_account=int(placed),
        )
        for event, times, persons, active_weeks, person_weeks, early, placed in snapshot.rows(HABITS)
    )
    return habits, int(weeks), int(people)
