"""The tools that judge the whole tree: ruff, mypy, migrations."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from tests.style import reading


@pytest.mark.parametrize(
    "arguments", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "--no-error-summary"]]
)
def test_tool_finds_nothing(arguments: list[str]):
    paths = [] if arguments[0] == "mypy" else ["."]
    done = subprocess.run([sys.executable, "-m", *arguments, *paths], cwd=reading.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_migrations_are_up_to_date():
    with translation.override(None):  # migrations are written in the fields' own words
        loader = MigrationLoader(None)
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("kuaichu.")}
    found = {
        label: [str(operation) for one in made for operation in one.operations]
        for label, made in changes.items()
        if label in ours
    }
    assert found == {}
