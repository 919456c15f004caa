"""The tools that judge the whole tree: ruff, mypy, migrations."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.style import reading


@pytest.mark.parametrize(
    "arguments", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "--no-error-summary"]]
)
def test_tool_finds_nothing(arguments: list[str]):
    paths = [] if arguments[0] == "mypy" else ["."]
    done = subprocess.run([sys.executable, "-m", *arguments, *paths], cwd=reading.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_migrations_are_up_to_date():
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    found = {label: [str(operation) for one in made for operation in one.operations] for label, made in changes.items()}
    assert found == {}
