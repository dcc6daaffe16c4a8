"""How fast are funnels, retention and their like, beside ClickHouse on the same data in the same run?

    python -m benchmarks.journeys [--rows N] [--peer chdb] [--json]

Both answer over data that is sorted by person and time; what it takes to get there is told, too. Each
question is asked in turn of both, several times: `ours_s` and `peer_s` are medians, the first answers stand
beside them (ours may compile then). `equal` says that both gave the same answer. The peer is optional:
`pip install --group bench`.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.journeys.data import batches, write_facts
from benchmarks.journeys.ours import Ours
from benchmarks.journeys.peer import Peer
from quarterdeck.facts.sequences.store import SequenceStore

LATE_SHARE = 0.01


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def prepare(folder: Path, rows: int) -> tuple[dict[str, float], Any, list[str]]:
    """Facts, sequences built, columns added and extended; and how long each took."""
    took: dict[str, float] = {}
    took["write_facts_s"], store = timed(lambda: write_facts(folder, rows))
    sequences = SequenceStore(folder / "sequences")
    with store.snapshot() as snapshot:
        took["build_s"], _ = timed(lambda: sequences.open(snapshot))
    late = batches(max(int(rows * LATE_SHARE), 1), seed=2, events_per_person=1)
    store.append("events", late, transaction="late")
    with store.snapshot() as snapshot:
        took["extend_s"], _ = timed(lambda: sequences.open(snapshot))
        took["column_s"], _ = timed(lambda: sequences.open(snapshot, ["plan"]))
        took["open_s"], opened = timed(lambda: sequences.open(snapshot, ["plan"]))
        files = list(snapshot.files["events"])
    took["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took, opened, files


def compare(ours: Ours, peer: Peer | None, times: int) -> list[dict[str, Any]]:
    results = []
    for name, ask in ours.analyses.items():
        first, answer = timed(ask)
        result: dict[str, Any] = {"analysis": name, "ours_first_s": first}
        seconds = {"ours": [], "peer": []}
        if peer is not None:
            result["peer_first_s"], other = timed(peer.analyses[name])
            result["equal"] = answer == other
        for _ in range(times):
            seconds["ours"].append(timed(ask)[0])
            if peer is not None:
                seconds["peer"].append(timed(peer.analyses[name])[0])
        result["ours_s"] = median(seconds["ours"])
        if peer is not None:
            result["peer_s"] = median(seconds["peer"])
            result["ratio"] = result["peer_s"] / result["ours_s"]
        results.append(
            {key: round(value, 4) if isinstance(value, float) else value for key, value in result.items()}
        )
    return results


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--peer", choices=["chdb"], help="beside which database")
    parser.add_argument("--times", type=int, default=5, help="how often each is asked when warm")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.peer and find_spec(asked.peer) is None:
        parser.error(f"{asked.peer} is not installed: pip install --group bench")
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took, sequences, files = prepare(folder, asked.rows)
        peer = None
        if asked.peer:
            took["peer_load_s"], peer = timed(lambda: Peer(folder / "peer", files, threads))
        results = compare(Ours(sequences, threads), peer, asked.times)
    took["memory_with_answers_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    preparing = {key: round(value, 2) for key, value in took.items()}
    if asked.json:
        print(json.dumps({"rows": asked.rows, "preparing": preparing, "results": results}, indent=2))
        return
    print(", ".join(f"{key} {value:,}" for key, value in preparing.items()))
    for one in results:
        beside = f"{one['peer_s']:>9.4f} s x{one['ratio']:<6.1f} equal: {one['equal']}" if peer else ""
        print(f"{one['analysis']:<24}{one['ours_s']:>9.4f} s{beside}")


if __name__ == "__main__":
    main()
