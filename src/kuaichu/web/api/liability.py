"""A party's proposal and choice, documents and signatures, review, and money."""

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from ninja import Router

from kuaichu.accounts import throttle
from kuaichu.cases import actions as cases
from kuaichu.cases.finding import parties_of
from kuaichu.claims.actions import consent_each_pays_own
from kuaichu.dossier.actions import signing
from kuaichu.dossier.actions.instruments import verify_url
from kuaichu.dossier.queries import InstrumentView, instruments_of
from kuaichu.dossier.states import InstrumentState
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.liability import actions
from kuaichu.liability.queries import proposal_in_force
from kuaichu.privacy import mask_account
from kuaichu.web.api import schemas_party as party
from kuaichu.web.api.downloads import sealed_file
from kuaichu.web.api.proposals import proposal_of
from kuaichu.web.api.routing import changes, reads
from kuaichu.web.api.scene import access_of
from kuaichu.web.api.words import Done, Nothing
from kuaichu.web.driver import paper, payouts
from kuaichu.web.driver.visit import address_of

router = Router(tags=["party: liability"])


@reads(router, "/case/proposal", gives=party.Proposal, summary="责任建议 · the proposal of liability")
def read_proposal(request: HttpRequest) -> party.Proposal:
    """A machine's proposal with its reasons; the parties agree, or the police decide."""
    row, choices = proposal_in_force(access_of(request).case.pk)
    if row is None:
        raise NotFound("proposal.none", "还没有责任建议，要等各方填完信息")
    return proposal_of(row, choices)


@changes(router, "/case/choice", gives=Done, summary="同意建议，或申请民警认定 · agree, or ask the police")
def choose(request: HttpRequest, payload: party.Choice) -> Done:
    """When all agree, the agreement is drawn up; when all ask for the police, an officer determines online."""
    actions.choose(party_id=access_of(request).party.pk, choice=payload.choice)
    return Done()


@reads(router, "/case/instruments", gives=party.Instruments, summary="文书 · documents of the case")
def list_instruments(request: HttpRequest) -> party.Instruments:
    """Newest first, with signatures and the newest sealed file."""
    return party.Instruments(instruments=[_instrument(view) for view in _views(request)])


def _views(request: HttpRequest) -> list[InstrumentView]:
    views = instruments_of(access_of(request).case.pk)
    return [view for view in views if view.instrument.state != InstrumentState.WITHDRAWN]


def _view(request: HttpRequest, instrument_id: UUID) -> InstrumentView:
    found = next((view for view in _views(request) if view.instrument.pk == instrument_id), None)
    if found is None:
        raise NotFound("instrument.unknown", "没有找到这份文书")
    return found


def _instrument(view: InstrumentView) -> party.Instrument:
    row = view.instrument
    return party.Instrument(
        id=row.pk,
        kind=row.kind,
        number=row.number,
        state=row.state,
        created_at=row.created_at,
        completed_at=row.completed_at,
        content_digest=row.content_digest,
        verify_link=verify_url(row.verify_code),
        signatures=[
            party.SignatureState(letter=letter, kind=signature.kind, at=signature.at)
            for letter, signature in sorted(view.signatures.items())
        ],
        file=party.InstrumentFile(
            edition=view.file.edition,
            sha256=view.file.sha256,
            size=view.file.size,
            link=reverse("api-v1:download_instrument", kwargs={"instrument_id": row.pk}),
        )
        if view.file
        else None,
    )


@reads(router, "/case/instruments/{instrument_id}", gives=party.InstrumentContent, summary="文书全文 · the whole text")
def read_instrument(request: HttpRequest, instrument_id: UUID) -> party.InstrumentContent:
    """What will be signed, as it is printed. Reading it is recorded."""
    view, access = _view(request, instrument_id), access_of(request)
    page = paper.of(view.content)
    actor = Actor("party", str(access.party.pk))
    record_read(actor=actor, stream=access.case.pk, page="api.instrument", fields="name document_number phone plate")
    return party.InstrumentContent(
        id=view.instrument.pk,
        title=page.title,
        number=page.number,
        content_digest=view.instrument.content_digest,
        rows=_rows(page.rows),
        blocks=[
            party.Block(title=block.title, rows=_rows(block.rows), paragraphs=list(block.paragraphs))
            for block in page.blocks
        ],
    )


def _rows(rows: paper.Rows) -> list[party.Row]:
    return [party.Row(label=label, text=text) for label, text in rows]


@reads(
    router,
    "/case/instruments/{instrument_id}/file",
    gives=None,
    summary="下载盖章 PDF · the sealed PDF",
)
def download_instrument(request: HttpRequest, instrument_id: UUID) -> FileResponse:
    """The newest sealed edition, byte for byte."""
    access = access_of(request)
    response = sealed_file(_view(request, instrument_id))
    actor = Actor("party", str(access.party.pk))
    record_read(actor=actor, stream=access.case.pk, page="api.file", fields="name document_number phone plate")
    return response


@changes(router, "/case/signing-code", gives=Done, summary="获取签名验证码 · send a code for signing")
def request_signing_code(request: HttpRequest, payload: Nothing) -> Done:
    """To the party's confirmed phone."""
    throttle.take("code", address_of(request), throttle.CODE_PER_ADDRESS)
    cases.request_signing_code(party_id=access_of(request).party.pk)
    return Done()


@changes(router, "/case/instruments/{instrument_id}/signature", gives=Done, summary="签名 · sign, or sign for receipt")
def sign_instrument(request: HttpRequest, instrument_id: UUID, payload: party.Signature) -> Done:
    """Binds the party to exactly the text whose digest is sent."""
    view = _view(request, instrument_id)
    if view.instrument.content_digest != payload.content_digest:
        raise Refused("instrument.changed", "文书刚刚更新了，请重新看一遍再签")
    throttle.take("code-check", address_of(request), throttle.CODE_PER_ADDRESS)
    signing.sign(
        party_id=access_of(request).party.pk,
        instrument_id=instrument_id,
        strokes=[[list(point) for point in stroke] for stroke in payload.strokes],
        typed_code=payload.code,
        typed_name=payload.typed_name,
    )
    return Done()


@changes(router, "/case/review", gives=Done, status=201, summary="申请复核 · apply for a review")
def apply_for_review(request: HttpRequest, payload: party.Reason) -> Done:
    """Of a determination, once, within the time that the document names."""
    actions.apply_for_review(party_id=access_of(request).party.pk, reason=payload.reason)
    return Done()


@changes(router, "/case/review/withdrawal", gives=Done, summary="撤回复核 · take the application back")
def withdraw_review(request: HttpRequest, payload: Nothing) -> Done:
    """The determination then stands."""
    actions.withdraw_review(party_id=access_of(request).party.pk)
    return Done()


@reads(router, "/case/money", gives=party.Money, summary="赔款 · claims and payments")
def read_money(request: HttpRequest) -> party.Money:
    """Which insurer pays whom how much, in fen."""
    access = access_of(request)
    money = payouts.of(access.case, parties_of(access.case))
    return party.Money(
        claims=[
            party.ClaimLine(insurer=line.insurer, side=line.side, report_number=line.report_number, text=line.sentence)
            for line in money.claims
        ],
        payments=[
            party.PaymentLine(
                payer=line.payer,
                payee=line.payee_letter,
                amount_fen=line.amount_fen,
                text=line.state,
                is_done=line.is_done,
                done_at=line.done_at,
            )
            for line in money.payments
        ],
        borne_fen=money.borne_fen,
        payout_account_masked=mask_account(access.party.payout_account),
        may_own_pay=money.may_own_pay,
        wishing_own_pay=list(money.wishing),
    )


@changes(router, "/case/own-pay", gives=Done, summary="愿意互碰自赔 · wish that each insurer pays its own car")
def consent_own_pay(request: HttpRequest, payload: Nothing) -> Done:
    """Counts when every party wishes it."""
    consent_each_pays_own(party_id=access_of(request).party.pk)
    return Done()
