"""Which of many things is a text most likely about? For those who suggest, and leave it to people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quarterdeck.feedback.themes.service.encoding import AUTO, find_encoder

MOST_BESIDE = 3000


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """A thing that a text may be about; `share` of all that it may be about, 0 to 1."""

    key: str
    share: float


def most_alike(
    asked: Sequence[str],
    things: Mapping[str, Sequence[str]],
    *,
    beside: Sequence[str] = (),
    most: int = 5,
    encoder: str = AUTO,
) -> Sequence[Sequence[Alike]]:
    """For each asked text the things it is most likely about, likeliest first.

    Each thing is told by its texts, such as a title and the words of those who asked for it. Texts `beside`
    are others of the company's: the more there are, the better is known what says the same.
    """
    import numpy as np  # slow import

    from quarterdeck.feedback.themes.calc.likeness import likeness  # slow import

    keys = [key for key, texts in things.items() if texts]
    told = [text for key in keys for text in things[key]]
    thing = np.repeat(np.arange(len(keys)), [len(things[key]) for key in keys])
    found = likeness(asked, told, thing, beside=beside[:MOST_BESIDE], encoder=find_encoder(encoder))
    order = np.argsort(-found, axis=1, kind="stable")[:, :most]
    return [
        [Alike(key=keys[place], share=float(row[place])) for place in places.tolist() if row[place] > 0]
        for row, places in zip(found, order, strict=True)
    ]
