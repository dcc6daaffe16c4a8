"""How well, and how fast, are themes found that nobody named, beside BERTopic and HDBSCAN?

    python -m benchmarks.voice_discovery ../shared/data/feedback [FOLDER ...] [--encoder words]

Sets are those of `voice_tagging`; the tags are what should be found. BERTopic runs where it is installed (it
is no dependency of ours), with its defaults over the encoder's vectors; HDBSCAN of scikit-learn over the same
vectors is the floor. ARI and V count a text without a theme as one more
theme; seconds are of CPU, the vectors of the encoder among them.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.voice_tagging import read_sets
from quarterdeck.feedback.themes.calc.grouping import group_texts
from quarterdeck.feedback.themes.service.discovering import RESOLUTION, reader_of
from quarterdeck.feedback.themes.service.encoding import find_encoder

MOST = 10_000
FEWEST = 10  # a cluster of HDBSCAN and a topic of BERTopic, as both have it by default
Groups = NDArray[np.int64]


def by_ours(texts: Sequence[str], encoder: str) -> Groups:
    """As `quarterdeck themes discover` groups them."""
    return group_texts(texts, resolution=RESOLUTION, encoder=reader_of(encoder)).group


def vectors_of(texts: Sequence[str], encoder: str) -> NDArray[np.float32]:
    """The encoder's points of texts, each about their middle."""
    model = find_encoder("words" if encoder == "none" else encoder)
    points = model.encode(texts)
    return points - points.mean(axis=0)


def by_hdbscan(texts: Sequence[str], encoder: str) -> Groups:
    """HDBSCAN over the vectors in 20 dimensions: in hundreds it finds nothing but noise."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    flat = PCA(20, random_state=0).fit_transform(vectors_of(texts, encoder))
    return HDBSCAN(min_cluster_size=FEWEST, copy=True).fit_predict(flat)


def by_bertopic(texts: Sequence[str], encoder: str) -> Groups:
    """BERTopic as it comes: UMAP to five dimensions, then HDBSCAN."""
    from bertopic import BERTopic
    from umap import UMAP

    flat = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42)
    topics, _ = BERTopic(umap_model=flat).fit_transform(list(texts), embeddings=vectors_of(texts, encoder))
    return np.array(topics)


def peers() -> dict[str, Callable[[Sequence[str], str], Groups]]:
    """Those that can be run here."""
    found = {"ours": by_ours, "HDBSCAN": by_hdbscan}
    if all(find_spec(name) is not None for name in ("bertopic", "umap", "hdbscan")):
        found["BERTopic"] = by_bertopic
    else:
        print("BERTopic is not installed: it is left out.")
    return found


def main() -> None:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--encoder", default="words")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    runs = {name: run for name, run in peers().items() if name in (asked.only or name)}
    by_ours([f"nothing about number {number}" for number in range(50)], "none")  # compiles once
    for texts in (found for folder in asked.folders for found in read_sets(folder)):
        rows = [*texts.train, *texts.test][:MOST]
        wanted = [label for _, label in rows]
        for name, run in runs.items():
            began = time.process_time()
            group = run([text for text, _ in rows], asked.encoder)
            took = time.process_time() - began
            print(
                f"{texts.name:<12}{name:<10}{len(set(group.tolist()) - {-1}):>4} themes  "
                f"ARI {adjusted_rand_score(wanted, group):.3f}  V {v_measure_score(wanted, group):.3f}  "
                f"{np.mean(group < 0):.0%} outliers  {len(rows) / took:,.0f} texts a CPU-second",
                flush=True,
            )


if __name__ == "__main__":
    main()
