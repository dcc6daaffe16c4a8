"""A workspace of its own for each test, with a metric, a ratio of it, and what git keeps of them."""

import os
import subprocess

import pytest
from django.core.management import call_command
from django.db import connection, connections

from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.records.workshop.shelf import Shelf
from quarterdeck.site.capabilities import load_kinds

SIGN_UPS = """\
# counted where the account begins
title: Sign-ups
description: Teams that signed up.
kind: count
event: signed_up  # the server's event
owner: Growth lead
"""
PAID = SIGN_UPS.replace("Sign-ups", "Paid").replace("signed_up", "paid")
SHARE = """\
title: Paid share
description: Of the teams that signed up, those that paid.
kind: ratio
numerator: paid
denominator: sign_ups
unit: share
owner: Core lead
"""


@pytest.fixture
def folder(tmp_path, settings):
    files = {"metrics/sign_ups.yaml": SIGN_UPS, "metrics/paid.yaml": PAID, "metrics/share.yaml": SHARE}
    made = init_workspace(
        tmp_path / "acme", company="Acme", timezone="Europe/Amsterdam", kinds=load_kinds(), definitions=files
    )
    settings.QUARTERDECK_WORKSPACE = str(made.workspace.path)
    return made.workspace.path


@pytest.fixture
def shelf(folder):
    return Shelf(path=folder, kinds=load_kinds())


@pytest.fixture
def place(shelf):
    return shelf.place("metric", "sign_ups")


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "GIT_AUTHOR_NAME": "Setup",
            "GIT_AUTHOR_EMAIL": "setup@acme.test",
            "GIT_COMMITTER_NAME": "Setup",
            "GIT_COMMITTER_EMAIL": "setup@acme.test",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(folder):
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


@pytest.fixture
def at_once(transactional_db, tmp_path, monkeypatch):
    """A database as servers have it, for threads: the one in memory lets nobody wait for a lock."""
    if connection.vendor != "sqlite":
        yield
        return
    kept = connections["default"]
    monkeypatch.setitem(
        connections.settings, "default", {**kept.settings_dict, "NAME": str(tmp_path / "records.sqlite3")}
    )
    connections["default"] = connections.create_connection("default")
    call_command("migrate", verbosity=0)
    yield
    connections["default"].close()
    connections["default"] = kept
