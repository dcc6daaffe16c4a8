"""Do the pages stay quick while facts come in? Ten readers, two workers, an import, a job and a writer.

For a minute, at a million events: the 95th percentile of the brief and of a metric's page, beside a static
file from the same server as the floor. Needs wrk (Debian's package of that name).
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
IMPORTED_ROWS = 100_000
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
GOAL_MS = 300
REPORT = """
done = function(summary, latency, requests)
  io.write(string.format('{"p50": %.1f, "p95": %.1f, "p99": %.1f, "requests": %d, "errors": %d}\\n',
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    summary.requests, summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout))
end
"""
PROGRAM = str(Path(sys.executable).with_name("quarterdeck"))


class Deck:
    """A served demo company and a session in it."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "demo"
        self.script = folder / "report.lua"
        self.script.write_text(REPORT)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.cookies = CookieJar()
        self.open = build_opener(HTTPCookieProcessor(self.cookies)).open
        self.server = subprocess.Popen(
            [PROGRAM, "demo", "-w", str(self.workspace), "--events", str(EVENTS), "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            text=True,
        )
        assert self.server.stdout is not None
        for line in self.server.stdout:
            if found := re.search(r"/sign-in/link/\S+", line):
                self.post(found[0], {})
                break

    def post(self, path: str, form: dict[str, str]) -> int:
        self.open(self.address + path).read()
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        data = urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        with self.open(Request(self.address + path, data, {"Referer": self.address})) as answer:
            return answer.status

    def call(self, path: str, body: dict[str, object]) -> int:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        headers = {"Content-Type": "application/json", "X-CSRFToken": token, "Referer": self.address}
        with self.open(Request(self.address + path, json.dumps(body).encode(), headers)) as answer:
            return answer.status

    def read(self, path: str, readers: int, seconds: int) -> subprocess.Popen[str]:
        cookie = "; ".join(f"{each.name}={each.value}" for each in self.cookies)
        command = ["wrk", "-t1", f"-c{readers}", f"-d{seconds}s", "-s", str(self.script), "--timeout", "10s"]
        return subprocess.Popen(
            [*command, "-H", f"Cookie: {cookie}", self.address + path], stdout=subprocess.PIPE, text=True
        )


def told(process: subprocess.Popen[str]) -> dict[str, float]:
    return json.loads(process.communicate()[0].strip().splitlines()[-1])


def write_events(file: Path, number: int) -> None:
    lines = ["event_id,person,event,time"]
    lines += [
        f"b{number}-{row},p{row % 5000},job_created,2026-11-{1 + row % 15:02}T{row % 24:02}:00:00Z"
        for row in range(IMPORTED_ROWS)
    ]
    file.write_text("\n".join(lines) + "\n")


def keep_importing(deck: Deck, folder: Path, over: threading.Event, counts: dict[str, int]) -> None:
    while not over.is_set():
        file = folder / "more.csv"
        write_events(file, counts["imports"])
        done = subprocess.run(
            [PROGRAM, "import", "events", str(file), "-w", str(deck.workspace)],
            capture_output=True,
            check=False,
        )
        counts["imports"] += 1
        counts["import errors"] += done.returncode != 0


def keep_writing(deck: Deck, over: threading.Event, counts: dict[str, int]) -> None:
    while not over.wait(0.2):
        try:
            comment = {"type": "benchmark", "key": "1", "text": f"line {counts['writes']}"}
            counts["writes"] += deck.call("/api/comments", comment) == 201
        except OSError:
            counts["write errors"] += 1


def main() -> None:
    if shutil.which("wrk") is None:
        sys.exit("This benchmark needs wrk: apt-get install wrk")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory(prefix="quarterdeck-deck-") as name:
        folder = Path(name)
        deck = Deck(folder)
        try:
            measure(deck, folder)
        finally:
            deck.server.terminate()
            deck.server.wait(60)


def measure(deck: Deck, folder: Path) -> None:
    brief, metric, static = "/brief/2026-11-16/", "/metrics/activation/", "/static/quarterdeck.css"
    until = time.monotonic() + 60
    while b"Activation" not in deck.open(deck.address + metric).read() and time.monotonic() < until:
        time.sleep(1)
    floor = told(deck.read(static, 10, 10))
    alone = told(deck.read(brief, 10, 10))
    over = threading.Event()
    counts = dict.fromkeys(("imports", "import errors", "writes", "write errors"), 0)
    helpers = [
        threading.Thread(target=keep_importing, args=(deck, folder, over, counts)),
        threading.Thread(target=keep_writing, args=(deck, over, counts)),
    ]
    for helper in helpers:
        helper.start()
    deck.call("/api/briefs", {"as_of": "2026-11-16"})
    readings = {path: deck.read(path, 5, SECONDS) for path in (brief, metric)}
    results = {path: told(process) for path, process in readings.items()}
    over.set()
    for helper in helpers:
        helper.join()
    kept = json.load(deck.open(deck.address + "/api/comments?type=benchmark&key=1&limit=1"))["count"]
    print(f"{'page':<44}{'p50':>9}{'p95':>9}{'p99':>9}{'requests':>10}{'errors':>8}")
    rows = {"floor: a static file, nothing else": floor, f"{brief}, nothing else": alone}
    rows |= {f"{path}, all at once": result for path, result in results.items()}
    for title, row in rows.items():
        print(
            f"{title:<44}{row['p50']:>6.0f} ms{row['p95']:>6.0f} ms{row['p99']:>6.0f} ms"
            f"{row['requests']:>10.0f}{row['errors']:>8.0f}"
        )
    print(f"Goal: p95 under {GOAL_MS} ms. {counts}; {kept} comments kept, {counts['writes'] - kept} lost.")


if __name__ == "__main__":
    main()
