"""Which page comes next for a party: one pure decision from the state of the case, so that a link can be opened again
at any time, on any phone, and goes on where the journey stands."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kuaichu.cases.models import PhoneMode
from kuaichu.cases.states import Path, PhotoState, Stage


class Page(StrEnum):
    """The driver's pages, each the name of a route."""

    SAFETY = "safety"
    SCREENING = "screening"
    RESULT = "result"
    PLACE = "place"
    INVITE = "invite"
    PHOTOS = "photos"
    WAIT = "wait"
    LEAVE = "leave"
    PHONE = "phone"
    PARTICULARS = "particulars"
    ACCOUNT = "account"
    HAND_OVER = "hand_over"
    PROPOSAL = "proposal"
    SIGN = "sign"
    OFFICER = "officer"
    TIMELINE = "timeline"


class Bar(StrEnum):
    """The five steps of the thin bar; DONE is after the last."""

    SAFETY = "0"
    PHOTOS = "1"
    LEAVE = "2"
    DETAILS = "3"
    SIGN = "4"
    DONE = "5"


@dataclass(frozen=True)
class Side:
    """One party as far as the next page depends on it. `is_answered`: it chose what to do with a proposal; `is_under`:
    it signed the open instrument or its refusal is noted."""

    letter: str
    phone_mode: str = PhoneMode.OWN
    host_letter: str = ""
    is_phone_confirmed: bool = False
    has_particulars: bool = False
    has_account: bool = False
    is_answered: bool = False
    is_under: bool = False

    @property
    def needs_phone(self) -> bool:
        return self.phone_mode != PhoneMode.NONE and not self.is_phone_confirmed

    @property
    def has_begun(self) -> bool:
        return self.is_phone_confirmed or self.has_particulars or self.has_account

    @property
    def is_complete(self) -> bool:
        return not self.needs_phone and self.has_particulars and self.has_account


@dataclass(frozen=True)
class Standing:
    """Where the case stands. `sides` holds every party; `answers` counts the screening answers given."""

    stage: str
    sides: tuple[Side, ...]
    path: str = ""
    photo_state: str = PhotoState.NONE
    answers: int = 0
    has_occurrence: bool = False
    photos: int = 0
    is_kept: bool = False  # the screening says: keep the scene, and nobody has taken the case up yet


@dataclass(frozen=True)
class Step:
    """`what` tells two uses of one page apart (what is waited for); `other` is the letter of the party meant."""

    page: Page
    bar: Bar
    what: str = ""
    other: str = ""


def next_step(standing: Standing, *, letter: str) -> Step:
    """The page that the party `letter` should see now."""
    me = next(side for side in standing.sides if side.letter == letter)
    decide = {
        Stage.REPORTED: _reported,
        Stage.EVIDENCE: _evidence,
        Stage.DETAILS: _details,
        Stage.LIABILITY: _liability,
        Stage.SIGNING: _signing,
        Stage.ATTENDANCE: _attendance,
    }.get(Stage(standing.stage))
    return decide(standing, me) if decide else Step(Page.TIMELINE, Bar.DONE)


def _reported(standing: Standing, _: Side) -> Step:
    return Step(Page.SCREENING if standing.answers else Page.SAFETY, Bar.SAFETY)


def _attendance(standing: Standing, _: Side) -> Step:
    return Step(Page.RESULT, Bar.SAFETY) if standing.is_kept else Step(Page.OFFICER, Bar.LEAVE)


def _evidence(standing: Standing, me: Side) -> Step:
    """The first party photographs; the others can do it too, but are not asked first."""
    if standing.photo_state == PhotoState.SUBMITTED:
        return Step(Page.WAIT, Bar.LEAVE, what="check")
    if me.letter != standing.sides[0].letter:
        return Step(Page.WAIT, Bar.PHOTOS, what="photos", other=standing.sides[0].letter)
    if not standing.has_occurrence:
        return Step(Page.RESULT, Bar.SAFETY)
    if len(standing.sides) < 2 and not standing.photos:
        return Step(Page.INVITE, Bar.PHOTOS)
    return Step(Page.PHOTOS, Bar.PHOTOS)


def _details(standing: Standing, me: Side) -> Step:
    if not me.has_begun and me.phone_mode == PhoneMode.OWN:
        return Step(Page.LEAVE, Bar.LEAVE)
    if me.needs_phone:
        return Step(Page.PHONE, Bar.DETAILS)
    if not me.has_particulars:
        return Step(Page.PARTICULARS, Bar.DETAILS)
    if len(standing.sides) < 2:
        return Step(Page.INVITE, Bar.DETAILS)
    if not standing.has_occurrence:
        return Step(Page.PLACE, Bar.DETAILS)
    if not me.has_account:
        return Step(Page.ACCOUNT, Bar.DETAILS)
    guest = _first_guest(standing, me, lambda side: not side.is_complete)
    if guest:
        return Step(Page.HAND_OVER, Bar.DETAILS, what="details", other=guest.letter)
    late = next((side.letter for side in standing.sides if not side.is_complete), "")
    return Step(Page.WAIT, Bar.DETAILS, what="details", other=late)


def _liability(standing: Standing, me: Side) -> Step:
    if standing.path == Path.ONLINE:
        return Step(Page.WAIT, Bar.SIGN, what="determination")
    if me.is_answered:
        guest = _first_guest(standing, me, lambda side: not side.is_answered)
        if guest:
            return Step(Page.HAND_OVER, Bar.SIGN, what="choice", other=guest.letter)
    return Step(Page.PROPOSAL, Bar.SIGN)


def _signing(standing: Standing, me: Side) -> Step:
    if not me.is_under:
        return Step(Page.SIGN, Bar.SIGN)
    guest = _first_guest(standing, me, lambda side: not side.is_under)
    if guest:
        return Step(Page.HAND_OVER, Bar.SIGN, what="signature", other=guest.letter)
    late = next((side.letter for side in standing.sides if not side.is_under), "")
    return Step(Page.WAIT, Bar.SIGN, what="signature", other=late)


def _first_guest(standing: Standing, me: Side, is_open: Callable[[Side], bool]) -> Side | None:
    """The first party that uses my phone and for which `is_open`."""
    return next((side for side in standing.sides if side.host_letter == me.letter and is_open(side)), None)
