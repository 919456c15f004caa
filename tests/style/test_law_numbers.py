"""Numbers of yuan, days, percent and photos come from law/, with date, place and source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.style import reading

UNIT = re.compile(r"(^|_)(days?|percent|ratio|yuan|fen|workdays?|months?|years?|photos?|bps)$", re.IGNORECASE)
HARMLESS = {0, 1}
NOT_RULES = ("src/kuaichu/law/", "src/kuaichu/analysis/", "src/kuaichu/command/", "src/kuaichu/demo/")
# file: names that look like law and are not, each with its reason
ALLOWED: dict[str, dict[str, str]] = {
    "src/kuaichu/money.py": {
        "fen": "a yuan has a hundred fen by arithmetic, not by law",
        "MAX_AMOUNT_FEN": "a bound against nonsense",
    },
    "src/kuaichu/links/insurer/protocol.py": {
        "MAX_LIMIT_FEN": "a bound against nonsense",
        "WHOLE_PERCENT": "the whole has a hundred parts by arithmetic",
    },
    "src/kuaichu/links/national/twin.py": {"timedelta": "how long an invented vehicle's papers hold"},
    "src/kuaichu/dossier/documents/authority.py": {"timedelta": "how long certificates run is cryptography"},
}


def suspects(module: ast.Module) -> set[str]:
    """Names with a unit of law that get a number, and lengths of time in days or weeks."""
    return {f"{name} = {number}" for name, number in _pairs(module) if UNIT.search(name) and number not in HARMLESS} | {
        f"timedelta({name}={number})" for name, number in _timedeltas(module) if number not in HARMLESS
    }


def said(suspect: str) -> str:
    return re.split(r" = |\(", suspect)[0]


def _pairs(module: ast.Module) -> Iterator[tuple[str, float]]:
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((_name(target), number) for target in targets for number in _numbers(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from ((_name(target), number) for number in _numbers(value))
            case ast.Call(func=func, keywords=words) if _name(func) != "timedelta":
                yield from ((word.arg or "", number) for word in words for number in _literal(word.value))
            case ast.arguments():
                yield from _defaults(node)
            case ast.Compare(left=left, comparators=others):
                yield from _compared([left, *others])


def _compared(sides: list[ast.expr]) -> Iterator[tuple[str, float]]:
    names = [_name(side) for side in sides]
    yield from ((name, number) for name in names if name for side in sides for number in _literal(side))


def _defaults(node: ast.arguments) -> Iterator[tuple[str, float]]:
    plain = zip(reversed(node.posonlyargs + node.args), reversed(node.defaults), strict=False)
    for argument, default in [*plain, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
        if default is not None:
            yield from ((argument.arg, number) for number in _literal(default))


def _numbers(value: ast.expr) -> Iterator[float]:
    """The number itself, or the default that a model's field gets."""
    yield from _literal(value)
    if isinstance(value, ast.Call):
        yield from (number for word in value.keywords if word.arg == "default" for number in _literal(word.value))


def _literal(value: ast.expr) -> Iterator[float]:
    match value:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            yield number
        case ast.BinOp(left=left, right=right):
            yield from [*_literal(left), *_literal(right)]
        case ast.Call(func=ast.Name(id="Decimal" | "Fraction"), args=[ast.Constant(value=text), *_]):
            yield float(str(text))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _timedeltas(module: ast.Module) -> Iterator[tuple[str, float]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _name(node.func) == "timedelta":
            values = [(word.arg or "", word.value) for word in node.keywords] + [
                ("days", value) for value in node.args[:1]
            ]
            yield from (
                (arg, number) for arg, value in values if arg in {"days", "weeks"} for number in _literal(value)
            )


def is_judged(path: Path) -> bool:
    return not reading.name(path).startswith(NOT_RULES)


def test_no_number_of_law_stands_in_code():
    found = {}
    for path in filter(is_judged, reading.product_code()):
        allowed = ALLOWED.get(reading.name(path), {})
        names = {text for text in suspects(reading.tree(path)) if said(text) not in allowed}
        if names:
            found[reading.name(path)] = names
    assert found == {}


def test_allowed_names_still_exist():
    for path, names in ALLOWED.items():
        present = {said(text) for text in suspects(reading.tree(reading.ROOT / path))}
        assert set(names) <= present, path


def test_numbers_of_law_are_found():
    found = suspects(
        ast.parse(
            "LIMIT_FEN = 2000_00\n"
            "review_days: int = 3\n"
            "class A:\n    share_percent = models.IntegerField(default=70)\n"
            "def f(*, min_photos=3): ...\n"
            "g(within_days=10)\n"
            "if case.open_days > 15: ...\n"
            "later = now + timedelta(days=3)\n"
            "amount_fen = 0\nlease = timedelta(seconds=90)\nport = 8000\nyesterday = timedelta(days=1)\n"
        )
    )
    assert found == {
        "LIMIT_FEN = 200000",
        "review_days = 3",
        "share_percent = 70",
        "min_photos = 3",
        "within_days = 10",
        "open_days = 15",
        "timedelta(days=3)",
    }
