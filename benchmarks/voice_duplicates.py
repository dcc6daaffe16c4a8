"""How long does it take to find duplicates among many short texts, in how much memory, and which are found?

    python -m benchmarks.voice_duplicates --items 1000000

The texts are made up: words of unequal frequency in sentences of three to twenty-five, behind openers that
many share. A tenth are copies written otherwise (case, marks, blanks), a tenth copies with one or two words
changed or misspelled. Only copies that are truly alike (Jaccard of their shingles) are to be found.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPENERS = (
    "",
    "",
    "",
    "Since the update ",
    "Please ",
    "I would like to know why ",
    "We need ",
    "It would help if ",
)
LETTERS = "abcdefghijklmnoprstuvwz"
COPIES = 0.1
THRESHOLD = 0.6


def vocabulary(chance: random.Random, size: int) -> list[str]:
    """Words of two to eleven letters."""
    return ["".join(chance.choices(LETTERS, k=chance.randint(2, 11))) for _ in range(size)]


def make(path: Path, items: int, seed: int = 17) -> dict[int, tuple[int, str]]:
    """Write the file; returns which row is a copy of which, and how."""
    chance = random.Random(seed)
    words = vocabulary(chance, 30_000)
    weights = [1 / (place + 3) for place in range(len(words))]
    drawn = iter(chance.choices(words, weights, k=items * 14 + 1_000))
    texts: list[str] = []
    copies: dict[int, tuple[int, str]] = {}
    for number in range(items):
        kind = chance.random()
        if number > 100 and kind < 2 * COPIES:
            source = chance.randrange(number)
            exact = kind < COPIES
            texts.append(rewritten(chance, texts[source]) if exact else changed(chance, texts[source], words))
            copies[number] = (source, "exact" if exact else "near")
        else:
            length = min(25, 3 + int(chance.expovariate(1 / 8)))
            texts.append(
                (chance.choice(OPENERS) + " ".join(next(drawn) for _ in range(length))).strip() + "."
            )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text"))
        writer.writerows((str(number), text) for number, text in enumerate(texts))
    return copies


def rewritten(chance: random.Random, text: str) -> str:
    """The same with other case, marks and blanks."""
    return chance.choice(
        (text.upper(), text.rstrip(".") + "!!", "  " + text.replace(" ", "  "), text.title())
    )


def changed(chance: random.Random, text: str, words: list[str]) -> str:
    """The same with a word or two changed."""
    parts = text.split()
    for _ in range(1 + (len(parts) > 12)):
        place = chance.randrange(len(parts))
        parts[place] = chance.choice((chance.choice(words), parts[place][:-1] + chance.choice(LETTERS), ""))
    return " ".join(filter(None, parts)) or text


def measure(items: int) -> dict[str, float]:
    """Run the command on made-up texts; seconds and memory are those of its process."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-benchmark-") as folder:
        path = Path(folder) / "items.csv"
        copies = make(path, items)
        begun = time.perf_counter()
        out = Path(folder) / "out.csv"
        with out.open("w") as file:
            program = "from quarterdeck.cli.main import run; run()"
            command = [sys.executable, "-c", program, "intake", "duplicates", str(path)]
            subprocess.run(command, stdout=file, check=True)
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        found = {int(row["id"]): int(row["same_as"]) for row in csv.DictReader(out.open())}
        with path.open(encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
    return {"items": items, "seconds": seconds, "peak_gb": peak, **judged(texts, copies, found)}


def judged(texts: list[str], copies: dict[int, tuple[int, str]], found: dict[int, int]) -> dict[str, float]:
    """Which share of the copies that are alike was found, and which share of what was folded is alike."""
    from quarterdeck.feedback.intake.calc.duplicates import jaccard, normal_form, shingles

    def alike(one: int, other: int) -> bool:
        forms = (shingles(normal_form(texts[place])) for place in (one, other))
        return jaccard(*forms) >= THRESHOLD

    there = [row for row, (source, _) in copies.items() if alike(row, source)]
    exact = [row for row in there if copies[row][1] == "exact"]
    # A copy is found where it is folded with its source, or into a first that is like it.
    together = {row for row in there if found[row] != row or found[copies[row][0]] == row}
    folded = [row for row, first in found.items() if first != row]
    sample = random.Random(1).sample(folded, min(20_000, len(folded)))
    return {
        "recall": len(together) / len(there),
        "recall_exact": sum(row in together for row in exact) / len(exact),
        "precision": sum(alike(row, found[row]) for row in sample) / len(sample),
        "folded": len(folded),
    }


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().items), indent=2))


if __name__ == "__main__":
    main()
