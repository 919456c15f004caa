"""Pieces of a layout as SVG: carriageways, lines, areas. The language is described in layouts.yaml."""

from collections.abc import Callable, Mapping
from typing import Any

from kuaichu.law.errors import LawError
from kuaichu.law.scenes import bodies
from kuaichu.law.scenes.geometry import Point, Turned, line, number, points_of, xy

_LINES = frozenset({"dashed", "solid", "centre", "double", "edge", "stop", "give_way", "barrier"})
_ARROWS = {
    "straight": '<path class="paint" d="M-9 0h12M0-4l5 4-5 4"/>',
    "right": '<path class="paint" d="M-9-2h8q4 0 4 6M-1 2l4 4 4-4"/>',
    "up": '<path class="ink" d="M-8 4L6-4M0-5l6 1-2 6"/>',
}
_STRIPE = 0.8


def piece_of(piece: Mapping[str, Any], turned: Turned) -> str:
    """Raises LawError for a piece nobody can draw."""
    name = next(iter(piece))
    if name in _LINES:
        return f'<path class="{name}" d="{_line(piece[name], turned, 0)}"/>'
    draw = _PIECES.get(name)
    if draw is None:
        raise LawError(f"layouts.yaml: nobody can draw {name!r}")
    return draw(piece, turned)


def _line(text: str, turned: Turned, bend: float) -> str:
    return line(tuple(turned.point(point) for point in points_of(text, "layouts.yaml")), bend)


def _road(piece: Mapping[str, Any], turned: Turned) -> str:
    return f'<path class="road" stroke-width="{number(piece["wide"])}" d="{_line(piece["road"], turned, 3)}"/>'


def _ring(piece: Mapping[str, Any], turned: Turned) -> str:
    at = turned.point(points_of(piece["ring"], "ring")[0])
    where = f'cx="{number(at.x)}" cy="{number(at.y)}"'
    inner = number(piece["radius"] - piece["wide"] / 2)
    return (
        f'<circle class="road-ring" {where} r="{number(piece["radius"])}" stroke-width="{number(piece["wide"])}"/>'
        f'<circle class="grass" {where} r="{inner}"/>'
    )


def _shape(piece: Mapping[str, Any], turned: Turned) -> str:
    return f'<path class="{piece["kind"]}" d="{_line(piece["shape"], turned, 0)}z"/>'


def _area(piece: Mapping[str, Any], turned: Turned) -> str:
    return _box(piece["area"], piece["kind"], turned)


def _box(text: str, kind: str, turned: Turned) -> str:
    left, top, wide, high = (float(word) for word in text.split())
    corners = [turned.point(Point(left, top)), turned.point(Point(left + wide, top + high))]
    x, y = min(each.x for each in corners), min(each.y for each in corners)
    across, down = abs(corners[0].x - corners[1].x), abs(corners[0].y - corners[1].y)
    return f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" width="{number(across)}" height="{number(down)}"/>'


def _zebra(piece: Mapping[str, Any], turned: Turned) -> str:
    left, top, wide, high = (float(word) for word in piece["zebra"].split())
    rows = int(high / (2 * _STRIPE))
    return "".join(
        _box(f"{left} {top + _STRIPE * (2 * row + 0.5)} {wide} {_STRIPE}", "zebra", turned) for row in range(rows)
    )


def _bay(piece: Mapping[str, Any], turned: Turned) -> str:
    """`count` bays of `wide` from left and top on, as deep as the third number."""
    left, top, deep = (float(word) for word in piece["bay"].split())
    rows = range(piece["count"] + 1)
    lines = (f"{left + piece['wide'] * row} {top} > {left + piece['wide'] * row} {top + deep}" for row in rows)
    return "".join(f'<path class="solid" d="{_line(each, turned, 0)}"/>' for each in lines)


def _arrow(piece: Mapping[str, Any], turned: Turned) -> str:
    x, y, kind = piece["arrow"].split()
    at = turned.point(Point(float(x), float(y)))
    return f'<g transform="translate({xy(at)}) rotate({turned.angle(0):.0f})">{_ARROWS[kind]}</g>'


def _works(piece: Mapping[str, Any], turned: Turned) -> str:
    at = turned.point(points_of(piece["works"], "works")[0])
    return f'<g transform="translate({xy(at)})">{bodies.THINGS["works"]}</g>'


def _sign(piece: Mapping[str, Any], turned: Turned) -> str:
    at = turned.point(points_of(piece["sign"], "sign")[0])
    return f'<g class="thing" transform="translate({xy(at)})">{bodies.SIGNS[piece["kind"]]}</g>'


_PIECES: dict[str, Callable[[Mapping[str, Any], Turned], str]] = {
    "road": _road,
    "ring": _ring,
    "shape": _shape,
    "area": _area,
    "zebra": _zebra,
    "bay": _bay,
    "arrow": _arrow,
    "works": _works,
    "sign": _sign,
}
