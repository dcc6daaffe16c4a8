"""Which tags do texts get from a taxonomy and the examples people gave?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.feedback.themes.calc.parts import with_wholes, without_wholes
from quarterdeck.feedback.themes.calc.quality import Quality, judge_quality
from quarterdeck.feedback.themes.calc.texts import Example, Judged, Tagged, TagWords
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.encoding import AUTO, NONE, find_encoder

if TYPE_CHECKING:
    from quarterdeck.feedback.themes.calc.calibrating import Calibration
    from quarterdeck.feedback.themes.calc.holding_out import HeldOut
    from quarterdeck.feedback.themes.calc.tagging import Encoder, Fit


ROUNDING = 1e-4
WRONG_COSTS = 2.0
"""How many texts without a tag are as bad as one with a wrong tag, unless somebody says otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagging:
    """The tags of every text, in the order of the texts; `remarks` say what was left aside and why.

    `first` is the best tag of each, given or not; `judged` are the examples as they are tagged unseen.
    """

    tagged: Sequence[Tagged]
    first: Sequence[str]
    judged: Sequence[Judged]
    encoder: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Validation:
    """How good the tagger is on examples it had not seen, and below which confidence it gives no tag."""

    quality: Quality
    abstain_below: float
    encoder: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bar:
    """What a tag must pass to be given."""

    calibration: "Calibration"
    abstain_below: float
    second_from: float


def tag_quotes(
    taxonomy: Taxonomy,
    texts: Sequence[str],
    *,
    examples: Sequence[Example] = (),
    always: bool = False,
    wrong_costs: float = WRONG_COSTS,
    encoder: str = AUTO,
) -> Tagging:
    """Tag texts by a taxonomy and what people decided; where a tag is likely wrong none is given.

    `always` gives the best tag all the same. Several tags are given where the examples have several.
    """
    from quarterdeck.feedback.themes.calc.tagging import fit_tags  # slow import

    usable, remarks = known_examples(taxonomy, examples)
    words, model = words_of(taxonomy), find_encoder(encoder)
    held = _held_out(words, usable, texts, model)
    bar = _bar(taxonomy.names, held, 0.0 if always else _abstain_below(wrong_costs))
    fit = fit_tags(words, usable, texts, encoder=model)
    names = taxonomy.names
    tagged = _given(taxonomy, fit, bar)
    if not always:
        for row in _without_words(taxonomy, fit, texts):
            tagged[row] = Tagged(tags=(), confidence=0.0)
    return Tagging(
        tagged=tagged,
        first=[names[place] for place in fit.place[:, 0].tolist()],
        judged=_judged(held, _given(taxonomy, held.fit, bar)),
        encoder=_named(model),
        remarks=remarks,
    )


def cross_validated(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    texts: Sequence[str] = (),
    wrong_costs: float = WRONG_COSTS,
    encoder: str = AUTO,
) -> Validation:
    """How well examples are tagged by what the others teach, for each tag, with intervals.

    `texts` are those that are to be tagged: they listen to each other here too.
    """
    usable, remarks = known_examples(taxonomy, examples)
    model = find_encoder(encoder)
    held = _held_out(words_of(taxonomy), usable, texts, model)
    below = _abstain_below(wrong_costs)
    given = _given(taxonomy, held.fit, _bar(taxonomy.names, held, below))
    quality = quality_of(taxonomy, _judged(held, given))
    return Validation(quality=quality, abstain_below=below, encoder=_named(model), remarks=remarks)


def quality_of(taxonomy: Taxonomy, judged: Sequence[Judged]) -> Quality:
    """How good the tagger is on each tag; what is said of a part is said of its whole too."""

    above = taxonomy.above
    return judge_quality(
        taxonomy.names,
        [with_wholes(each.wanted, above) for each in judged],
        [with_wholes(each.given, above) for each in judged],
    )


def _judged(held: "HeldOut", given: Sequence[Tagged]) -> list[Judged]:
    return [
        Judged(text=example.text, wanted=example.tags, given=each.tags, confidence=each.confidence)
        for example, each in zip(held.examples, given, strict=True)
    ]


def _held_out(
    words: Sequence[TagWords], examples: Sequence[Example], texts: Sequence[str], encoder: "Encoder | None"
) -> "HeldOut":
    from quarterdeck.feedback.themes.calc.holding_out import hold_out  # slow import

    return hold_out(words, examples, texts, encoder=encoder)


def _bar(names: Sequence[str], held: "HeldOut", below: float) -> _Bar:
    import numpy as np  # slow import

    from quarterdeck.feedback.themes.calc.calibrating import USUAL, calibrated, several  # slow import

    if not held.examples:
        return _Bar(calibration=USUAL, abstain_below=below, second_from=np.inf)
    right = [
        names[best] in example.tags for best, example in zip(held.fit.place[:, 0], held.examples, strict=True)
    ]
    several_tags = sum(len(example.tags) > 1 for example in held.examples) / len(held.examples)
    return _Bar(
        calibration=calibrated(held.fit, np.array(right, dtype=np.bool_)),
        abstain_below=below,
        second_from=several(held.fit, several_tags),
    )


def _given(taxonomy: Taxonomy, fit: "Fit", bar: _Bar) -> list[Tagged]:
    import numpy as np  # slow import

    names, above = taxonomy.names, taxonomy.above
    confidence = bar.calibration.confidence(fit)
    given = confidence >= bar.abstain_below
    also = fit.share[:, 1:] >= bar.second_from * fit.share[:, :1]
    alone = [(name,) for name in names]  # one for all texts of a tag, which may be a million
    tags: list[tuple[str, ...]] = [
        alone[place] if sure else ()
        for place, sure in zip(fit.place[:, 0].tolist(), given.tolist(), strict=True)
    ]
    for row in np.flatnonzero(also.any(axis=1) & given).tolist():
        more = fit.place[row, 1:][also[row]]
        tags[row] = without_wholes((*tags[row], *(names[place] for place in more)), above)
    sure = confidence.tolist()
    for row, (whole, how_sure) in _wholes(taxonomy, fit, np.flatnonzero(~given).tolist(), bar).items():
        tags[row], sure[row] = alone[whole], how_sure
    return [Tagged(tags=told, confidence=each) for told, each in zip(tags, sure, strict=True)]


def _without_words(taxonomy: Taxonomy, fit: "Fit", texts: Sequence[str]) -> list[int]:
    """The rows of texts in which nothing is said: all tags fit them alike, and so none does."""
    import numpy as np  # slow import

    alike = np.flatnonzero(fit.share[:, 0] <= 1 / len(taxonomy.tags) + ROUNDING)
    return [row for row in alike.tolist() if not any(map(str.isalnum, texts[row]))]


def _wholes(
    taxonomy: Taxonomy, fit: "Fit", rows: Sequence[int], bar: _Bar
) -> Mapping[int, tuple[int, float]]:
    """The wholes that are given where no part is sure enough."""
    from quarterdeck.feedback.themes.calc.families import wholes  # slow import

    place = {name: number for number, name in enumerate(taxonomy.names)}
    above = {
        place[part]: tuple(place[each] for each in each_above) for part, each_above in taxonomy.above.items()
    }
    if not any(above.values()):
        return {}
    return wholes(fit, rows, above, bar.calibration, bar.abstain_below)


def _abstain_below(wrong_costs: float) -> float:
    from quarterdeck.feedback.themes.calc.calibrating import abstain_below  # slow import

    if wrong_costs < 1:
        message = f"A wrong tag cannot cost {wrong_costs:g} times what a missing one does."
        raise QuarterdeckError(message, "Say 1 or more: with 1, every text gets its best tag.")
    return abstain_below(wrong_costs)


def _named(encoder: "Encoder | None") -> str:
    return NONE if encoder is None else encoder.name


def words_of(taxonomy: Taxonomy) -> tuple[TagWords, ...]:
    """What the taxonomy says of each tag."""
    return tuple(
        TagWords(name=tag.name, description=tag.description, examples=tag.examples) for tag in taxonomy.tags
    )


def known_examples(
    taxonomy: Taxonomy, examples: Sequence[Example]
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The examples without tags that the taxonomy lacks, and what was left aside."""
    names = frozenset(taxonomy.names)
    strange = Counter(tag for example in examples for tag in example.tags if tag not in names)
    kept = []
    for example in examples:
        tags = tuple(tag for tag in example.tags if tag in names)
        if tags or not example.tags:
            kept.append(Example(text=example.text, tags=tags))
    remarks = tuple(
        f"{count:,} {'example has' if count == 1 else 'examples have'} the tag '{tag}', which the taxonomy "
        f"lacks. {did_you_mean(tag, names)}".rstrip()
        for tag, count in strange.most_common()
    )
    return tuple(kept), remarks
