"""What to do first at the scene, in order, with the distances of the law."""

from dataclasses import dataclass
from datetime import date

from kuaichu.law import engine
from kuaichu.law.citations import Citation


@dataclass(frozen=True, slots=True)
class SafetyStep:
    """`code` names the drawing; `zh` and `en` are the sentence."""

    code: str
    zh: str
    en: str
    citations: tuple[Citation, ...]


def safety_steps(*, on: date, place: str) -> tuple[SafetyStep, ...]:
    """Road Safety Law Arts. 68(1), 70(1), Implementing Regulation Art. 60, Handling Provisions Art. 13(2)."""
    nearest, farthest, motorway = (
        engine.value(f"safety.triangle_{name}", on=on, place=place) for name in ("min", "max", "motorway")
    )
    return (
        SafetyStep(
            "hazard_lights",
            "打开双闪，天黑再开示廓灯和后位灯",
            "Hazard lights on; at night side and rear lights too",
            (nearest.citation,),
        ),
        SafetyStep(
            "people_off_road",
            "车上的人都撤到路外，不要站在车道上",
            "Everybody off the road; nobody stands in a lane",
            (Citation("handling", "13(2)"),),
        ),
        SafetyStep(
            "triangle",
            f"三角牌放在车后 {nearest.amount}–{farthest.amount} 米，高速公路 {motorway.amount} 米以外",
            f"Triangle {nearest.amount}–{farthest.amount} m behind, on a motorway beyond {motorway.amount} m",
            (nearest.citation, motorway.citation),
        ),
        SafetyStep(
            "help_injured",
            "有人受伤先打 120，再打 122",
            "If anybody is hurt, call 120 first, then 122",
            (Citation("road_safety_law", "70(1)"),),
        ),
    )
