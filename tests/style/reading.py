"""Which files the style tests read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kuaichu"
OURS = ("src", "simulator", "tests", "bench", "demo", "deploy", "docs", ".ci")
THEIRS = {"vendor", "vendored", "__pycache__", "fonts", "node_modules"}
TEXTS = {".py", ".js", ".css", ".html", ".md", ".yaml", ".yml", ".toml", ".txt", ".po", ".typ", ".sh", ".in", ""}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Our own files with one of the suffixes; not vendored ones."""
    found = [path for folder in OURS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    return tuple(sorted(path for path in found if path.is_file() and not THEIRS & set(path.relative_to(ROOT).parts)))


def is_test(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return "tests" in parts or parts[0] == "tests"


def product_code() -> list[Path]:
    """The product's Python: no tests, no migrations."""
    return [
        path
        for path in files(".py")
        if PACKAGE in path.parents and not is_test(path) and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Names and lengths in lines, from the first decorator to the last line."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1
