"""Points and paths of a sheet 24 wide and 16 high: x to the right, y down, angles in degrees clockwise."""

from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians, sin

from kuaichu.law.errors import LawError

WIDE, HIGH = 24.0, 16.0
UNIT = 10
_FACES = {"e": 0.0, "s": 90.0, "w": 180.0, "n": 270.0}


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Turned:
    """How a sheet lies: turned clockwise by quarters, or mirrored left to right."""

    quarters: int = 0
    is_flipped: bool = False

    def point(self, given: Point) -> Point:
        x, y = (WIDE - given.x if self.is_flipped else given.x), given.y
        wide, high = WIDE, HIGH
        for _ in range(self.quarters):
            x, y, wide, high = high - y, x, high, wide
        return Point(x, y)

    def angle(self, given: float) -> float:
        return ((180 - given if self.is_flipped else given) + 90 * self.quarters) % 360

    @property
    def size(self) -> tuple[float, float]:
        return (HIGH, WIDE) if self.quarters % 2 else (WIDE, HIGH)


def points_of(text: str, where: str) -> tuple[Point, ...]:
    """`3 9.5 > 10 9.5`. Raises LawError."""
    try:
        pairs = [[float(number) for number in part.split()] for part in text.split(">")]
        return tuple(Point(x, y) for x, y in pairs)
    except ValueError:
        raise LawError(f"{where}: {text!r} is not written like 3 9.5 > 10 9.5") from None


def standing(text: str, where: str) -> tuple[Point, float]:
    """`14 9.5 e`: a point and where it faces. Raises LawError."""
    try:
        x, y, face = text.split()
        return Point(float(x), float(y)), _FACES[face] if face in _FACES else float(face)
    except ValueError:
        raise LawError(f"{where}: {text!r} is not written like 14 9.5 e") from None


def heading(start: Point, end: Point) -> float:
    return degrees(atan2(end.y - start.y, end.x - start.x)) % 360


def turn(before: float, after: float) -> float:
    """From one heading to the next, -180 to 180, right is positive."""
    return (after - before + 180) % 360 - 180


def whole_turn(path: tuple[Point, ...]) -> float:
    """All turns of a path added up."""
    headings = [heading(start, end) for start, end in pairwise(path)]
    return sum(turn(before, after) for before, after in pairwise(headings))


def along(start: Point, end: Point, share: float) -> Point:
    return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)


def moved(start: Point, angle: float, length: float) -> Point:
    return Point(start.x + cos(radians(angle)) * length, start.y + sin(radians(angle)) * length)


def length(path: tuple[Point, ...]) -> float:
    return sum(hypot(end.x - start.x, end.y - start.y) for start, end in pairwise(path))


def half_way(path: tuple[Point, ...]) -> tuple[Point, float]:
    """The middle of a path and the heading there."""
    left = length(path) / 2
    for start, end in pairwise(path):
        step = hypot(end.x - start.x, end.y - start.y)
        if step >= left:
            return along(start, end, left / step), heading(start, end)
        left -= step
    raise LawError("a path needs two points")


def number(value: float) -> str:
    """A length in the picture's own unit, without needless digits."""
    return f"{value * UNIT:.1f}".rstrip("0").rstrip(".")


def xy(point: Point) -> str:
    return f"{number(point.x)} {number(point.y)}"


def line(points: tuple[Point, ...], bend: float) -> str:
    """The path of an SVG through `points`, its corners rounded by at most `bend`."""
    text = f"M{xy(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        to, on = length((before, corner)), length((corner, after))
        near, far = min(bend, to * 0.5) / to, min(bend, on * 0.5) / on
        text += f"L{xy(along(corner, before, near))}Q{xy(corner)} {xy(along(corner, after, far))}"
    return f"{text}L{xy(points[-1])}"
