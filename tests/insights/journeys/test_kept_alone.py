"""Saved journeys are answered without the application, as the demo does before it serves."""

import subprocess
import sys


def test_what_keeps_answers_needs_no_records():
    program = (
        "import sys; import quarterdeck.insights.journeys.service.kept; "
        "import quarterdeck.insights.journeys.service.exploring; "
        "import quarterdeck.insights.journeys.service.laying_out; "
        "import quarterdeck.insights.journeys.service.written; "
        "sys.exit('quarterdeck.records.models' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
