"""What would a map make of the first rows of a file that nobody has imported yet?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from quarterdeck.facts.importing import wanted
from quarterdeck.facts.maps import FactMap, fitted, plain_map
from quarterdeck.facts.mending import Trial
from quarterdeck.facts.normalising import Normaliser
from quarterdeck.facts.quarantine import Reasons
from quarterdeck.facts.reading.formats import open_source
from quarterdeck.facts.schema import Table
from quarterdeck.facts.store import FactStore


def try_file(store: FactStore, table: Table, file: Path, fact_map: FactMap | None) -> Trial:
    """Read the first block of a file with a map, and change nothing."""
    options = None if fact_map is None else fact_map.options
    source = open_source(
        file,
        encoding=options.encoding if options else None,
        delimiter=options.delimiter if options else None,
    )
    reasons = Reasons()
    with closing(source):
        fact_map = fact_map or plain_map(table, source.columns)
        if source.columns is not None:
            fact_map = fitted(fact_map, source.columns, source.repeated_columns, file)
        block = next(iter(source.blocks(wanted(fact_map))), None)
        if block is None:
            return Trial(good=0, reasons={}, left={})
        with closing(Normaliser(fact_map, store.property_kinds(table.name))) as normaliser:
            normalised = normaliser.normalise(block)
    for row in (*block.bad, *normalised.bad):
        reasons.add(row.reason)
    return Trial(good=block.read - reasons.total, reasons=reasons.counted(), left={})
