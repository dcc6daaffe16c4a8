"""How is a recommendation said: what to do, why, where each figure comes from, and what is traded for it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from quarterdeck.feedback.backlog.calc.grounds import Grounds, Passed, Weighed, stake_of
from quarterdeck.feedback.backlog.calc.likeness import said_by
from quarterdeck.feedback.backlog.calc.rice import FEWEST_ACCOUNTS, FEWEST_LIKE, Check, Range, Signal
from quarterdeck.stats.figures import counted, listed, notation, opening, whole

QUARTER = "13 weeks"
RENEWALS = "120 days"
ITEMS_NAMED = 3
IMPACTS = {0.25: "minimal", 0.5: "low", 1.0: "medium", 2.0: "high", 3.0: "massive"}
CHECKS = {
    "customers": ("ten customers or more spoke of it", "fewer than ten customers spoke of it"),
    "channels": (
        "two channels or more were heard",
        "it was heard in one channel alone",
    ),
    "trend": ("it is known where it goes", "where it goes is not known well"),
    "tagger": ("the tagger is right about it", "the tagger is often wrong about it"),
    "agreement": ("the reasons for its impact agree", "the reasons for its impact disagree"),
}
UNKNOWN = {
    "trend": "where it goes is not known",
    "tagger": "nobody has checked the tagger on it",
    "agreement": "there are not two reasons to compare",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A sentence, and the page behind it."""

    text: str
    path: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """One factor of a score: its value, its bounds, and where they come from."""

    name: str
    value: str
    brief: str
    bounds: str
    source: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Something else that could be done, and what it would cost."""

    name: str
    against: str


def title_of(each: Weighed) -> str:
    """What is recommended, in a few words."""
    theme = each.grounds.theme
    items = listed(each.grounds.items) if each.grounds.items else ""
    return {
        "do": f"Act on {theme}",
        "raise": f"Raise {items}: {theme} rises",
        "lower": f"Lower {items}: {theme} falls",
        "stop": f"Stop {items}: hardly anybody speaks of {theme}",
        "watch": f"Watch {theme}",
    }[each.verb]


def claim_of(each: Weighed, currency: str) -> Said:
    """Who asks for it and what they are worth, in one sentence."""
    grounds = each.grounds
    who = f"{opening(counted(grounds.accounts, 'customer'))} spoke of it in {QUARTER}"
    if not grounds.arr:
        return Said(text=f"{who}.", path=theme_path(grounds.theme))
    worth = f", worth {money(grounds.arr, currency)} a year"
    risk = (
        f"; {money(grounds.arr_at_risk, currency)} of it is up for renewal within {RENEWALS}"
        if grounds.arr_at_risk
        else "; none of it is up for renewal soon"
    )
    return Said(text=f"{who}{worth}{risk}.", path=f"{theme_path(grounds.theme)}#customers")


def factors(each: Weighed, currency: str) -> tuple[Factor, ...]:
    """The four factors of the score, each with where it comes from."""
    return (
        Factor(
            name="Reach",
            value=f"{whole(each.reach.point)} customers a quarter" if each.reach else "not known",
            brief=whole(each.reach.point) if each.reach else "not known",
            bounds=_bounds(each.reach),
            source=tuple(_reach(each)),
        ),
        Factor(
            name="Impact",
            value=f"{impact_words(each.impact.point)}" if each.impact else "not known",
            brief=f"{each.impact.point:g}" if each.impact else "not known",
            bounds=_bounds(each.impact),
            source=tuple(_impact(each, currency)),
        ),
        Factor(
            name="Confidence",
            value=f"{100 * each.confidence:.0f} %" if each.confidence else "not known",
            brief=f"{100 * each.confidence:.0f} %" if each.confidence else "not known",
            bounds="",
            source=tuple(_confidence(each)),
        ),
        Factor(
            name="Effort",
            value=f"{effort_words(each.effort.point)}" if each.effort else "not known",
            brief=f"{each.effort.point:.2g} weeks" if each.effort else "not known",
            bounds=_bounds(each.effort),
            source=tuple(_effort(each)),
        ),
    )


def score_words(each: Weighed) -> str:
    """The score with its bounds, or the bands that stand in for it."""
    if each.score is not None:
        return f"{short(each.score.point)} ({short(each.score.low)} to {short(each.score.high)})"
    return band_words(each)


def band_words(each: Weighed) -> str:
    """MoSCoW, tier and effort band: what is said where no number can be."""
    tier = f"tier {each.tier}" if each.tier else "tier not known"
    effort = f"effort {each.band}" if each.band != "unknown" else "effort not known"
    return f"{each.moscow}, {tier}, {effort}"


def sum_words(each: Weighed) -> str:
    """How the score comes about, as one would write it down."""
    if each.score is None or not (each.reach and each.impact and each.confidence and each.effort):
        missing = [
            name
            for name, known in (
                ("reach", each.reach),
                ("impact", each.impact),
                ("confidence", each.confidence),
                ("effort", each.effort),
            )
            if not known
        ]
        return f"No score: {listed(missing)} {'is' if len(missing) == 1 else 'are'} not known."
    return (
        f"{whole(each.reach.point)} × {each.impact.point:g} × {100 * each.confidence:.0f} % / "
        f"{each.effort.point:.2g} = {short(each.score.point)}"
    )


def alternatives(
    each: Weighed, following: Weighed | None, apart: Sequence[Weighed], currency: str
) -> tuple[Alternative, ...]:
    """What else could be done, and what speaks against it."""
    return tuple(_alternatives(each, following, apart, currency))


def _alternatives(
    each: Weighed, following: Weighed | None, apart: Sequence[Weighed], currency: str
) -> Iterator[Alternative]:
    grounds = each.grounds
    if grounds.arr_at_risk:
        waits = f"{money(grounds.arr_at_risk, currency)} a year is up for renewal within {RENEWALS}"
    else:
        waits = f"{opening(counted(grounds.accounts, 'customer'))} spoke of it in {QUARTER}"
    yield Alternative(name="Leave it as it is", against=f"{waits}.")
    if following is not None:
        alike = following in apart
        told = "the two scores cannot be told apart" if alike else "it scores less"
        if following.score is None or each.score is None:
            told = f"it is {band_words(following)}"
        yield Alternative(
            name=f"{following.grounds.theme} first", against=f"{opening(told)}: {score_words(following)}."
        )
    if each.confidence is not None and each.confidence < 1:
        open_checks = [_check_words(check) for check in each.checks if check.passed is not True]
        yield Alternative(
            name="Learn more first",
            against=f"Confidence would rise, which is held down because {listed(open_checks)}.",
        )


def _reach(each: Weighed) -> Iterator[Said]:
    grounds = each.grounds
    theme = theme_path(grounds.theme)
    yield Said(
        text=f"{whole(grounds.accounts)} customers spoke of it in {QUARTER}, {whole(grounds.people)} people, "
        f"{whole(grounds.mentions)} times.",
        path=f"{theme}#customers",
    )
    for passed in grounds.journeys:
        yield Said(text=_passed_words(passed, grounds), path=f"/journeys/{quote(passed.name)}/")
    if not grounds.journeys:
        yield Said(
            text="Its tag names no journey, so those who met it and did not write are not counted.",
            path="/definitions/taxonomy/taxonomy/",
        )


def _passed_words(passed: Passed, grounds: Grounds) -> str:
    if passed.trouble:
        return f"{passed.title} does not say how many meet it: {passed.trouble.rstrip('.')}."
    through = f"{whole(passed.entered)} customers went through “{passed.title}”"
    if passed.entered < grounds.accounts:
        return f"{through}, fewer than spoke of it."
    share = 100 * grounds.accounts / grounds.wrote if grounds.wrote else 0.0
    return (
        f"{through}. Of the {whole(grounds.wrote)} customers that wrote anything {share:.0f} % spoke of it; "
        "the same share is taken of those who go through."
    )


def _impact(each: Weighed, currency: str) -> Iterator[Said]:
    grounds = each.grounds
    if each.grounds.accounts < FEWEST_ACCOUNTS:
        yield Said(text=f"Fewer than {counted(FEWEST_ACCOUNTS, 'customer')} spoke of it: too few to say.")
        return
    for signal in each.signals:
        yield Said(
            text=f"{_signal_words(signal, grounds, currency)} {_points(signal)}",
            path=_signal_path(signal, grounds),
        )
    known = {signal.name for signal in each.signals}
    if "renewal" not in known:
        yield Said(text="Nothing is known of what they pay and when they renew.", path="/facts/")
    if "mood" not in known:
        yield Said(text="Too few of them gave a score to say how content they are.")


def _signal_words(signal: Signal, grounds: Grounds, currency: str) -> str:
    if signal.name == "renewal":
        share, usual = grounds.arr_at_risk / grounds.arr, grounds.all_at_risk / grounds.all_arr
        return (
            f"{100 * share:.0f} % of their {money(grounds.arr, currency)} is up for renewal within "
            f"{RENEWALS}, of all customers {100 * usual:.0f} %:"
        )
    if signal.name == "mood" and grounds.mood and grounds.mood_of_others:
        return (
            f"Their NPS is {_signed(grounds.mood.point)} "
            f"({_signed(grounds.mood.low)} to {_signed(grounds.mood.high)}), of the others "
            f"{_signed(grounds.mood_of_others.point)}:"
        )
    passed = next(each for each in grounds.journeys if not each.trouble)
    now, then = passed.converted / passed.entered, passed.converted_before / passed.entered_before
    return f"{100 * now:.0f} % come to the end of “{passed.title}”, in the quarter before {100 * then:.0f} %:"


def _signal_path(signal: Signal, grounds: Grounds) -> str:
    if signal.name == "journey":
        passed = next(each for each in grounds.journeys if not each.trouble)
        return f"/journeys/{quote(passed.name)}/"
    return f"{theme_path(grounds.theme)}#customers"


def _points(signal: Signal) -> str:
    between = f", {signal.low} to {signal.high} by its interval" if signal.low != signal.high else ""
    return f"{signal.points} of 2 points{between}."


def _confidence(each: Weighed) -> Iterator[Said]:
    if each.confidence is None:
        yield Said(text="Where so few speak, words stand in for a number.")
        return
    passed = [_check_words(check) for check in each.checks if check.passed]
    missed = [_check_words(check) for check in each.checks if not check.passed]
    if passed:
        yield Said(text=f"For it: {listed(passed)}.")
    if missed:
        yield Said(text=f"Against it: {listed(missed)}.", path="/themes/" if not passed else "")


def _check_words(check: Check) -> str:
    if check.passed is None:
        return UNKNOWN[check.name]
    return CHECKS[check.name][0 if check.passed else 1]


def _effort(each: Weighed) -> Iterator[Said]:
    if each.effort is None:
        like = len(each.grounds.like)
        yield Said(
            text=f"{opening(counted(like, 'finished work item'))} {'is' if like == 1 else 'are'} like it; "
            f"{counted(FEWEST_LIKE, 'item')} are needed. Say what it takes, and there is a score.",
        )
    elif each.effort_by:
        yield Said(text=f"Said by {each.effort_by}.")
    else:
        yield Said(
            text=f"The median of {whole(len(each.grounds.like))} finished work items whose title shares a "
            f"word with it ({said_by(each.grounds.like_items, most=ITEMS_NAMED)}), between their quartiles; "
            "one person at a time, seven days a week of work.",
        )


def theme_path(theme: str) -> str:
    """The page of a theme."""
    return f"/themes/{quote(theme)}/"


def money(value: float, currency: str) -> str:
    """An amount as a reader takes it in."""
    return notation("currency", [value], currency=currency).full(value)


def short(value: float) -> str:
    """A score: no more digits than it deserves."""
    return whole(value) if value >= 10 else f"{value:.1f}"


def impact_words(value: float) -> str:
    """A step of the scale with its word."""
    return f"{value:g}, {IMPACTS[value]}"


def effort_words(weeks: float) -> str:
    """Weeks of one person."""
    return f"{weeks:.2g} {'week' if weeks == 1 else 'weeks'} of one person"


def stake_words(grounds: Grounds) -> str:
    """What part of the company's revenue speaks of it."""
    stake = stake_of(grounds)
    return "" if stake.of_revenue is None else f"{100 * stake.of_revenue:.0f} % of all revenue"


def _bounds(found: Range | None) -> str:
    if found is None:
        return ""
    low, high = (f"{each:.2g}" if each < 10 else whole(each) for each in (found.low, found.high))
    return "" if low == high else f"{low} to {high}"


def _signed(points: float) -> str:
    near = round(points)
    return "0" if near == 0 else f"{near:+d}".replace("-", "−")
