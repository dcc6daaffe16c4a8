"""A server and its workers begin without what only some answers need."""

import subprocess
import sys

HEAVY = ("numba", "scipy", "sklearn", "rensa", "onnxruntime", "sqlglot", "altair")
LOAD = """
import sys, django
django.setup()
import quarterdeck.site.urls
print(*(set(sys.modules) & set(sys.argv[1:])))
"""


def test_to_load_every_page_loads_nothing_heavy():
    found = subprocess.run(
        [sys.executable, "-c", LOAD, *HEAVY], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.split() == []
