"""How often is the right thing among those that are suggested, beside plain TF-IDF?

    python -m benchmarks.voice_similar ../shared/data [--encoder words] [--seeds 3]

banking77: each of 77 intents is told by 1, 3 or 5 questions, as a work item is by its title and the words of
those who asked; test questions look for theirs among the 77. Questions without their intents listen. Jira:
each issue that was linked as a duplicate of another of the file looks for that one among all titles.
"""

import argparse
import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.voice_tagging import read_sets
from quarterdeck.feedback.themes.service.likeness import most_alike

TOLD = (1, 3, 5)
ASKED, TOGETHER, BESIDE = 1000, 100, 3000
MOST = 5
Things = Mapping[str, Sequence[str]]


def hits(found: Sequence[Sequence[str]], right: Sequence[str]) -> tuple[float, float]:
    """The share of questions with the right thing first, and among five."""
    first = sum(keys[:1] == [key] for keys, key in zip(found, right, strict=True))
    among = sum(key in keys[:MOST] for keys, key in zip(found, right, strict=True))
    return first / len(right), among / len(right)


def by_likeness(asked: Sequence[str], things: Things, beside: Sequence[str], encoder: str) -> list[list[str]]:
    """What the product suggests."""
    found: list[list[str]] = []
    for first in range(0, len(asked), TOGETHER):
        some = most_alike(asked[first : first + TOGETHER], things, beside=beside, most=MOST, encoder=encoder)
        found += [[alike.key for alike in each] for each in some]
    return found


def by_tfidf(asked: Sequence[str], things: Things) -> list[list[str]]:
    """The floor: the thing of the text nearest by TF-IDF of words."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    keys = [key for key, texts in things.items() for _ in texts]
    told = [text for texts in things.values() for text in texts]
    vectors = TfidfVectorizer(sublinear_tf=True)
    points = vectors.fit_transform(told)
    order = np.argsort(-(vectors.transform(asked) @ points.T).toarray(), axis=1, kind="stable")
    return [list(dict.fromkeys(keys[place] for place in row))[:MOST] for row in order.tolist()]


def banking(folder: Path, encoder: str, seeds: int) -> None:
    """Questions of a bank's customers."""
    texts = next(each for each in read_sets(folder / "feedback") if each.name == "banking77")
    of_intent: dict[str, list[str]] = {}
    for text, intent in texts.train:
        of_intent.setdefault(intent, []).append(text)
    for many in TOLD:
        ours, floor = [], []
        began = time.process_time()
        for seed in range(seeds):
            chance = Random(seed)
            things = {intent: chance.sample(found, many) for intent, found in sorted(of_intent.items())}
            asked = chance.sample(list(texts.test), ASKED)
            told = {text for found in things.values() for text in found}
            beside = [text for text, _ in chance.sample(list(texts.train), BESIDE) if text not in told]
            right = [intent for _, intent in asked]
            words = [text for text, _ in asked]
            ours.append(hits(by_likeness(words, things, beside, encoder), right))
            floor.append(hits(by_tfidf(words, things), right))
        took = time.process_time() - began
        print(f"banking77, {many} told: {_mean(ours)}   TF-IDF {_mean(floor)}   ({took:.0f} CPU-s)")


def jira(folder: Path, encoder: str) -> None:
    """Issues that their tracker calls duplicates of each other."""
    with gzip.open(folder / "work_items" / "jira_changelogs.jsonl.gz", "rt") as lines:
        issues = {issue["key"]: issue for issue in map(json.loads, lines)}
    pairs = []
    for key, issue in issues.items():
        pairs += [(key, other) for kind, other in _linked(issue) if kind == "Duplicate" and other in issues]
    titles = {key: issue["summary"] for key, issue in issues.items()}
    ours, floor = [], []
    for key, _ in pairs:
        things = {name: [title] for name, title in titles.items() if name != key}
        ours += by_likeness([titles[key]], things, [], encoder)
        floor += by_tfidf([titles[key]], things)
    right = [other for _, other in pairs]
    if pairs:
        said = f"{_mean([hits(ours, right)])}   TF-IDF {_mean([hits(floor, right)])}"
        print(f"Jira, {len(pairs)} duplicates among {len(titles):,} titles: {said}")


def _linked(issue: Mapping[str, object]) -> list[tuple[str, str]]:
    return [
        (link[0], next((part for part in link[1:] if "-" in str(part)), ""))
        for link in issue["links"]  # type: ignore[attr-defined]
        if isinstance(link, list)
    ]


def _mean(found: Sequence[tuple[float, float]]) -> str:
    first, among = (sum(each[place] for each in found) / len(found) for place in (0, 1))
    return f"hit@1 {first:.3f} hit@{MOST} {among:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    banking(given.folder, given.encoder, given.seeds)
    jira(given.folder, given.encoder)


if __name__ == "__main__":
    main()
