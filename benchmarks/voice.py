"""How long does it take to tag a million short texts, and in how much memory?

    python -m benchmarks.voice --items 1000000

Texts are made up from the words of a taxonomy and of everyday sentences; no two need be the same.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from random import Random

TAGS = 77
SEED = 7
GIB = 1024**2  # of the kilobytes that getrusage counts in


def made_up_words(chance: Random, count: int) -> list[str]:
    """Words that can be said, by syllables."""
    starts = [first + vowel for first in "bcdfghjklmnprstvw" for vowel in "aeiou"]
    return ["".join(chance.choices(starts, k=chance.randint(1, 4))) for _ in range(count)]


def write_files(folder: Path, items: int, examples: int) -> None:
    """A taxonomy, examples of each tag, and texts: most words are common, a few tell the tag."""
    chance = Random(SEED)
    common = made_up_words(chance, 3_000)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(common))))
    telling = [made_up_words(chance, 12) for _ in range(TAGS)]
    tags = [
        f"  - name: tag_{number}\n    description: {' '.join(words[:6])}\n"
        for number, words in enumerate(telling)
    ]
    (folder / "taxonomy.yaml").write_text("tags:\n" + "".join(tags))

    def text(number: int) -> str:
        words = chance.choices(common, cum_weights=weights, k=chance.randint(5, 13))
        return " ".join([*words, *chance.choices(telling[number], k=2)])

    with (folder / "examples.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("id", "text", "label"))
        rows.writerows((row, text(row % TAGS), f"tag_{row % TAGS}") for row in range(examples * TAGS))
    with (folder / "texts.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("id", "text"))
        rows.writerows((row, text(row % TAGS)) for row in range(items))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--examples", type=int, default=20, help="for each tag")
    parser.add_argument("--encoder", default="words")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, asked.items, asked.examples)
        command = [str(Path(sys.executable).with_name("quarterdeck")), "themes", "tag", f"{folder}/texts.csv"]
        command += ["--taxonomy", f"{folder}/taxonomy.yaml", "--examples", f"{folder}/examples.csv"]
        command += ["--out", f"{folder}/out.csv", "--encoder", asked.encoder, "--always"]
        began = time.perf_counter()
        subprocess.run(command, check=True)
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        with (folder / "out.csv").open() as stream:
            right = sum(f"tag_{int(row['id']) % TAGS}" == row["tags"] for row in csv.DictReader(stream))
    print(
        f"{asked.items:,} texts in {took:.1f} s ({used.ru_utime + used.ru_stime:.1f} s of CPU), "
        f"{used.ru_maxrss / GIB:.2f} GiB; {right / asked.items:.1%} right"
    )


if __name__ == "__main__":
    main()
