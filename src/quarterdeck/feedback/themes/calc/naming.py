"""What is a group of texts about, in the words that set it apart?"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log

from quarterdeck.feedback.themes.calc.words import APOSTROPHES, WORD, stem

MOST_TEXTS = 300
KEPT_WORDS = 20
WORDS_IN_NAME = 3
# Words that are in every text of English name nothing.
EVERYWHERE = """
    a about after again all also am an and any are as at be because been before being but by can cant
    could did do does doing dont for from get getting go going got had has have having he her here him
    his how i if im in into is it its ive just know let like made make many may me more most much my
    need no not now of off on one only or other our out over please really same see she should so some
    still such take tell than thank thanks that the their them then there they thing this those to too
    up us use used using very want wanted was way we well were what when where which while who why will
    with would you your youre
"""
EMPTY = frozenset(EVERYWHERE.split())


def distinctive_words(groups: Sequence[Sequence[str]]) -> tuple[Mapping[str, float], ...]:
    """The words that each group of texts has and the others lack, heaviest first, by c-TF-IDF.

    Weight is share of the group's words x ln(1 + words a group / uses in all) (Grootendorst, 2022); endings
    are put together, and a word is shown as it is most often written.
    """
    counted = [_counted(texts[:MOST_TEXTS]) for texts in groups]
    every: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for spelt in counted:
        for (root, word), count in spelt.items():
            every[root] += count
            written[root][word] += count
    average = sum(every.values()) / max(len(groups), 1)
    return tuple(_weighed(spelt, every, written, average) for spelt in counted)


def name_of(words: Mapping[str, float]) -> str:
    """A name of the heaviest words.

    >>> name_of({"refund": 0.2, "missing": 0.1, "statement": 0.05, "card": 0.01})
    'refund, missing, statement'
    """
    return ", ".join(list(words)[:WORDS_IN_NAME]) or "without words"


def _counted(texts: Sequence[str]) -> Counter[tuple[str, str]]:
    spelt: Counter[str] = Counter()
    for text in texts:
        spelt.update(WORD.findall(text.lower().translate(APOSTROPHES)))
    telling = (word for word in spelt if word not in EMPTY and len(word) > 1 and not word.isdigit())
    return Counter({(stem(word), word): spelt[word] for word in telling})


def _weighed(
    spelt: Counter[tuple[str, str]], every: Counter[str], written: Mapping[str, Counter[str]], average: float
) -> Mapping[str, float]:
    uses: Counter[str] = Counter()
    for (root, _), count in spelt.items():
        uses[root] += count
    whole = max(sum(uses.values()), 1)
    weight = {root: count / whole * log(1 + average / every[root]) for root, count in uses.items()}
    heaviest = sorted(weight, key=lambda root: (-weight[root], root))[:KEPT_WORDS]
    return {_shown(written[root]): round(weight[root], 5) for root in heaviest}


def _shown(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda word: (-spellings[word], word))
