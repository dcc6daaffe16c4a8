"""How long do `--help`, the demo company and the brief take, beside a floor in the same run?

    python -m benchmarks.main_job [--events 10000000] [--json]

Floors: an interpreter that imports typer and stops (`--help`); generating the company's rows without storing
them (demo); one DuckDB query that counts people by week over the same files (brief).
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("quarterdeck"))
FLOOR_QUERY = "SELECT date_trunc('week', time), count(DISTINCT person) FROM events GROUP BY 1"


def seconds(action: Callable[[], object], times: int = 1) -> float:
    """Median wall-clock seconds of an action."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)


def generate_only(events: int) -> None:
    from quarterdeck.demo.company import generate

    for _, batches in generate(events=events, seed=1).tables():
        for _ in batches:
            pass


def floor_query(workspace: Path) -> None:
    from quarterdeck.facts.store import FactStore

    with FactStore(workspace / "facts").snapshot() as snapshot:
        snapshot.rows(FLOOR_QUERY)


def compare(name: str, ours: float, floor: float) -> dict[str, object]:
    return {
        "what": name,
        "ours_s": round(ours, 3),
        "floor_s": round(floor, 3),
        "ratio": round(ours / floor, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=10_000_000, help="events under the brief")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    results = [
        compare(
            "quarterdeck --help",
            seconds(lambda: run(COMMAND, "--help"), 7),
            seconds(lambda: run(sys.executable, "-c", "import typer"), 7),
        )
    ]
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        results.append(
            compare(
                "quarterdeck demo --no-serve, 1,000,000 events",
                seconds(lambda: run(COMMAND, "demo", "--no-serve", "--workspace", str(small))),
                seconds(lambda: generate_only(1_000_000)),
            )
        )
        run(COMMAND, "demo", "--no-serve", "--events", str(asked.events), "--workspace", str(large))
        results.append(
            compare(
                f"quarterdeck brief, {asked.events:,} events",
                seconds(lambda: run(COMMAND, "brief", "--workspace", str(large)), 3),
                seconds(lambda: floor_query(large), 3),
            )
        )
    if asked.json:
        print(json.dumps({"results": results}, indent=2))
        return
    for result in results:
        print(
            f"{result['what']:<50}{result['ours_s']:>9} s{result['floor_s']:>9} s floor  x{result['ratio']}"
        )


if __name__ == "__main__":
    main()
