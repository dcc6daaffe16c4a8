"""How fast, and how completely, does a CSV file with one per cent of broken rows come in?

    python -m benchmarks.import_csv [--rows N] [--json]

Beside it, in the same run, the floor: DuckDB's own reader, told to skip what it cannot read, writing the rest
to one Parquet file. It checks no types, knows no row twice and keeps no broken row; it shows what reading and
writing cost at the least. Each runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEADER = "id,user_id,event_name,timestamp,plan,amount,note\n"
MAP = "event_id: id\nperson: user_id\nevent: event_name\ntime: timestamp\nproperties: [plan, amount, note]\n"
BROKEN = {
    "unclosed quote": '{i},{person},"view,{time},pro,1,x',
    "too few fields": "{i},{person},view",
    "too many fields": "{i},{person},view,{time},pro,1,x,y,z",
    "no time": "{i},{person},view,soon,pro,1,x",
    "nobody": "{i},,view,{time},pro,1,x",
    "stray quote": '{i},{person},vi"ew,{time},pro,1,x',
    "NUL": "{i},{person},vi\0ew,{time},pro,1,x",
    "not UTF-8": "{i},{person},vi\udcffew,{time},pro,1,x",
}


def write_file(path: Path, rows: int, seed: int = 1) -> int:
    """A file of so many rows, a fifth of them with quoted fields; how many are broken."""
    chance = random.Random(seed)
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    patterns = list(BROKEN.values())
    broken = 0
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(HEADER)
        for i in range(rows):
            when = (begin + timedelta(seconds=i)).isoformat()
            person = f"u{chance.randrange(50_000)}"
            if chance.random() < 0.01:
                pattern = patterns[broken % len(patterns)]
                broken += 1
                file.write(pattern.format(i=i, person=person, time=when) + "\n")
                continue
            note = f'"well, ""{i}"""' if i % 5 == 0 else f"plain note {i}"
            event, plan = chance.choice(("view", "buy", "open")), chance.choice(("pro", "free"))
            file.write(f"{i},{person},{event},{when},{plan},{chance.randrange(10_000) / 100},{note}\n")
    return broken


def ours(folder: Path) -> dict[str, float]:
    """Import into a new store."""
    from quarterdeck.facts.importing import import_file, table_named
    from quarterdeck.facts.maps import read_map
    from quarterdeck.facts.store import FactStore

    (folder / "map.yaml").write_text(MAP)
    store = FactStore(folder / "facts")
    table = table_named(store, "events")
    fact_map = read_map(table, folder / "map.yaml")
    began = time.perf_counter()
    import_file(store, table, folder / "events.csv", fact_map)
    seconds = time.perf_counter() - began
    with store.snapshot() as snapshot:
        kept = snapshot.rows("SELECT count(*) FROM events")[0][0]
        set_aside = snapshot.rows("SELECT count(*) FROM quarantine")[0][0]
    return {"seconds": seconds, "in_table": kept, "set_aside": set_aside}


def floor(folder: Path) -> dict[str, float]:
    """DuckDB's CSV reader to Parquet."""
    import duckdb

    connection = duckdb.connect(config={"threads": "2"})
    began = time.perf_counter()
    connection.execute(
        f"COPY (SELECT * FROM read_csv('{folder / 'events.csv'}', header = true, all_varchar = true, "
        f"store_rejects = true, ignore_errors = true)) TO '{folder / 'floor.parquet'}' (FORMAT parquet)"
    )
    seconds = time.perf_counter() - began
    kept = connection.execute(f"SELECT count(*) FROM '{folder / 'floor.parquet'}'").fetchall()[0][0]
    rejected = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0][0]
    return {"seconds": seconds, "in_table": kept, "set_aside": rejected}


def measured(contender: str, folder: Path) -> dict[str, float]:
    """One contender in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.import_csv",
        "--contender",
        contender,
        "--folder",
        str(folder),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    """Write the file, let both read it, print what they did."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contender", choices=["ours", "floor"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.contender:
        result = {"ours": ours, "floor": floor}[asked.contender](asked.folder)
        unit = 1024 if sys.platform == "linux" else 1024 * 1024
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broken = write_file(folder / "events.csv", asked.rows)
        results = {contender: measured(contender, folder) for contender in ("ours", "floor")}
        for result in results.values():
            result["rows_per_second"] = asked.rows / result["seconds"]
            result["lost"] = asked.rows - result["in_table"] - result["set_aside"]
        size = (folder / "events.csv").stat().st_size
    if asked.json:
        print(json.dumps({"rows": asked.rows, "broken": broken, "bytes": size, **results}, indent=2))
        return
    print(f"{asked.rows:,} rows, {broken:,} broken, {size / 1e6:.0f} MB")
    for contender, result in results.items():
        print(
            f"  {contender:5}  {result['rows_per_second']:>9,.0f} rows/s  {result['peak_mb']:>5,.0f} MB  "
            f"{result['in_table']:>9,.0f} in table  {result['set_aside']:>6,.0f} set aside  "
            f"{result['lost']:>7,.0f} lost"
        )


if __name__ == "__main__":
    main()
