"""How often does the first tag stand, with 0, 5 and 20 labels a tag, beside TF-IDF with logistic regression?

    python -m benchmarks.voice_tagging ../shared/data/feedback [FOLDER ...] [--encoder words] [--floor]

A folder holds sets as `NAME.yaml` (a taxonomy) beside `NAME.csv` (id,text,label); of the project's shared
data banking77 and cfpb are read as they stand. Macro-F1 of the first tag, as `--always` gives it; mean of the
seeds.
"""

import argparse
import csv
import gzip
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from quarterdeck.feedback.themes.calc.texts import Example
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import read_taxonomy_file
from quarterdeck.feedback.themes.service.tagging import tag_quotes

TAGS = Path(__file__).parent / "voice_tags"
LABELS = (0, 5, 20)
MOST_TO_TAG = 3000
Row = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSet:
    """Texts with their tag; where `test` is empty a part of `train` is held out."""

    name: str
    taxonomy: Taxonomy
    train: Sequence[Row]
    test: Sequence[Row]


def read_sets(folder: Path) -> Iterator[TextSet]:
    """Every set of a folder."""
    banking = folder / "banking77" / "banking_data"
    if banking.is_dir():
        yield TextSet(
            name="banking77",
            taxonomy=read_taxonomy_file(TAGS / "banking77.yaml").model,
            train=_rows(banking / "train.csv", "text", "category"),
            test=_rows(banking / "test.csv", "text", "category"),
        )
    complaints = folder / "cfpb" / "complaints.csv.gz"
    if complaints.exists():
        taxonomy = read_taxonomy_file(TAGS / "cfpb.yaml").model
        yield TextSet(
            name="cfpb", taxonomy=taxonomy, train=_rows(complaints, "narrative", "product"), test=()
        )
    for file in sorted(folder.glob("*.yaml")):
        texts = _rows(file.with_suffix(".csv"), "text", "label")
        yield TextSet(name=file.stem, taxonomy=read_taxonomy_file(file).model, train=texts, test=())


def _rows(file: Path, text: str, label: str) -> list[Row]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as stream:
        return [(row[text], row[label]) for row in csv.DictReader(stream)]


def draw(texts: TextSet, labels: int, seed: int) -> tuple[list[Example], list[Row]]:
    """So many examples of each tag, and texts to tag; at most half of a tag's texts are examples."""
    chance = Random(seed)
    rows = chance.sample(texts.train, len(texts.train))
    of_tag: dict[str, list[Row]] = {}
    for row in rows:
        of_tag.setdefault(row[1], []).append(row)
    kept = {tag: len(found) if texts.test else min(len(found) // 2, 50) for tag, found in of_tag.items()}
    examples = [
        Example(text=text, tags=(tag,))
        for found in of_tag.values()
        for text, tag in found[: min(labels, kept[found[0][1]])]
    ]
    rest = [row for tag, found in of_tag.items() for row in found[kept[tag] :]]
    to_tag = texts.test or rest
    return examples, chance.sample(to_tag, min(len(to_tag), MOST_TO_TAG))


def by_floor(taxonomy: Taxonomy, examples: Sequence[Example], texts: Sequence[str]) -> list[str]:
    """The first tags by TF-IDF with logistic regression, where descriptions are examples."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    known = [(f"{tag.name.replace('_', ' ')} {tag.description}", tag.name) for tag in taxonomy.tags]
    known += [(example.text, example.tags[0]) for example in examples]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=10, max_iter=300)
        model.fit(words.fit_transform([text for text, _ in known]), [tag for _, tag in known])
    return list(model.predict(words.transform(texts)))


def by_tagger(encoder: str) -> Callable[[Taxonomy, Sequence[Example], Sequence[str]], list[str]]:
    """The first tags as `quarterdeck themes tag --always` gives them."""

    def tag(taxonomy: Taxonomy, examples: Sequence[Example], texts: Sequence[str]) -> list[str]:
        made = tag_quotes(taxonomy, texts, examples=examples, always=True, encoder=encoder)
        return [each.tags[0] for each in made.tagged]

    return tag


def main() -> None:
    from sklearn.metrics import f1_score

    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--encoder", default="words")
    parser.add_argument("--floor", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    tag = by_floor if asked.floor else by_tagger(asked.encoder)
    began, means = time.process_time(), []
    for texts in (found for folder in asked.folders for found in read_sets(folder)):
        names = texts.taxonomy.names
        row = []
        for labels in LABELS:
            scores = []
            for seed in range(asked.seeds):
                examples, rows = draw(texts, labels, seed)
                told = tag(texts.taxonomy, examples, [text for text, _ in rows])
                wanted = [label for _, label in rows]
                scores.append(f1_score(wanted, told, average="macro", labels=names, zero_division=0))
            row.append(sum(scores) / len(scores))
        means.append(row)
        print(
            f"{texts.name:<12}{len(names):>4} tags  " + "  ".join(f"{score:.3f}" for score in row), flush=True
        )
    mean = [sum(column) / len(means) for column in zip(*means, strict=True)]
    told = "floor" if asked.floor else asked.encoder
    print(f"{'mean':<21}  " + "  ".join(f"{score:.3f}" for score in mean), f"  {told}, ", end="")
    print(f"{time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    main()
