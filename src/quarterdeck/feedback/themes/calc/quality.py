"""How good is the tagger on each tag, as far as so few examples can tell?"""

from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.stats.interval import wilson_interval

FEWEST = 10
"""Below so many examples of a tag, a rate says more about chance than about the tagger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TagQuality:
    """One tag under cross-validation; the rates are None where there are too few examples to tell.

    `examples` were given the tag by people, `given` by the tagger, `both` by both; of `abstained` the tagger
    said nothing.
    """

    tag: str
    examples: int
    given: int
    both: int
    abstained: int
    precision: Rate | None
    recall: Rate | None
    f1: Rate | None
    abstain_rate: Rate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Every tag, and all together: the share of given tags that were right, and of texts left without one.

    `macro_f1` is the mean of F1 over the `judged` tags that have enough examples, None where none has.
    """

    tags: tuple[TagQuality, ...]
    examples: int
    right_when_given: Rate | None
    abstain_rate: Rate | None
    macro_f1: float | None
    judged: int


def judge_quality(
    tags: Sequence[str], wanted: Sequence[tuple[str, ...]], given: Sequence[tuple[str, ...]]
) -> Quality:
    """Compare the tags people gave texts with those the tagger gave them unseen."""
    pairs = list(zip(wanted, given, strict=True))
    each = tuple(_judge_tag(tag, pairs) for tag in tags)
    known = [found.f1.value for found in each if found.f1 is not None]
    told = [bool(set(people) & set(tagger)) for people, tagger in pairs if tagger]
    return Quality(
        tags=each,
        examples=len(pairs),
        right_when_given=_rate(sum(told), len(told)),
        abstain_rate=_rate(len(pairs) - len(told), len(pairs)),
        macro_f1=sum(known) / len(known) if known else None,
        judged=len(known),
    )


def _judge_tag(tag: str, pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> TagQuality:
    of_tag = [tagger for people, tagger in pairs if tag in people]
    examples, both = len(of_tag), sum(tag in tagger for tagger in of_tag)
    given = sum(tag in tagger for _, tagger in pairs)
    abstained = sum(not tagger for tagger in of_tag)
    enough = examples >= FEWEST
    overlap = _rate(both, examples + given - both) if enough else None
    return TagQuality(
        tag=tag,
        examples=examples,
        given=given,
        both=both,
        abstained=abstained,
        precision=_rate(both, given) if enough else None,
        recall=_rate(both, examples) if enough else None,
        f1=None if overlap is None else _f1(overlap),
        abstain_rate=_rate(abstained, examples) if enough else None,
    )


def _rate(part: int, whole: int) -> Rate | None:
    if whole == 0:
        return None
    low, high = wilson_interval(part, whole)
    return Rate(value=part / whole, low=low, high=high)


def _f1(overlap: Rate) -> Rate:
    """F1 is 2J / (1 + J), where J = right / (right + wrong + missed) is a share with Wilson's interval."""
    low, value, high = (2 * share / (1 + share) for share in (overlap.low, overlap.value, overlap.high))
    return Rate(value=value, low=low, high=high)
