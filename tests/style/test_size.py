"""Small enough to be read in one go."""

import ast
import re
from pathlib import Path

from tests.style import reading

FUNCTION_LINES = 70
FILE_LINES = 400
LINE_CHARACTERS = 120
DIRECTIVE = re.compile(r"\s+# (type: ignore|noqa).*$")  # words for a tool, not for a reader


def too_long(module: ast.Module) -> list[str]:
    return [f"{name} has {lines} lines" for name, lines in reading.functions(module) if lines > FUNCTION_LINES]


def test_no_function_is_too_long():
    found = {reading.name(path): too_long(reading.tree(path)) for path in reading.files(".py")}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_long_function_is_found():
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert too_long(ast.parse(f"def f():\n{body}\n")) == [f"f has {FUNCTION_LINES + 1} lines"]


def test_no_file_is_too_long():
    sizes = {reading.name(path): len(path.read_text().splitlines()) for path in reading.files(".py", ".js", ".css")}
    assert len(sizes) > 20
    assert {path: lines for path, lines in sizes.items() if lines > FILE_LINES and "/migrations/" not in path} == {}


def test_lines_fit():
    """Counted in characters; ruff would count a Chinese one as two."""
    paths = [path for path in reading.files(".py") if "migrations" not in path.parts]
    assert [place for path in paths for place in wide_lines(path)] == []


def wide_lines(path: Path) -> list[str]:
    lines = enumerate(path.read_text().splitlines(), 1)
    return [
        f"{reading.name(path)}:{number}" for number, line in lines if len(DIRECTIVE.sub("", line)) > LINE_CHARACTERS
    ]
