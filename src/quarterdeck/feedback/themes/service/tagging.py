"""Which tags do texts get from a taxonomy and the examples people gave?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quarterdeck.errors import did_you_mean
from quarterdeck.feedback.themes.calc.texts import Example, Tagged, TagWords
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.encoding import AUTO, find_encoder


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagging:
    """The tags of every text, in the order of the texts; `remarks` say what was left aside and why."""

    tagged: Sequence[Tagged]
    remarks: tuple[str, ...]


def tag_quotes(
    taxonomy: Taxonomy,
    texts: Sequence[str],
    *,
    examples: Sequence[Example] = (),
    always: bool = False,
    abstain_below: float = 0.3,
    encoder: str = AUTO,
) -> Tagging:
    """Tag texts; below `abstain_below` none is given, unless the best is wanted `always`."""
    from quarterdeck.feedback.themes.calc.tagging import fit_tags  # slow import

    usable, remarks = known_examples(taxonomy, examples)
    fit = fit_tags(words_of(taxonomy), usable, texts, encoder=find_encoder(encoder))
    names = taxonomy.names
    tagged = [
        Tagged(tags=(names[place],) if always or share >= abstain_below else (), confidence=share)
        for place, share in zip(fit.place[:, 0].tolist(), fit.share[:, 0].tolist(), strict=True)
    ]
    return Tagging(tagged=tagged, remarks=remarks)


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
