"""The one decision behind every link, as a table."""

from typing import Any

import pytest

from kuaichu.cases.models import PhoneMode
from kuaichu.cases.states import Path, PhotoState, Stage
from kuaichu.web.driver.steps import Bar, Page, Side, Standing, Step, next_step

A, B = Side("A"), Side("B")
TOLD: dict[str, Any] = {"is_phone_confirmed": True, "has_particulars": True, "has_account": True}
FULL_A, FULL_B = Side("A", **TOLD), Side("B", **TOLD)
GUEST: dict[str, Any] = {"phone_mode": PhoneMode.SHARED, "host_letter": "A"}


def at(stage: Stage, *sides: Side, **more: object) -> Standing:
    return Standing(stage=stage, sides=sides or (A, B), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "letter", "step"),
    [
        (at(Stage.REPORTED, A), "A", Step(Page.SAFETY, Bar.SAFETY)),
        (at(Stage.REPORTED, A, answers=2), "A", Step(Page.SCREENING, Bar.SAFETY)),
        (at(Stage.ATTENDANCE, A, is_kept=True), "A", Step(Page.RESULT, Bar.SAFETY)),
        (at(Stage.ATTENDANCE), "B", Step(Page.OFFICER, Bar.LEAVE)),
        (at(Stage.EVIDENCE, A), "A", Step(Page.RESULT, Bar.SAFETY)),
        (at(Stage.EVIDENCE, A, has_occurrence=True), "A", Step(Page.INVITE, Bar.PHOTOS)),
        (at(Stage.EVIDENCE, A, has_occurrence=True, photos=1), "A", Step(Page.PHOTOS, Bar.PHOTOS)),
        (at(Stage.EVIDENCE, has_occurrence=True), "A", Step(Page.PHOTOS, Bar.PHOTOS)),
        (at(Stage.EVIDENCE, has_occurrence=True), "B", Step(Page.WAIT, Bar.PHOTOS, "photos", "A")),
        (at(Stage.EVIDENCE, photo_state=PhotoState.SUBMITTED), "A", Step(Page.WAIT, Bar.LEAVE, "check")),
        (at(Stage.EVIDENCE, photo_state=PhotoState.SUBMITTED), "B", Step(Page.WAIT, Bar.LEAVE, "check")),
        (
            at(Stage.EVIDENCE, has_occurrence=True, photos=3, photo_state=PhotoState.RETAKE),
            "A",
            Step(Page.PHOTOS, Bar.PHOTOS),
        ),
        (at(Stage.DETAILS, has_occurrence=True), "B", Step(Page.LEAVE, Bar.LEAVE)),
        (at(Stage.DETAILS, A, Side("B", has_particulars=True)), "B", Step(Page.PHONE, Bar.DETAILS)),
        (at(Stage.DETAILS, Side("A", is_phone_confirmed=True), B), "A", Step(Page.PARTICULARS, Bar.DETAILS)),
        (at(Stage.DETAILS, FULL_A), "A", Step(Page.INVITE, Bar.DETAILS)),
        (at(Stage.DETAILS, FULL_A, B), "A", Step(Page.PLACE, Bar.DETAILS)),
        (
            at(Stage.DETAILS, Side("A", is_phone_confirmed=True, has_particulars=True), B, has_occurrence=True),
            "A",
            Step(Page.ACCOUNT, Bar.DETAILS),
        ),
        (at(Stage.DETAILS, FULL_A, B, has_occurrence=True), "A", Step(Page.WAIT, Bar.DETAILS, "details", "B")),
        (
            at(Stage.DETAILS, FULL_A, Side("B", **GUEST), has_occurrence=True),
            "A",
            Step(Page.HAND_OVER, Bar.DETAILS, "details", "B"),
        ),
        (at(Stage.DETAILS, FULL_A, Side("B", **GUEST), has_occurrence=True), "B", Step(Page.PHONE, Bar.DETAILS)),
        (
            at(Stage.DETAILS, FULL_A, Side("B", phone_mode=PhoneMode.NONE, host_letter="A"), has_occurrence=True),
            "B",
            Step(Page.PARTICULARS, Bar.DETAILS),
        ),
        (at(Stage.LIABILITY, FULL_A, FULL_B), "A", Step(Page.PROPOSAL, Bar.SIGN)),
        (at(Stage.LIABILITY, Side("A", is_answered=True), B), "A", Step(Page.PROPOSAL, Bar.SIGN)),
        (
            at(Stage.LIABILITY, Side("A", is_answered=True), Side("B", **GUEST)),
            "A",
            Step(Page.HAND_OVER, Bar.SIGN, "choice", "B"),
        ),
        (at(Stage.LIABILITY, path=Path.ONLINE), "B", Step(Page.WAIT, Bar.SIGN, "determination")),
        (at(Stage.SIGNING), "A", Step(Page.SIGN, Bar.SIGN)),
        (at(Stage.SIGNING, Side("A", is_under=True), B), "A", Step(Page.WAIT, Bar.SIGN, "signature", "B")),
        (
            at(Stage.SIGNING, Side("A", is_under=True), Side("B", **GUEST)),
            "A",
            Step(Page.HAND_OVER, Bar.SIGN, "signature", "B"),
        ),
        (at(Stage.CLAIMS), "A", Step(Page.TIMELINE, Bar.DONE)),
        (at(Stage.CLOSED), "B", Step(Page.TIMELINE, Bar.DONE)),
    ],
)
def test_next_step(standing: Standing, letter: str, step: Step) -> None:
    assert next_step(standing, letter=letter) == step


def test_every_stage_has_a_step_for_every_side() -> None:
    for stage in Stage:
        for letter in "AB":
            assert isinstance(next_step(at(stage), letter=letter), Step)
