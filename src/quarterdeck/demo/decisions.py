"""What have the people of the made-up company asked, decided and promised by now?"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from quarterdeck.demo.plan import TIMEZONE
from quarterdeck.demo.stories import DROP_RELEASE, LAUNCH_DAY
from quarterdeck.process.decisions.service.acting import ActionState, Promise, promise, settle
from quarterdeck.process.decisions.service.asking import (
    Evidence,
    Option,
    Prediction,
    Question,
    answer,
    ask,
)
from quarterdeck.process.decisions.service.ledger import actions, decisions
from quarterdeck.process.decisions.service.reviewing import review
from quarterdeck.records.models import Person


@transaction.atomic
def write_demo_decisions(cast: Mapping[str, Person], *, as_of: date) -> None:
    """Two questions that wait, three decisions, of which one is graded, and last week's promises.

    All made up, all or nothing; where anything was decided or promised already, nothing is added.
    """
    if any(things(archived=kept).exists() for things in (decisions, actions) for kept in (False, True)):
        return
    _ask(cast, as_of)
    launch = _decide(cast, as_of)
    _promise(cast, as_of, launch)
    review(today=as_of)


def _ask(cast: Mapping[str, Person], as_of: date) -> None:
    ask(
        written=Question(
            question=f"Do we roll release {DROP_RELEASE} back on Android?",
            options=(
                Option(name="Roll back today"),
                Option(name="Fix forward", why_rejected="A fix needs a week of review by the app store."),
                Option(name="Leave it", why_rejected="Every day loses teams that do not come back."),
            ),
            decider="Head of product",
            due=as_of + timedelta(2),
            recommended="Roll back today",
            recommended_why="The fall began with the release and stands on Android alone.",
            waiting_costs="Teams that sign up on Android and never plan a day",
            dissent="Platform lead: the old release has the slow photo upload back.",
            flips_if="Activation on iOS falls too: then it is not the release.",
            evidence=(
                Evidence(type="metric", key="activation", title="Activation fell on Android"),
                Evidence(type="brief", key=as_of.isoformat(), title="The brief of this week"),
            ),
            prediction=Prediction(metric="activation", review_on=as_of + timedelta(21), low=0.05),
        ),
        by=cast["Growth lead"],
        at=_at(as_of, -3, 15),
    )
    ask(
        written=Question(
            question="Do we pause new mobile features until reviews take two days again?",
            options=(
                Option(name="Pause for three weeks"),
                Option(name="Add a reviewer", why_rejected="Nobody knows the code before January."),
                Option(name="Go on as it is", why_rejected="Reviews take longer every week."),
            ),
            decider="Core lead",
            due=as_of + timedelta(4),
            recommended="Pause for three weeks",
            recommended_why="Work waits longer in review than it takes to write.",
            waiting_costs="The next release slips past the holidays",
            flips_if="Reviews are back at two days by themselves.",
        ),
        by=cast["Platform lead"],
        at=_at(as_of, -4, 10),
    )


def _decide(cast: Mapping[str, Person], as_of: date) -> int:
    """Three decisions; the number of the one that the launch follows from."""
    head = cast["Head of product"]
    launch = ask(
        written=Question(
            question="Do we switch recurring jobs on for the whole growth plan?",
            options=(
                Option(name="Switch it on"),
                Option(name="Ten more pilots", why_rejected="The pilots ask for nothing new any more."),
            ),
            decider="Head of product",
            due=LAUNCH_DAY,
            recommended="Switch it on",
            recommended_why="Every month the same visits are typed in again; support hears of it weekly.",
            waiting_costs="A quarter of contract work planned by hand",
            dissent="Success lead: small teams may plan twice by mistake.",
            flips_if="Dispatchers undo more than one job in ten.",
            evidence=(Evidence(type="metric", key="recurring_jobs_adoption"),),
            prediction=Prediction(metric="recurring_jobs_adoption", review_on=as_of, low=0.05),
        ),
        by=cast["Core lead"],
        at=_at(LAUNCH_DAY, -7, 11),
    )
    answer(decision=launch, option="Switch it on", by=head, at=_at(LAUNCH_DAY, -1, 9))
    offline = ask(
        written=Question(
            question="Does the schedule without a connection come before invoice export?",
            options=(
                Option(name="Offline schedule first"),
                Option(name="Invoice export first", why_rejected="More ask for it, nobody leaves over it."),
            ),
            decider="Head of product",
            due=as_of - timedelta(6),
            recommended="Offline schedule first",
            recommended_why="Those who ask for it renew in the next quarter.",
            waiting_costs="Accounts that are at risk already",
            dissent="Growth lead: invoices would bring new teams.",
            flips_if="Two of the large accounts renew without it.",
            evidence=(Evidence(type="metric", key="support_contacts"),),
            prediction=Prediction(
                metric="support_contacts", review_on=as_of + timedelta(84), direction="falls"
            ),
        ),
        by=cast["Success lead"],
        at=_at(as_of, -12, 14),
    )
    answer(decision=offline, option="Offline schedule first", by=head, at=_at(as_of, -7, 10))
    slow = ask(
        written=Question(
            question="Do photos wait for a wireless network before they sync?",
            options=(
                Option(name="Photos wait"),
                Option(name="Photos go at once", why_rejected="They hold the schedule up behind them."),
            ),
            decider="Platform lead",
            due=as_of - timedelta(10),
            recommended="Photos wait",
            waiting_costs="Crews that see an old plan",
            evidence=(Evidence(type="metric", key="sync_seconds_p95"),),
            prediction=Prediction(
                metric="sync_seconds_p95", review_on=as_of + timedelta(42), direction="falls", low=0.2
            ),
        ),
        by=cast["Core lead"],
        at=_at(as_of, -17, 16),
    )
    answer(decision=slow, option="Photos wait", by=cast["Platform lead"], at=_at(as_of, -11, 12))
    return launch.pk


def _promise(cast: Mapping[str, Person], as_of: date, launch: int) -> None:
    """Last week's promises: two done, one late, one dropped."""
    followed = decisions().get(pk=launch)
    for text, owner, days, effect, state in (
        ("Tell the growth plan about recurring jobs", "Core lead", -5, "Adoption rises", ActionState.DONE),
        ("Name a second on-call for the sync queue", "Platform lead", -4, "", ActionState.DONE),
        (
            "Alert when an app falls silent for an hour",
            "Platform lead",
            -3,
            "No outage is found by a customer again",
            None,
        ),
        ("Visit two depots that lost crews", "Success lead", -3, "", ActionState.DROPPED),
    ):
        written = Promise(
            text=text,
            owner=owner,
            due=as_of + timedelta(days),
            expected_effect=effect,
            decision=followed if text.startswith("Tell") else None,
        )
        made = promise(written=written, by=cast[owner], at=_at(as_of, -10, 9))
        if state is not None:
            settle(action=made, state=state, by=cast[owner], at=_at(as_of, days, 16))


def _at(day: date, days: int, hour: int) -> datetime:
    return datetime.combine(day + timedelta(days), time(hour), ZoneInfo(TIMEZONE))
