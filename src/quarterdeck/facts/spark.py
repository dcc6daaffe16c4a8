"""How are tables asked by SQL on Spark, for companies that outgrow one machine?"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

from quarterdeck.errors import FactError, QuarterdeckError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = "QUARTERDECK_SPARK_MASTER"
HERE = "local[*]"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
# Many questions about few rows: to write and compile code for each would take longer than to answer it.
FEW_ROWS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


class Spark:
    """A session with a Spark cluster; it ends with the block.

    The master is the one given, or else that of QUARTERDECK_SPARK_MASTER, or else this machine alone. Where
    the process has a session already, as notebooks of a platform have, questions are asked beside it, and it
    goes on.
    """

    def __init__(self, master: str = "", settings: Mapping[str, str] = MappingProxyType({})) -> None:
        beside = _session_beside({**SETTINGS, **settings})
        self._own = beside is None
        self._session = beside or _session(
            master or os.environ.get(MASTER, "") or HERE, {**SETTINGS, **settings}
        )
        self._folder = Path(tempfile.mkdtemp(prefix="quarterdeck-spark-"))
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self._session.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def workers(self) -> int:
        """On how many workers questions run."""
        # The driver is among those that keep data.
        return len(self._session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()) - 1

    def show(self, tables: Mapping[str, pa.Table]) -> None:
        """Let tables be seen under their names: as Parquet files, that every worker can read."""
        for name, table in tables.items():
            self._count += 1
            file = self._folder / f"{self._count}.parquet"
            pq.write_table(table, file)
            self.read(name, [str(file)])

    def read(self, name: str, files: list[str]) -> None:
        """Let Parquet files be seen as one table under a name."""
        self._session.read.option("mergeSchema", "true").parquet(*files).createOrReplaceTempView(name)

    def table(self, sql: str) -> pa.Table:
        """The result of one SELECT as an Arrow table."""
        from pyspark.errors import PySparkException  # slow import

        try:
            found: pa.Table = self._session.sql(sql).toArrow()
        except PySparkException as error:
            raise FactError(f"Spark refused the query: {error}", f"The query was:\n{sql}") from error
        return found


def _session_beside(settings: Mapping[str, str]) -> SparkSession | None:
    """A session beside the one that the process has, with settings and views of its own; None without one."""
    if "pyspark" not in sys.modules:
        return None
    from pyspark.sql import SparkSession  # slow import

    there = SparkSession.getActiveSession()
    if there is None:
        return None
    beside = there.newSession()
    for setting, value in settings.items():
        if setting.startswith("spark.sql."):
            beside.conf.set(setting, value)
    return beside


def _session(master: str, settings: Mapping[str, str]) -> SparkSession:
    try:
        from pyspark.sql import SparkSession  # slow import
    except ImportError as error:
        raise QuarterdeckError(
            "Spark is not installed.", "Install it: pip install 'quarterdeck[spark]'; it needs Java 17."
        ) from error
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise QuarterdeckError("Spark needs Java, and there is none.", "Install a Java runtime, 17 or newer.")
    builder = SparkSession.builder.appName("quarterdeck").master(master)
    for setting, value in settings.items():
        builder = builder.config(setting, value)
    return builder.getOrCreate()
