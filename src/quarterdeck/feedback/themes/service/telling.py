"""How is the quality of the tagger told: in lines, as JSON, and on a page?"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from quarterdeck.feedback.themes.calc.quality import FEWEST as FEWEST
from quarterdeck.feedback.themes.calc.quality import Quality, Rate, TagQuality
from quarterdeck.feedback.themes.service.tagging import Validation
from quarterdeck.stats.figures import counted

TOO_FEW = "too few"


def report_lines(found: Validation) -> Iterator[str]:
    """A table of the tags, and what holds for all of them together."""
    quality = found.quality
    width = max(len(each.tag) for each in quality.tags)
    yield f"{'tag':<{width}}  examples  {'F1':<18}{'precision':<18}{'recall':<18}no tag given"
    for each in quality.tags:
        yield f"{each.tag:<{width}}  {each.examples:>8}  {_rates(each)}"
    yield ""
    yield (
        f"{quality.examples:,} examples, each tagged by what the others teach, with the encoder "
        f"'{found.encoder}'; no tag is given below a confidence of {found.abstain_below:.2f}."
    )
    if quality.right_when_given is not None and quality.abstain_rate is not None:
        right, none = _told(quality.right_when_given), _told(quality.abstain_rate)
        yield f"Right where a tag was given: {right}. Without a tag: {none}."
    if quality.macro_f1 is not None:
        yield f"Mean F1 of the {quality.judged} tags with {FEWEST} examples or more: {quality.macro_f1:.2f}."
    if quality.judged < len(quality.tags):
        rest = len(quality.tags) - quality.judged
        yield f"Of {rest} {'tag' if rest == 1 else 'tags'} there are too few examples to tell."


def report_json(found: Validation) -> Mapping[str, object]:
    """The same as JSON; a rate that cannot be told is null."""
    return {
        "encoder": found.encoder,
        "abstain_below": found.abstain_below,
        "fewest_examples": FEWEST,
        **asdict(found.quality),
    }


def _rates(each: TagQuality) -> str:
    if each.recall is None:
        return TOO_FEW
    told = (each.f1, each.precision, each.recall, each.abstain_rate)
    return "".join(f"{_told(rate) if rate else '-':<18}" for rate in told).rstrip()


def _told(rate: Rate) -> str:
    return f"{rate.value:.2f} ({rate.low:.2f}-{rate.high:.2f})"


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityLine:
    """One tag as a row of the page; `is_told` where there are enough examples for rates."""

    tag: str
    examples: int
    is_told: bool
    f1: str
    precision: str
    recall: str
    abstained: str


def quality_lines(quality: Quality) -> tuple[QualityLine, ...]:
    """The tags, those that people sorted most first."""
    ordered = sorted(quality.tags, key=lambda each: -each.examples)
    return tuple(
        QualityLine(
            tag=each.tag,
            examples=each.examples,
            is_told=each.recall is not None,
            f1=_told(each.f1).replace("-", " to ") if each.f1 else "none",
            precision=_in_percent(each.precision),
            recall=_in_percent(each.recall),
            abstained=_in_percent(each.abstain_rate),
        )
        for each in ordered
    )


def claim_of_quality(quality: Quality) -> str:
    """All tags together in one sentence."""
    right = quality.right_when_given
    if right is None or quality.examples < FEWEST:
        some = counted(quality.examples, "quote") if quality.examples else "No quote"
        return f"{some} sorted by people: too few to say how good the tagger is"
    return (
        f"Where the tagger gives a tag it is right in {100 * right.value:.0f} of 100 cases "
        f"({100 * right.low:.0f} to {100 * right.high:.0f}), going by {quality.examples:,} sorted quotes"
    )


def _in_percent(rate: Rate | None) -> str:
    if rate is None:
        return "never given"
    return f"{100 * rate.value:.0f} % ({100 * rate.low:.0f} to {100 * rate.high:.0f})"
