"""The layout is law: contracts, sizes, names, and what imports cannot show."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "quarterdeck"
PILLARS = ("insights", "feedback", "process", "launch", "tooling", "governance", "report")
ROOMS = {
    "__init__",
    "definitions",
    "calc",
    "facts",
    "models",
    "service",
    "web",
    "api",
    "jobs",
    "cli",
    "apps",
    "templates",
    "static",
    "migrations",
}
MOST_LINES = 400
MEANINGLESS = re.compile(r"\b(utils?|helpers?|common|misc|base|manager)\b")

MODULES = sorted(SOURCE.rglob("*.py"))
CALCULATIONS = [
    file for file in MODULES if "calc" in file.parts or file.stem == "calc" or "stats" in file.parts
]


def named(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def test_the_seven_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", "importlinter.ini", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 7 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    "file", [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))], ids=lambda file: file.name
)
def test_a_file_has_one_idea_and_a_name(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= MOST_LINES
    assert not MEANINGLESS.search(file.stem)
    if file.name == "__init__.py" and file.parent != SOURCE:
        assert text == ""


@pytest.mark.parametrize(
    "file",
    [file for file in MODULES if file.name != "__init__.py" and "migrations" not in file.parts],
    ids=named,
)
def test_a_module_says_which_question_it_answers(file: Path) -> None:
    told = ast.get_docstring(ast.parse(file.read_text()))
    assert told, "no docstring"


@pytest.mark.parametrize(
    "capability",
    [
        folder
        for pillar in PILLARS
        if (SOURCE / pillar).is_dir()
        for folder in (SOURCE / pillar).iterdir()
        if folder.is_dir() and not folder.name.startswith("__")
    ],
    ids=named,
)
def test_a_capability_has_only_the_rooms_of_the_house(capability: Path) -> None:
    found = {path.stem for path in capability.iterdir() if path.name != "__pycache__"}
    assert found <= ROOMS
    assert "service" in found


@pytest.mark.parametrize("file", CALCULATIONS, ids=named)
def test_a_calculation_opens_nothing(file: Path) -> None:
    called = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
    }
    assert not called & {"open", "read_text", "write_text", "socket", "urlopen", "now", "today", "print"}


def test_no_folder_is_empty() -> None:
    assert [
        named(folder)
        for folder in SOURCE.rglob("*")
        if folder.is_dir() and folder.name != "__pycache__" and not any(folder.iterdir())
    ] == []


def test_help_loads_nothing_heavy() -> None:
    heavy = ["duckdb", "deltalake", "pyarrow", "numpy", "scipy", "django", "pydantic", "rich", "ruamel"]
    program = (
        "import sys\nfrom quarterdeck.cli.main import build\nbuild()\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert out.strip() == "[]"


def test_nothing_committed_names_a_registry_or_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    hosts = [b"pypi" + b".org", b"pythonhosted" + b".org", b"npmjs" + b".org", b"debian" + b".org"]
    for name in filter(None, tracked.split(b"\0")):
        path = ROOT / name.decode()
        if path.is_file():
            content = path.read_bytes()
            assert not [host for host in hosts if host in content], path
