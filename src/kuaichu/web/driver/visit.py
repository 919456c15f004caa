"""One request of a party: who, which case, where it stands; the doors through which every page goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models import Q, UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kuaichu import clock, rows
from kuaichu.cases.finding import parties_of
from kuaichu.cases.models import Case, Party, ScreeningAnswer
from kuaichu.cases.states import PhotoState, Stage
from kuaichu.dossier.models import Photo, Signature
from kuaichu.dossier.states import InstrumentState
from kuaichu.errors import FieldErrors, Refused
from kuaichu.liability.models import PartyChoice
from kuaichu.prepared import Prepared
from kuaichu.web.access import DEVICE_COOKIE, find_party, link_of
from kuaichu.web.driver import words
from kuaichu.web.driver.steps import Page, Side, Standing, Step, next_step

MAX_DEVICES = 8
LAST_COOKIE = "kc_last"  # the link of the case handled last, sent to the first page only
LAST_COOKIE_AGE_S = 30 * 24 * 3600
DEVICE_COOKIE_AGE_S = 400 * 24 * 3600  # as long as browsers allow; the link itself expires earlier
_BEFORE_SIGNED = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.LIABILITY, Stage.SIGNING)

_CHOSEN = Prepared(
    lambda case: PartyChoice.objects.filter(proposal__case_id=case, proposal__withdrawn_at__isnull=True).values_list(
        "party_id"
    ),
    case=UUIDField(),
)
_SIGNED = Prepared(
    lambda case: Signature.objects.filter(
        Q(instrument__state=InstrumentState.DRAFTED) | Q(instrument__state=InstrumentState.SERVED),
        instrument__case_id=case,
    ).values_list("party_id"),
    case=UUIDField(),
)


@dataclass(frozen=True)
class Visit:
    """A trusted browser of one party. `parties` holds all sides in the order of their letters."""

    request: HttpRequest
    token: str
    party: Party
    case: Case
    parties: tuple[Party, ...]
    standing: Standing
    step: Step

    @property
    def base(self) -> str:
        return f"/c/{self.token}/"

    @property
    def others(self) -> tuple[Party, ...]:
        return tuple(party for party in self.parties if party.pk != self.party.pk)

    @property
    def home(self) -> str:
        """Where this person goes on: a guest on another's phone hands it back when there is nothing left to do."""
        if self.party.host is not None and self.step.page in (Page.WAIT, Page.TIMELINE, Page.LEAVE, Page.OFFICER):
            return link_of(self.party.host)
        return self.base

    def url(self, page: str) -> str:
        return f"{self.base}{page.replace('_', '-')}/"

    def step_url(self) -> str:
        """The address of the page that is due."""
        query = f"?for={self.step.what}" if self.step.page == Page.WAIT else ""
        return self.url(self.step.page) + query


View = Callable[..., HttpResponse]


def party_page(view: View) -> View:
    """Give the view its Visit; a browser that is not the party's own is asked for a one-time code first."""

    @wraps(view)
    def entered(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        access = find_party(request, token)
        if not access.is_trusted:
            return redirect(f"/c/{token}/device/")
        response = view(request, visit_of(request, token, access.party), **kwargs)
        if access.party.host_id is None:
            remember_case(response, request, token)
        return response

    return entered


def visit_of(request: HttpRequest, token: str, party: Party) -> Visit:
    """The visit of a party: four statements at most."""
    case = party.case
    parties = parties_of(case)
    standing = standing_of(case, parties)
    return Visit(request, token, party, case, parties, standing, next_step(standing, letter=party.letter))


def standing_of(case: Case, parties: Sequence[Party]) -> Standing:
    """Where the case stands, as `next_step` wants to know it."""
    letters = {party.pk: party.letter for party in parties}
    chosen: set[object] = set()
    signed: set[object] = set()
    if case.stage == Stage.LIABILITY:
        chosen = {party for (party,) in _CHOSEN.tuples(case=case.pk)}
    if case.stage == Stage.SIGNING:
        signed = {party for (party,) in _SIGNED.tuples(case=case.pk)}
    is_photographing = case.stage == Stage.EVIDENCE
    return Standing(
        stage=case.stage,
        path=case.path,
        photo_state=case.photo_state,
        answers=len(rows.select(ScreeningAnswer, case=case)) if case.stage == Stage.REPORTED else 0,
        has_occurrence=case.occurred_at is not None,
        photos=len(rows.select(Photo, case=case, replaced_at=None)) if is_photographing else 0,
        is_kept=case.officer_request_reason in ("screening", "not_online"),
        sides=tuple(
            Side(
                letter=party.letter,
                phone_mode=party.phone_mode,
                host_letter=letters.get(party.host_id, "") if party.host_id else "",
                is_phone_confirmed=party.phone_confirmed_at is not None,
                has_particulars=party.particulars_at is not None,
                has_account=party.account_at is not None,
                is_answered=party.pk in chosen,
                is_under=party.pk in signed,
            )
            for party in parties
        ),
    )


def show(visit: Visit, page: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """Render a page of a party with what every page shows."""
    case = visit.case
    bar = int(visit.step.bar) if context is None or "bar" not in context else int(context.pop("bar"))
    common = {
        "visit": visit,
        "base": visit.base,
        "home": visit.home,
        "party": visit.party,
        "case": case,
        "steps": words.bar(bar),
        "is_before_signing": case.stage in _BEFORE_SIGNED,
        "has_leave": case.may_leave_at is not None and case.stage == Stage.DETAILS,
        "is_waiting_check": case.photo_state == PhotoState.SUBMITTED,
        "guest_title": words.side(visit.party.letter) if visit.party.host_id else "",
        "my_title": words.side(visit.party.letter),
        "now": clock.now(),
    }
    return render(visit.request, f"driver/{page}.html", common | (context or {}), status=status)


@dataclass
class Faults:
    """What an action refused: the sentence for the page, and by field."""

    refusal: Refused | None = None
    fields: dict[str, Refused] | None = None

    @property
    def status(self) -> int:
        return 200 if self.refusal is None else 429 if self.refusal.code == "rate.exceeded" else 422


def attempt(action: Callable[[], object]) -> Faults:
    """Run an action; an expected refusal is handed back to be shown beside the form."""
    try:
        action()
    except FieldErrors as refusal:
        return Faults(refusal, refusal.fields)
    except Refused as refusal:
        return Faults(refusal, {})
    return Faults()


def after(visit: Visit, faults: Faults) -> HttpResponse | None:
    """Where to go after a POST: on, when it worked or when the journey has moved past this page meanwhile (second tap,
    the other phone was faster); None when the page has to show the refusal."""
    if faults.refusal is None:
        return redirect(visit.base)
    if faults.refusal.code in ("case.moved_on", "instrument.closed", "case.changed"):
        return redirect(visit.base)
    return None


def remember_device(response: HttpResponse, request: HttpRequest, secret: str) -> None:
    """Keep the secret of a trusted browser in its cookie; up to eight parties share one browser."""
    known = [item for item in request.COOKIES.get(DEVICE_COOKIE, "").split(".") if item]
    value = ".".join([secret, *known][:MAX_DEVICES])
    response.set_cookie(
        DEVICE_COOKIE, value, max_age=DEVICE_COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def remember_case(response: HttpResponse, request: HttpRequest, token: str) -> None:
    """Keep the link, so that the first page leads back to the case when the page was closed."""
    response.set_cookie(
        LAST_COOKIE,
        token,
        max_age=LAST_COOKIE_AGE_S,
        path="/start/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def address_of(request: HttpRequest) -> str:
    """The network address that rate limits count by."""
    return str(request.META.get("REMOTE_ADDR", ""))
