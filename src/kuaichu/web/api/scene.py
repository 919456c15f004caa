"""A party at the scene: state, screening, place, the other parties, the officer."""

from django.http import HttpRequest
from ninja import Query, Router

from kuaichu import law
from kuaichu.cases import actions
from kuaichu.cases.fasttrack import barriers
from kuaichu.cases.finding import case_by_id, parties_of
from kuaichu.cases.models import Party
from kuaichu.errors import Refused
from kuaichu.journal.models import Event
from kuaichu.liability.queries import review_of
from kuaichu.origin import public_origin
from kuaichu.privacy import mask_name, mask_phone
from kuaichu.web.access import PartyAccess
from kuaichu.web.api import schemas_party as party
from kuaichu.web.api.limits import PAGE_DEFAULT, PAGE_MOST
from kuaichu.web.api.public import joined
from kuaichu.web.api.routing import changes, reads
from kuaichu.web.api.words import Done, Nothing
from kuaichu.web.driver import clocks, words
from kuaichu.web.driver.steps import next_step
from kuaichu.web.driver.visit import standing_of
from kuaichu.web.templatetags.kuaichu import tongue

router = Router(tags=["party: scene"])


def access_of(request: HttpRequest) -> PartyAccess:
    """The party that the request's authentication found."""
    access = request.auth  # type: ignore[attr-defined]
    assert isinstance(access, PartyAccess)
    return access


@reads(router, "/case", gives=party.State, summary="案件现状和下一步 · where the case stands")
def read_state(request: HttpRequest) -> party.State:
    """Ask every few seconds, or when the person comes back; `version` tells whether anything changed."""
    return state_of(access_of(request).party)


def state_of(me: Party) -> party.State:
    """The state for one party."""
    case = me.case
    parties = parties_of(case)
    step = next_step(standing_of(case, parties), letter=me.letter)
    review = review_of(case.pk)
    return party.State(
        case_number=case.number,
        version=case.version,
        stage=case.stage,
        path=case.path,
        track=case.track,
        outcome=case.outcome,
        photo_state=case.photo_state,
        may_leave_at=case.may_leave_at,
        officer_requested_at=case.officer_requested_at,
        officer_request_reason=case.officer_request_reason,
        occurrence=party.Place(
            occurred_at=case.occurred_at,
            location=case.location,
            weather=case.weather,
            lon_wgs84=case.lon_wgs84,
            lat_wgs84=case.lat_wgs84,
        ),
        me=_me(me),
        others=[_other(item) for item in parties if item.pk != me.pk],
        next=party.NextStep(page=str(step.page), waits_for=step.what, other=step.other),
        clocks=[
            party.Clock(clock=item.clock, text=item.text, due_at=item.due_at, is_over=item.is_over)
            for item in clocks.running(case, me)
        ],
        review=party.Review(state=review.state, applied_at=review.applied_at, decide_by_at=review.decide_by_at)
        if review
        else None,
    )


def _me(me: Party) -> party.Me:
    return party.Me(
        letter=me.letter,
        kind=me.kind,
        phone_mode=me.phone_mode,
        phone_masked=mask_phone(me.phone),
        name_masked=mask_name(me.name),
        is_phone_confirmed=me.phone_confirmed_at is not None,
        has_particulars=me.particulars_at is not None,
        has_account=me.account_at is not None,
    )


def _other(other: Party) -> party.Other:
    return party.Other(
        letter=other.letter,
        kind=other.kind,
        phone_mode=other.phone_mode,
        name_masked=mask_name(other.name),
        has_particulars=other.particulars_at is not None,
        has_account=other.account_at is not None,
    )


@reads(router, "/case/timeline", gives=party.Timeline, summary="案件时间线 · what happened so far")
def read_timeline(
    request: HttpRequest,
    after: int = Query(0, ge=0, le=2**31 - 1),
    limit: int = Query(PAGE_DEFAULT, ge=1, le=PAGE_MOST),
) -> party.Timeline:
    """Events after the number `after`, oldest first; some events are of no interest to parties and left out."""
    case = access_of(request).case
    rows = list(Event.objects.filter(stream=case.pk, seq__gt=after).order_by("seq")[: limit + 1])
    letters = {str(pk): letter for pk, letter in case.parties.values_list("pk", "letter")}
    entries = []
    for event in rows[:limit]:
        letter = letters.get(event.actor_id, "") or str(event.facts.get("letter", ""))
        text = words.event_sentence(event.name, actor_kind=event.actor_kind, letter=letter, facts=event.facts)
        if text:
            entries.append(party.Entry(seq=event.seq, at=event.at, event=event.name, text=text))
    return party.Timeline(entries=entries, next_after=rows[limit - 1].seq if len(rows) > limit else None)


@changes(router, "/case/screening", gives=party.ScreeningResult, summary="回答一个安全问题 · answer one question")
def answer_screening(request: HttpRequest, payload: party.ScreeningAnswer) -> party.ScreeningResult:
    """One answer at a time; the answer says what to ask next, or what to do at the scene."""
    known = next((item for item in law.QUESTIONS if item.code == payload.question), None)
    if known is not None and payload.answer not in known.choices:
        raise Refused("screening.unknown_answer", "请选择一个回答")
    result = actions.answer_screening(
        party_id=access_of(request).party.pk, question=payload.question, answer=payload.answer
    )
    following = result.next_question
    case = case_by_id(access_of(request).case.pk)
    assert case is not None, "it has just been answered for"
    against = barriers(case) if case.officer_request_reason == "not_online" else ()
    return party.ScreeningResult(
        is_complete=result.is_complete,
        track=result.track.value,
        next_question=party.Tongue(code=following.code, text=tongue(following)) if following else None,
        choices=list(following.choices) if following else [],
        reasons=[party.Tongue(code=item.code, text=tongue(item)) for item in result.reasons],
        not_online=[party.Tongue(code=item.code, text=tongue(item)) for item in against],
        calls=list(result.calls),
        may_clear_scene=result.clear_scene,
    )


@changes(router, "/case/screening/restart", gives=Done, summary="重新回答 · answer the questions again")
def restart_screening(request: HttpRequest, payload: Nothing) -> Done:
    """After a wrong answer, before photos are handed in."""
    actions.correct_screening(party_id=access_of(request).party.pk)
    return Done()


@changes(router, "/case/occurrence", gives=Done, summary="时间、地点、天气 · when and where")
def record_occurrence(request: HttpRequest, payload: party.Occurrence) -> Done:
    """May be sent again to correct it, until liability is being settled."""
    occurrence = actions.Occurrence(**payload.model_dump())
    actions.record_occurrence(party_id=access_of(request).party.pk, occurrence=occurrence)
    return Done()


@changes(router, "/case/invitations", gives=party.Invitation, status=201, summary="邀请对方 · invite the other party")
def invite_party(request: HttpRequest, payload: Nothing) -> party.Invitation:
    """The running invitation, or a new one."""
    return _invitation(actions.invite(party_id=access_of(request).party.pk))


@changes(
    router, "/case/invitations/text", gives=party.Invitation, status=201, summary="短信邀请 · invite by text message"
)
def invite_by_text(request: HttpRequest, payload: party.Phone) -> party.Invitation:
    """Sends the invitation's link to a phone."""
    return _invitation(actions.invite_by_text(party_id=access_of(request).party.pk, phone=payload.phone))


def _invitation(made: actions.Invitation) -> party.Invitation:
    link = f"{public_origin()}/j/{made.token}/"
    return party.Invitation(code=made.code, token=made.token, link=link, expires_at=made.expires_at)


@changes(router, "/case/parties", gives=party.JoinedCase, status=201, summary="添加同机的另一方 · add a party")
def add_party(request: HttpRequest, payload: party.GuestParty) -> party.JoinedCase:
    """A party that uses this phone in turn, or has none; act for it with the token of the answer."""
    return joined(
        actions.add_party(party_id=access_of(request).party.pk, kind=payload.kind, phone_mode=payload.phone_mode)
    )


@changes(router, "/case/officer", gives=Done, summary="请民警到场 · ask for an officer to come")
def request_officer(request: HttpRequest, payload: party.OfficerRequest) -> Done:
    """Possible at any moment before everybody has signed (令146 Art. 20)."""
    actions.request_officer(party_id=access_of(request).party.pk, reason=payload.reason)
    return Done()
