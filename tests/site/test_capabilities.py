import subprocess
import sys

from quarterdeck.definitions.folder import Kind
from quarterdeck.site.capabilities import CAPABILITIES, VERBS, load, load_kinds


def test_every_kind_loads_and_has_its_own_name_and_schema():
    kinds = load_kinds()
    assert all(isinstance(kind, Kind) for kind in kinds)
    assert len({kind.schema_name for kind in kinds}) == len(kinds)


def test_references_of_a_kind_name_its_own_keys_and_known_kinds():
    kinds = load_kinds()
    for kind in kinds:
        assert set(kind.references) <= set(kind.model.model_fields)
        assert set(kind.references.values()) <= {other.name for other in kinds}


def test_every_command_exists_and_has_one_help_line():
    for verb in VERBS:
        assert callable(load(verb.command))
    for entry in (*VERBS, *CAPABILITIES):
        assert "\n" not in entry.help
        assert entry.help.endswith(".")


def test_reading_the_list_loads_nothing_heavy():
    heavy = ["pydantic", "duckdb", "deltalake", "pyarrow", "numpy", "ruamel", "django"]
    program = (
        "import sys, quarterdeck.site.capabilities, quarterdeck.cli.workspace;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[]"
