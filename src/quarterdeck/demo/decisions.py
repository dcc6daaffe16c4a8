"""What have the people of the made-up company asked, decided and promised by now?"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from quarterdeck.demo.plan import TIMEZONE
from quarterdeck.demo.stories import DROP_RELEASE, LAUNCH_DAY
from quarterdeck.process.decisions.service.acting import ActionState, Promise, promise, settle
from quarterdeck.process.decisions.service.asking import (
    Decision,
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
    """Two questions that wait for their answer."""
    _asked(
        f"Do we roll release {DROP_RELEASE} back on Android?",
        {
            "Roll back today": "",
            "Fix forward": "A fix needs a week of review by the app store.",
            "Leave it": "Every day loses teams that do not come back.",
        },
        decider="Head of product",
        due=as_of + timedelta(2),
        by=cast["Growth lead"],
        at=_at(as_of, -3, 15),
        evidence=(
            Evidence(type="metric", key="activation", title="Activation fell on Android"),
            Evidence(type="brief", key=as_of.isoformat(), title="The brief of this week"),
        ),
        prediction=Prediction(metric="activation", review_on=as_of + timedelta(21), low=0.05),
        recommended_why="The fall began with the release and stands on Android alone.",
        waiting_costs="Teams that sign up on Android and never plan a day",
        dissent="Platform lead: the old release has the slow photo upload back.",
        flips_if="Activation on iOS falls too: then it is not the release.",
    )
    _asked(
        "Do we pause new mobile features until reviews take two days again?",
        {
            "Pause for three weeks": "",
            "Add a reviewer": "Nobody knows the code before January.",
            "Go on as it is": "Reviews take longer every week.",
        },
        decider="Core lead",
        due=as_of + timedelta(4),
        by=cast["Platform lead"],
        at=_at(as_of, -4, 10),
        recommended_why="Work waits longer in review than it takes to write.",
        waiting_costs="The next release slips past the holidays",
        flips_if="Reviews are back at two days by themselves.",
    )


def _decide(cast: Mapping[str, Person], as_of: date) -> int:
    """Three decisions; the number of the one that the launch follows from."""
    launch = _asked(
        "Do we switch recurring jobs on for the whole growth plan?",
        {"Switch it on": "", "Ten more pilots": "The pilots ask for nothing new any more."},
        decider="Head of product",
        due=LAUNCH_DAY,
        by=cast["Core lead"],
        at=_at(LAUNCH_DAY, -7, 11),
        evidence=(Evidence(type="metric", key="recurring_jobs_adoption"),),
        prediction=Prediction(metric="recurring_jobs_adoption", review_on=as_of, low=0.05),
        recommended_why="Every month the same visits are typed in again; support hears of it weekly.",
        waiting_costs="A quarter of contract work planned by hand",
        dissent="Success lead: small teams may plan twice by mistake.",
        flips_if="Dispatchers undo more than one job in ten.",
    )
    offline = _asked(
        "Does the schedule without a connection come before invoice export?",
        {"Offline schedule first": "", "Invoice export first": "More ask for it, nobody leaves over it."},
        decider="Head of product",
        due=as_of - timedelta(6),
        by=cast["Success lead"],
        at=_at(as_of, -12, 14),
        evidence=(Evidence(type="metric", key="support_contacts"),),
        prediction=Prediction(metric="support_contacts", review_on=as_of + timedelta(84), direction="falls"),
        recommended_why="Those who ask for it renew in the next quarter.",
        waiting_costs="Accounts that are at risk already",
        dissent="Growth lead: invoices would bring new teams.",
        flips_if="Two of the large accounts renew without it.",
    )
    slow = _asked(
        "Do photos wait for a wireless network before they sync?",
        {"Photos wait": "", "Photos go at once": "They hold the schedule up behind them."},
        decider="Platform lead",
        due=as_of - timedelta(10),
        by=cast["Core lead"],
        at=_at(as_of, -17, 16),
        evidence=(Evidence(type="metric", key="sync_seconds_p95"),),
        prediction=Prediction(
            metric="sync_seconds_p95", review_on=as_of + timedelta(42), direction="falls", low=0.2
        ),
        waiting_costs="Crews that see an old plan",
    )
    for decision, at in (
        (launch, _at(LAUNCH_DAY, -1, 9)),
        (offline, _at(as_of, -7, 10)),
        (slow, _at(as_of, -11, 12)),
    ):
        answer(decision=decision, option=decision.recommended, by=cast[decision.decider], at=at)
    return launch.pk


def _asked(
    question: str,
    options: Mapping[str, str],
    *,
    decider: str,
    due: date,
    by: Person,
    at: datetime,
    evidence: tuple[Evidence, ...] = (),
    prediction: Prediction | None = None,
    recommended_why: str = "",
    waiting_costs: str = "",
    dissent: str = "",
    flips_if: str = "",
) -> Decision:
    """Ask, with each option and what speaks against it; the first is recommended."""
    written = Question(
        question=question,
        options=tuple(Option(name=name, why_rejected=against) for name, against in options.items()),
        decider=decider,
        due=due,
        recommended=next(iter(options)),
        recommended_why=recommended_why,
        waiting_costs=waiting_costs,
        dissent=dissent,
        flips_if=flips_if,
        evidence=evidence,
        prediction=prediction,
    )
    return ask(written=written, by=by, at=at)


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
