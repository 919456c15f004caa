"""情形图: how each row of the liability tables looks, as data, and drawn as accessible SVG.

scenes()["A14"] → Scene · draw(scene, lang) → SVG · describe(scene, lang) → the picture in words · kinds() → groups

No rule reads anything here. Layouts and the language of the drawings: layouts.yaml, motor.yaml.
"""

from kuaichu.law.scenes.drawing import draw
from kuaichu.law.scenes.shapes import Kinds, Layout, Scene, Side
from kuaichu.law.scenes.table import kinds, layouts, scenes
from kuaichu.law.scenes.words import describe

__all__ = ["Kinds", "Layout", "Scene", "Side", "describe", "draw", "kinds", "layouts", "scenes"]
