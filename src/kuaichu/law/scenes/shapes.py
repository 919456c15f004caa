"""What a drawing is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kuaichu.law.scenes.geometry import Point, Turned

Piece = Mapping[str, Any]
NONMOTOR, PEDESTRIAN = "bike", "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One party as drawn. `path` has one point for who stands. `does` and `special` are codes for the law."""

    letter: str
    looks: str
    path: tuple[Point, ...]
    face: float | None
    put: str = "start"
    bend: float = 1.5
    is_back: bool = False
    door: str = ""
    load: str = ""
    marks: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    special: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """As the law's interface names it."""
        return {NONMOTOR: "nonmotor", PEDESTRIAN: "pedestrian"}.get(self.looks, "motor")

    @property
    def is_moving(self) -> bool:
        return len(self.path) > 1


@dataclass(frozen=True, slots=True)
class Layout:
    """A place: roads, lines, areas, in the order in which they are drawn."""

    key: str
    zh: str
    en: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """A group of scenes that a person looks for."""

    key: str
    zh: str
    en: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """One row of the tables as a picture. `hits`: where they meet, numbered when the order matters."""

    code: str
    zh: str
    en: str
    layout: Layout
    sides: tuple[Side, ...]
    hits: tuple[Point, ...] = ()
    is_numbered: bool = False
    things: tuple[Piece, ...] = ()
    impacts: tuple[tuple[Any, ...], ...] = ()
    are_facts_found: bool = True
    turned: Turned = field(default_factory=Turned)
    words: str = ""

    def side(self, letter: str) -> Side:
        return next(side for side in self.sides if side.letter == letter)
