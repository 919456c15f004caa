"""A scene as SVG: classes only (colours, dark mode and print are the page's), with title and description."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from math import cos, pi, sin

from kuaichu.law.errors import LawError
from kuaichu.law.scenes import bodies, geometry
from kuaichu.law.scenes.geometry import Point, Turned, number, xy
from kuaichu.law.scenes.roads import piece_of
from kuaichu.law.scenes.shapes import Scene, Side
from kuaichu.law.scenes.words import describe, title

_SWAPPED = {"A": "B", "B": "A"}
_LARGER = 1.15  # bodies are drawn a little larger than the lanes, to be known at the size of a thumb


@lru_cache(maxsize=512)
def draw(scene: Scene, lang: str = "zh", *, prefix: str = "s", is_swapped: bool = False) -> str:
    """The whole <svg>. `prefix` keeps ids apart where one scene stands twice on a page."""
    turned, id = scene.turned, f"{prefix}-{scene.code}"
    letters = {side.letter: swapped(side.letter, is_swapped) for side in scene.sides}
    wide, high = turned.size
    layers = [piece_of(piece, turned) for piece in scene.layout.pieces]
    layers += [_thing(thing, turned) for thing in scene.things]
    layers += [_way(side, letters[side.letter], turned) for side in scene.sides]
    layers += [_body(side, letters[side.letter], turned) for side in scene.sides]
    layers += [_hit(turned.point(hit), order if scene.is_numbered else 0) for order, hit in enumerate(scene.hits, 1)]
    layers += [_letter(side, letters[side.letter], turned) for side in scene.sides]
    return (
        f'<svg class="scene" viewBox="0 0 {number(wide)} {number(high)}" role="img" aria-labelledby="{id}-t {id}-d">'
        f'<title id="{id}-t">{escape(title(scene, lang))}</title>'
        f'<desc id="{id}-d">{escape(describe(scene, lang, is_swapped=is_swapped))}</desc>'
        f'<rect class="ground" width="{number(wide)}" height="{number(high)}"/>{"".join(layers)}</svg>'
    )


def swapped(letter: str, is_swapped: bool) -> str:
    return _SWAPPED.get(letter, letter) if is_swapped else letter


def stands(side: Side, turned: Turned) -> tuple[Point, float]:
    """Where the body of a party is drawn and where it faces."""
    if not side.is_moving:
        at, angle = side.path[0], side.face or 0.0
    elif side.put == "start":
        at, angle = side.path[0], geometry.heading(*side.path[:2])
    elif side.put == "end":
        at, angle = side.path[-1], geometry.heading(*side.path[-2:])
    else:
        at, angle = geometry.half_way(side.path)
    if side.is_moving and side.face is not None:
        angle = side.face
    return turned.point(at), turned.angle(angle + 180 if side.is_back else angle)


def _way(side: Side, letter: str, turned: Turned) -> str:
    """The way a party takes, with an arrow at its end unless the party itself is drawn there."""
    if not side.is_moving:
        return ""
    points = tuple(turned.point(point) for point in side.path)
    tip, angle = points[-1], geometry.heading(points[-2], points[-1])
    is_arrow = side.put != "end"
    if is_arrow:
        points = (*points[:-1], geometry.moved(tip, angle, -0.6))
    way = f'<path class="way way-{letter.lower()}" d="{geometry.line(points, side.bend)}"/>'
    if not is_arrow:
        return way
    return way + f'<path class="tip tip-{letter.lower()}" {_placed(tip, angle)} d="M1 0L-9-5.5v11z"/>'


def _body(side: Side, letter: str, turned: Turned) -> str:
    at, angle = stands(side, turned)
    inner = bodies.LOADS.get(side.load, "") if side.load in ("tow", "long") else ""
    inner += bodies.SECOND_RIDER if "two" in side.marks else ""
    inner += bodies.SHAPES[side.looks] + bodies.DOORS.get(side.door, "")
    inner += bodies.LOADS[side.load] if side.load in ("open", "wide") else ""
    if "fast" in side.marks:
        inner += bodies.SPEED.format(number(-bodies.HALF[side.looks] - 0.3))
    text = f'<g class="side side-{letter.lower()}" {_placed(at, angle, _LARGER)}>{inner}</g>'
    icons = [bodies.MARKS[mark] for mark in side.marks if bodies.MARKS[mark]]
    for place, icon in enumerate(icons):
        text += f'<g class="mark" {_placed(Point(at.x + 2 * place, at.y - 2.1), 0)}>{icon}</g>'
    return text


def _letter(side: Side, letter: str, turned: Turned) -> str:
    """On the roof of a car; beside who has no roof."""
    at, _ = stands(side, turned)
    lower = letter.lower()
    if side.looks not in bodies.SMALL:
        return f'<text class="name name-{lower}" x="{number(at.x)}" y="{number(at.y + 0.5)}">{letter}</text>'
    at = Point(at.x, at.y + (1.6 if side.marks else -1.6))
    return (
        f'<circle class="badge badge-{lower}" cx="{number(at.x)}" cy="{number(at.y)}" r="7.5"/>'
        f'<text class="name name-{lower}" x="{number(at.x)}" y="{number(at.y + 0.42)}">{letter}</text>'
    )


def _hit(at: Point, order: int) -> str:
    """The star where they meet, with its number where the order matters."""
    corners = " ".join(_corner(step) for step in range(16))
    text = f'<g {_placed(at, 0)}><polygon class="hit" points="{corners}"/>'
    return text + (f'<text class="order" y="4.5">{order}</text>' if order else "") + "</g>"


def _corner(step: int) -> str:
    radius = 10 if step % 2 == 0 else 5
    return f"{radius * cos(step * pi / 8):.1f},{radius * sin(step * pi / 8):.1f}"


def _thing(thing: Mapping[str, str], turned: Turned) -> str:
    """Raises LawError for a thing nobody can draw."""
    name = next(iter(thing))
    if name == "car":
        at, face = geometry.standing(thing[name], name)
        return f'<g class="other" {_placed(turned.point(at), turned.angle(face), _LARGER)}>{bodies.SHAPES["car"]}</g>'
    shape = bodies.SIGNS.get(thing["kind"]) if name == "sign" else bodies.THINGS.get(name)
    if shape is None:
        raise LawError(f"nobody can draw {dict(thing)}")
    return f'<g class="thing" {_placed(turned.point(geometry.points_of(thing[name], name)[0]), 0)}>{shape}</g>'


def _placed(at: Point, angle: float, scale: float = 1) -> str:
    rotation = f" rotate({angle:.0f})" if angle % 360 else ""
    larger = f" scale({scale:g})" if scale != 1 else ""
    return f'transform="translate({xy(at)}){rotation}{larger}"'
