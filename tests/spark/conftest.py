"""Where do the tests of Spark run: a cluster of its own, with a master and two workers as processes?

They run where QUARTERDECK_TEST_SPARK=1 says so (`make test-spark`), and are skipped by name elsewhere.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

ASKED = os.environ.get("QUARTERDECK_TEST_SPARK") == "1"
REQUIRED = os.environ.get("QUARTERDECK_REQUIRE_SPARK") == "1"
HOST = "127.0.0.1"
PATIENCE = 240


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not ASKED:
            item.add_marker(pytest.mark.skip(reason="a Spark cluster is started by `make test-spark` alone"))


@pytest.fixture(scope="session")
def master(tmp_path_factory):
    """The address of a standalone cluster with two workers; it ends with the tests."""
    if shutil.which("java") is None:
        if REQUIRED:
            pytest.fail("QUARTERDECK_REQUIRE_SPARK=1, and there is no Java")
        pytest.skip("NO JAVA: Spark was not tested; install a Java runtime, 17 or newer")
    pyspark = pytest.importorskip(
        "pyspark", reason="SPARK IS NOT INSTALLED: pip install -r requirements-spark.lock"
    )
    folder = tmp_path_factory.mktemp("spark")
    home = Path(pyspark.__file__).parent
    port = free_port()
    address = f"spark://{HOST}:{port}"
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_WORKER_DIR": str(folder),
    }
    os.environ["SPARK_LOCAL_IP"] = HOST
    programs = [["master.Master", "--host", HOST, "--port", str(port), "--webui-port", "0"]]
    programs += [["worker.Worker", "-c", "1", "-m", "1g", "--webui-port", "0", address] for _ in range(2)]
    processes = []
    try:
        for number, (program, *options) in enumerate(programs):
            log = (folder / f"{number}.log").open("wb")
            command = [home / "bin" / "spark-class", f"org.apache.spark.deploy.{program}", *options]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            log.close()
            if number == 0:
                wait_for(lambda: answers(port), folder / "0.log")
        said = folder / "0.log"
        wait_for(lambda: said.read_text().count("Registering worker") == 2, said)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def wait_for(done, log):
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, f"Spark did not start: {log.read_text()[-2000:]}"
        time.sleep(0.2)
