"""Fast-track screening: from the answers so far to what to do at the scene.

Handling Provisions (公安部令第146号), in force since 2018-05-01:
Art. 13(1) injury or death, or damage with one of seven cases: keep the scene and call at once. Art. 14: no inspection
or insurance mark, or a facility hit, and movable: photograph, move, then call. Art. 15: dangerous goods: call at once.
Art. 19(1): otherwise photograph, leave at once, then settle. Art. 20(1): who disagree may ask the police together,
online. Art. 23(1): injury leaves only the police's procedures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kuaichu.law import engine
from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError
from kuaichu.law.national.questions import QUESTIONS, Effect, Question, Reason, Track

_SEVERITY = {track: number for number, track in enumerate(Track)}
_QUESTIONS_BY_CODE = {question.code: question for question in QUESTIONS}

_FREE = Reason(
    "free",
    "只是车和东西坏了，车能动：拍好照片，马上撤到不挡路的地方，再慢慢商量。",
    "Only things are damaged and the vehicles move: take photos, leave at once for a safe place, then settle.",
    (Citation("handling", "19(1)"), Citation("road_safety_law", "70(3)")),
)


# The number to call; the questions name theirs themselves.
POLICE = "122"


@dataclass(frozen=True, slots=True)
class Screening:
    """The result so far.

    `clear_scene` is None while undecided. `calls` are the numbers to call, in order. `path` is what follows: `police`,
    `joint_request` (the parties differ and ask together online), `self_settlement`, or empty while undecided.
    `next_question` is None once nothing more can change the result.
    """

    track: Track
    clear_scene: bool | None
    calls: tuple[str, ...]
    reasons: tuple[Reason, ...]
    path: str
    is_complete: bool
    next_question: Question | None


def screen(answers: Mapping[str, str], *, on: date, place: str) -> Screening:
    """Judge the answers (question code → `yes`, `no`, `unsure`), in whatever order they came.

    Raises LawError for an unknown question, an answer the question does not offer, an unknown place, or a day before
    the provisions were in force.
    """
    _check(answers, on=on, place=place)
    effects = [
        effect for question in QUESTIONS if (effect := question.effects.get(answers.get(question.code, ""))) is not None
    ]
    severity = max((_SEVERITY[effect.track] for effect in effects), default=_SEVERITY[Track.PHOTOGRAPH_LEAVE])
    following = next((question for question in QUESTIONS if _may_change(question, answers, severity)), None)
    track = list(Track)[severity]
    if following is not None:
        return Screening(
            track=Track.UNDECIDED,
            clear_scene=None,
            calls=(),
            reasons=_reasons(effects),
            path="",
            is_complete=False,
            next_question=following,
        )
    decisive = [effect for effect in effects if effect.track is track]
    return Screening(
        track=track,
        clear_scene=track is not Track.KEEP_SCENE,
        calls=tuple(dict.fromkeys(number for effect in decisive for number in effect.calls)),
        reasons=_reasons_to_leave(decisive) if track is Track.PHOTOGRAPH_LEAVE else _reasons(decisive),
        path=_path(track, effects),
        is_complete=True,
        next_question=None,
    )


def question(code: str) -> Question:
    """One question by its code. Raises LawError for an unknown one."""
    try:
        return _QUESTIONS_BY_CODE[code]
    except KeyError:
        raise LawError(f"the fast track has no question {code!r}") from None


def _check(answers: Mapping[str, str], *, on: date, place: str) -> None:
    engine.value("fasttrack.leave_fine", on=on, place=place)  # refuses days before the provisions, and wrong places
    for code, answer in answers.items():
        if answer not in question(code).choices:
            raise LawError(f"question {code} has no answer {answer!r}")


def _may_change(asked: Question, answers: Mapping[str, str], severity: int) -> bool:
    """Unanswered, and one of its answers would lead to a stricter track, or say how an open case goes on."""
    if asked.code in answers:
        return False
    if severity == _SEVERITY[Track.PHOTOGRAPH_LEAVE]:
        return True
    return any(_SEVERITY[effect.track] > severity for effect in asked.effects.values())


def _path(track: Track, effects: list[Effect]) -> str:
    if track is not Track.PHOTOGRAPH_LEAVE:
        return "police"
    return "joint_request" if any(effect.is_disputed for effect in effects) else "self_settlement"


def _reasons(effects: list[Effect]) -> tuple[Reason, ...]:
    return tuple(effect.reason for effect in effects)


def _reasons_to_leave(effects: list[Effect]) -> tuple[Reason, ...]:
    """The plain reason first, unless the one for differing parties says to leave already."""
    return (() if any(effect.is_disputed for effect in effects) else (_FREE,)) + _reasons(effects)
