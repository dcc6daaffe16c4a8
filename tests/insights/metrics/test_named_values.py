"""What everybody reads names nobody, whatever a value says."""

from dataclasses import replace

from quarterdeck.insights.metrics.service.dossiers import read_dossiers
from tests.report.readings import eventful


def test_what_everybody_reads_names_nobody():
    readings = []
    for reading in eventful():
        moved = reading.movement
        if moved is not None and moved.holder is not None:
            named = replace(moved.holder, value="ann@acme.test")
            readings.append(replace(reading, movement=replace(moved, holder=named)))
    assert readings
    for dossier in read_dossiers(readings, currency="EUR", tables=()):
        assert dossier.measure.holder.value == "hidden"
        assert "ann@acme.test" not in repr(dossier)
