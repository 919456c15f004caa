"""The direction between rooms, beyond what the ladder in pyproject.toml says."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.style import reading

VENDOR = re.compile(r"^kuaichu\.links\.\w+\.vendors?\.\w+")
LINT = "from importlinter.cli import lint_imports_command as run; run()"


def imported(module: ast.Module) -> set[str]:
    """Dotted names of everything imported, `from a import b` as `a.b`."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return found


def within(names: set[str], *packages: str) -> set[str]:
    return {name for name in names if any(f"{name}.".startswith(f"{package}.") for package in packages)}


def vendors(module: ast.Module) -> set[str]:
    texts = {node.value for node in ast.walk(module) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {name for name in imported(module) | texts if VENDOR.match(name)}


def test_rooms_import_downwards():
    env = os.environ | {"PYTHONPATH": str(reading.ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", LINT], cwd=reading.ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_ladder_holds_every_room():
    ladder = (reading.ROOT / "pyproject.toml").read_text()
    rooms = {path.parent.name for path in reading.PACKAGE.glob("*/__init__.py")}
    assert {room for room in rooms if f"({room})" not in ladder} == set()


def test_law_and_analysis_stand_alone():
    """Neither Django nor each other nor any room; only the three plain files at the foot of the ladder."""
    foot = ("kuaichu.clock", "kuaichu.errors", "kuaichu.money")
    found = {}
    for room, allowed in {"law": "kuaichu.law", "analysis": "kuaichu.analysis"}.items():
        for path in (reading.PACKAGE / room).rglob("*.py"):
            names = imported(reading.tree(path))
            bad = within(names, "django", "kuaichu") - within(names, allowed, *foot)
            if bad and not reading.is_test(path):
                found[reading.name(path)] = bad
    assert found == {}


def test_only_wiring_names_vendors():
    found = {}
    for path in reading.product_code():
        own = ".".join(path.relative_to(reading.PACKAGE.parent).with_suffix("").parts)
        if path != reading.PACKAGE / "wiring.py" and not VENDOR.match(own) and vendors(reading.tree(path)):
            found[reading.name(path)] = vendors(reading.tree(path))
    assert found == {}


def test_the_simulator_plays_from_outside():
    paths = list((reading.ROOT / "simulator").rglob("*.py"))
    found = {reading.name(path): _beyond(path) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


def _beyond(path: Path) -> set[str]:
    names = within(imported(reading.tree(path)), "kuaichu")
    return names - within(names, "kuaichu.law", "kuaichu.analysis")


def test_bad_imports_are_found():
    bad = ast.parse("from django.db import models\nimport kuaichu.web\nx = 'kuaichu.links.sms.vendors.acme:Adapter'\n")
    assert within(imported(bad), "django", "kuaichu") == {"django.db.models", "kuaichu.web"}
    assert vendors(bad) == {"kuaichu.links.sms.vendors.acme:Adapter"}
