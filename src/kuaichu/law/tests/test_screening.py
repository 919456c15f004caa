"""The fast track: worked cases at every day on which the law changes, order, early stops, refusals."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.law import QUESTIONS, LawError, Track, engine, safety_steps, screen
from kuaichu.law.national import screening

EXAMPLES = yaml.safe_load(
    (Path(screening.__file__).parents[1] / "examples/screening/fast_track.yaml").read_text("utf-8")
)
GOOD = {
    question.code: "yes" if question.code in {"movable", "licence", "plate", "marks", "agreed"} else "no"
    for question in QUESTIONS
}
DAY = date(2026, 11, 1)
DAYS = [day for day in engine.the_law().change_days() if day >= date(2018, 5, 1)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_worked_cases(example: dict) -> None:
    for day in (*DAYS, DAY):
        found = screen(GOOD | example["answers"], on=day, place="339900")
        assert {
            "track": found.track.value,
            "calls": list(found.calls),
            "path": found.path,
            "articles": [f"{cite.act} {cite.article}" for reason in found.reasons for cite in reason.citations],
        } == example["expect"]
        assert found.is_complete
        assert found.next_question is None
        assert found.clear_scene is (found.track is not Track.KEEP_SCENE)


def test_every_effect_has_a_worked_case() -> None:
    shown = {item for example in EXAMPLES for item in example["answers"].items()}
    unsure_like_yes = {
        (code, "unsure") for code in ("dangerous_goods", "left", "drink_drugs", "deliberate", "facility", "movable")
    }
    effects = {(question.code, answer) for question in QUESTIONS for answer in question.effects}
    assert effects - shown == unsure_like_yes


def test_questions_come_one_by_one_and_stop_at_the_decisive_answer() -> None:
    answers: dict[str, str] = {}
    asked = []
    while (found := screen(answers, on=DAY, place="330600")).next_question:
        assert (found.track, found.clear_scene, found.calls, found.is_complete) == (Track.UNDECIDED, None, (), False)
        asked.append(found.next_question.code)
        answers[found.next_question.code] = GOOD[found.next_question.code]
    assert asked == [question.code for question in QUESTIONS]
    assert found.track is Track.PHOTOGRAPH_LEAVE

    assert screen({"injured": "yes"}, on=DAY, place="330600").is_complete
    after_facility = screen({**GOOD, "facility": "yes"} | {}, on=DAY, place="330600")
    assert after_facility.track is Track.PHOTOGRAPH_LEAVE_CALL


def test_what_can_no_longer_change_anything_is_not_asked() -> None:
    answers = {code: answer for code, answer in GOOD.items() if code not in {"marks", "agreed"}} | {"facility": "yes"}
    assert screen(answers, on=DAY, place="330600").is_complete
    early = {
        "injured": "no",
        "dangerous_goods": "no",
        "movable": "yes",
        "left": "no",
        "drink_drugs": "no",
        "licence": "unsure",
    }
    asked = screen(early, on=DAY, place="330600").next_question
    assert asked is not None
    assert asked.code == "plate"


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries({question.code: st.sampled_from(question.choices) for question in QUESTIONS}), st.randoms()
)
def test_order_of_answers_and_unsure_never_loosens(answers: dict[str, str], random) -> None:
    whole = screen(answers, on=DAY, place="330600")
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert screen(dict(shuffled), on=DAY, place="330600") == whole
    rank = list(Track).index
    for question in QUESTIONS:
        for careful, good in product(("unsure",), (GOOD[question.code],)):
            if careful in question.choices:
                unsure = screen(answers | {question.code: careful}, on=DAY, place="330600").track
                free = screen(answers | {question.code: good}, on=DAY, place="330600").track
                assert rank(unsure) >= rank(free)


def test_the_words_fit_a_phone() -> None:
    for question in QUESTIONS:
        assert len(question.zh) <= 16
        assert len(question.why_zh) <= 40
        assert question.en
        assert question.why_en
        assert set(question.effects) < set(question.choices)
        for effect in question.effects.values():
            assert len(effect.reason.zh) <= 48
            assert effect.reason.en
    assert QUESTIONS[0].code == "injured"


def test_refused_answers() -> None:
    with pytest.raises(LawError, match="no question 'injury'"):
        screen({"injury": "yes"}, on=DAY, place="330600")
    with pytest.raises(LawError, match="question plate has no answer 'unsure'"):
        screen({"plate": "unsure"}, on=DAY, place="330600")
    with pytest.raises(LawError, match="before its first value of 2018-05-01"):
        screen({}, on=date(2018, 4, 30), place="330600")
    with pytest.raises(LawError, match="place code"):
        screen({}, on=DAY, place="0")


def test_safety_comes_with_the_distances_of_the_law() -> None:
    steps = safety_steps(on=DAY, place="330600")
    assert [step.code for step in steps] == ["hazard_lights", "people_off_road", "triangle", "help_injured"]
    assert steps[2].zh == "三角牌放在车后 50–100 米，高速公路 150 米以外"
    assert [cite.zh for cite in steps[2].citations] == [
        "《道路交通安全法实施条例》第六十条",
        "《道路交通安全法》第六十八条第一款",
    ]
