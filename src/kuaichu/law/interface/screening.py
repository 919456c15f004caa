"""screen: answers and facts of a scene as JSON → what to do there, and how the case goes on, as JSON."""

from typing import Any

from kuaichu.law.errors import LawError
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.clocking import moment
from kuaichu.law.interface.errors import not_held, unknown
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.writing import articles
from kuaichu.law.national import online
from kuaichu.law.national.questions import QUESTIONS, Question, Reason
from kuaichu.law.national.screening import screen as screen_by_law

Json = dict[str, Any]
_FIELDS = frozenset({"on", "place", "answers", "facts", "id"})
_FACTS = frozenset(
    {"at", "area", "road", "motor_vehicles", "nonmotors", "injury", "all_consent", "injury_loss_fen", "losses_fen"}
    | {"crime_suspected", "privileged", "needs_interpreter", "has_commercial", "insured_in"}
    | {"motor_liable_and_insured"}
)
_BY_CODE = {question.code: question for question in QUESTIONS}
# What changes nothing: assumed for questions that a fact has already settled.
_MOST_VEHICLES = 1000


def screen(obj: Any) -> Json:
    """Track, calls, procedure, online or not, each with its reasons; the next question while undecided. InputError."""
    given = read.mapping(obj, "", _FIELDS)
    on, place = read.day(given, "on", ""), read.place(given)
    facts = _facts(read.known_mapping(given, "facts", _FACTS))
    answers = _answers(read.known_mapping(given, "answers", _BY_CODE.keys()), facts)
    try:
        found = screen_by_law(answers, on=on, place=place)
        more = online.judge(found, facts, on=on, place=place)
        found = more.screening
    except LawError:
        raise not_held("on") from None
    return {
        "track": found.track.value,
        "clear_scene": found.clear_scene,
        "calls": list(found.calls),
        "path": found.path,
        "procedure": more.procedure,
        "online": more.is_online,
        "complete": found.is_complete,
        "reasons": [_reason(reason) for reason in (*found.reasons, *more.reasons)],
        "not_online": [_reason(reason) | {"certainty": certainty} for reason, certainty in more.against],
        "next_question": _question(found.next_question) if found.next_question else None,
        "law_revision": law_revision(),
    }


def _answers(given: Json, facts: online.OnlineFacts) -> dict[str, str]:
    """Answers as given; an injury among the facts answers the question about it."""
    answers: dict[str, str] = {}
    for code in given:
        choices = _BY_CODE[code].choices
        said = given[code]
        said = {True: "yes", False: "no"}.get(said, said) if type(said) is bool else said
        if type(said) is not str or said not in choices:
            raise unknown(f"answers.{code}", str(said), choices)
        answers[code] = said
    if facts.injury != "none":
        answers["injured"] = "yes"
    return answers


def _facts(given: Json) -> online.OnlineFacts:
    path = "facts"
    area = read.place(given, "area", path) if given.get("area") is not None else ""
    losses = read.rows(given, "losses_fen", path, most=read.MOST_PARTIES)
    insured = read.rows(given, "insured_in", path, most=read.MOST_PARTIES)
    return online.OnlineFacts(
        happened_at=moment(given, "at", path) if given.get("at") is not None else None,
        area=area,
        road=read.choice(given, "road", path, online.ROADS, ""),
        motor_vehicles=_count(given, "motor_vehicles"),
        nonmotors=_count(given, "nonmotors"),
        injury=read.choice(given, "injury", path, online.INJURIES, "none"),
        all_consent=read.yes_no(given, "all_consent", path),
        injury_loss_fen=read.whole(given, "injury_loss_fen", path)
        if given.get("injury_loss_fen") is not None
        else None,
        losses_fen=tuple(read.whole({"n": fen}, "n", f"{path}.losses_fen[{n}]") for n, fen in enumerate(losses)),
        is_crime_suspected=read.yes_no(given, "crime_suspected", path),
        is_privileged=read.yes_no(given, "privileged", path),
        needs_interpreter=read.yes_no(given, "needs_interpreter", path),
        has_commercial=_maybe(given, "has_commercial"),
        insured_in=tuple(
            read.place({"place": code}, "place", f"{path}.insured_in[{n}]") for n, code in enumerate(insured)
        ),
        is_motor_liable_and_insured=_maybe(given, "motor_liable_and_insured"),
    )


def _count(given: Json, key: str) -> int | None:
    return None if given.get(key) is None else read.whole(given, key, "facts", most=_MOST_VEHICLES)


def _maybe(given: Json, key: str) -> bool | None:
    return None if given.get(key) is None else read.yes_no(given, key, "facts")


def _reason(reason: Reason) -> Json:
    return {"code": reason.code, "zh": reason.zh, "en": reason.en, "articles": articles(reason.citations)}


def _question(question: Question) -> Json:
    return {
        "code": question.code,
        "zh": question.zh,
        "en": question.en,
        "why": question.why_zh,
        "why_en": question.why_en,
        "choices": list(question.choices),
    }
