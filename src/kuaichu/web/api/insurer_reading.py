"""What an insurer's system may read: its own claims, their evidence and settlement."""

from uuid import UUID

from django.db.models import OuterRef, Subquery, UUIDField
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from ninja import Query, Router

from kuaichu import rows
from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Deadline, Party
from kuaichu.claims.models import Assessment, Claim, Payment, Settlement, SettlementLine
from kuaichu.claims.responsibility import assessing_claims, parties_under
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.queries import instruments_of, photos_of
from kuaichu.dossier.queries_photos import photo_of
from kuaichu.errors import NotFound
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.liability.queries import Grades, grades_in_force
from kuaichu.prepared import Prepared
from kuaichu.privacy import mask_name
from kuaichu.web.api import schemas_insurer as insurer
from kuaichu.web.api.downloads import sealed_file
from kuaichu.web.api.limits import MAX_OFFSET, PAGE_DEFAULT, PAGE_MOST
from kuaichu.web.api.routing import reads
from kuaichu.web.api.words import Code
from kuaichu.web.photos import original

router = Router(tags=["insurer"])
_CLAIM = Prepared(
    lambda claim, insurer: Claim.objects.select_related("case", "party", "insurer", "instrument").filter(
        pk=claim, insurer=insurer
    ),
    claim=UUIDField(),
    insurer=UUIDField(),
)
_LINES = Prepared(
    lambda settlement: (
        SettlementLine.objects.filter(settlement=settlement)
        .select_related("payer_claim__insurer", "payer_claim__party", "payer_party", "payee")
        .order_by("position")
    ),
    settlement=UUIDField(),
)
_PAYMENTS = Prepared(
    lambda settlement, claim: (
        Payment.objects.filter(settlement=settlement, claim=claim).select_related("payee").order_by("payee__letter")
    ),
    settlement=UUIDField(),
    claim=UUIDField(),
)


def agency_of(request: HttpRequest) -> Agency:
    """The insurer that signed the request."""
    agency = request.auth  # type: ignore[attr-defined]
    assert isinstance(agency, Agency)
    return agency


def claim_of(request: HttpRequest, claim_id: UUID) -> Claim:
    """The insurer's own claim. Raises NotFound for any other."""
    claim = _CLAIM.first(claim=claim_id, insurer=agency_of(request))
    if claim is None:
        raise NotFound("claim.unknown", "没有找到这笔理赔")
    return claim


@reads(router, "/claims", gives=insurer.Claims, summary="理赔列表 · the insurer's claims")
def list_claims(
    request: HttpRequest,
    state: Code = "",
    limit: int = Query(PAGE_DEFAULT, ge=1, le=PAGE_MOST),
    offset: int = Query(0, ge=0, le=MAX_OFFSET),
) -> insurer.Claims:
    """Oldest first; `state` empty means all."""
    claims = Claim.objects.filter(insurer=agency_of(request))
    if state:
        claims = claims.filter(state=state)
    clocks = Deadline.objects.filter(case=OuterRef("case"), clock="claim.decide", settled_at__isnull=True)
    page = (
        claims.select_related("case", "party")
        .annotate(decide_by_at=Subquery(clocks.order_by("due_at").values("due_at")[:1]))
        .order_by("opened_at", "pk")[offset : offset + limit]
    )
    found = [
        insurer.ClaimRow(
            id=row.pk,
            case_number=row.case.number,
            state=row.state,
            report_number=row.report_number,
            letter=row.party.letter,
            plate=row.party.plate,
            opened_at=row.opened_at,
            decide_by_at=row.decide_by_at,
        )
        for row in page
    ]
    return insurer.Claims(claims=found, total=claims.count())


@reads(router, "/claims/{claim_id}", gives=insurer.Claim, summary="一笔理赔 · one claim")
def read_claim(request: HttpRequest, claim_id: UUID) -> insurer.Claim:
    """With the insured's particulars: reading them is recorded."""
    claim = claim_of(request, claim_id)
    case = claim.case
    parties = list(case.parties.select_related("insurer"))
    grades = grades_in_force(case.pk)
    _remember(claim, page="api.claim", fields="name document_number phone policy_number")
    return insurer.Claim(
        id=claim.pk,
        case_number=case.number,
        case_stage=case.stage,
        state=claim.state,
        report_number=claim.report_number,
        insured=_insured(claim.party),
        others=[
            insurer.OtherSide(
                letter=item.letter,
                name_masked=mask_name(item.name),
                plate=item.plate,
                insurer=item.insurer.short_name if item.insurer else "",
            )
            for item in parties
            if item.pk != claim.party_id
        ],
        accident=insurer.Accident(
            occurred_at=case.occurred_at,
            place_code=case.place_id,
            location=case.location,
            weather=case.weather,
            collision_form=case.collision_form,
        ),
        liability=_liability(grades),
        vehicles=_vehicles(claim, parties, grades),
        photos=[
            insurer.ClaimPhoto(id=row.pk, slot=row.slot, sha256=row.sha256, size=row.size, media_type=row.media_type)
            for row in photos_of(case.pk)
        ],
    )


def _remember(claim: Claim, *, page: str, fields: str) -> None:
    record_read(actor=Actor("partner", str(claim.insurer_id)), stream=claim.case_id, page=page, fields=fields)


def _insured(party: Party) -> insurer.Insured:
    return insurer.Insured(
        letter=party.letter,
        name=party.name,
        document_kind=party.document_kind,
        document_number=party.document_number,
        phone=party.phone,
        plate_kind=party.plate_kind,
        plate=party.plate,
        policy_number=party.policy_number,
        has_payout_account=bool(party.payout_account_at),
    )


def _liability(grades: Grades | None) -> insurer.Liability | None:
    if grades is None:
        return None
    row = Instrument.objects.only("number", "kind").get(pk=grades.instrument_id)
    return insurer.Liability(
        grades=grades.grades, shares=grades.shares, instrument_number=row.number, instrument_kind=row.kind
    )


def _vehicles(claim: Claim, parties: list[Party], grades: Grades | None) -> list[insurer.Vehicle]:
    if grades is None:
        return []
    claims = list(Claim.objects.filter(case=claim.case_id))
    mine = parties_under(claim, assessing_claims(parties, claims, grades))
    done = {row.party_id: row for row in Assessment.objects.filter(party__in=mine, replaced_at__isnull=True)}
    return [
        insurer.Vehicle(
            letter=item.letter,
            damaged_parts=item.damaged_parts,
            assessed_fen=done[item.pk].total_fen if item.pk in done else None,
            version=done[item.pk].version if item.pk in done else 0,
        )
        for item in parties
        if item.pk in mine
    ]


@reads(router, "/claims/{claim_id}/settlement", gives=insurer.Settlement, summary="理赔计算 · the settlement")
def read_settlement(request: HttpRequest, claim_id: UUID) -> insurer.Settlement:
    """The computation in force, every line with its articles; `own_fen` is what this claim pays."""
    claim = claim_of(request, claim_id)
    row = rows.find(Settlement, case=claim.case_id, voided_at=None)
    if row is None:
        raise NotFound("settlement.missing", "还没有算好赔款：要等报案受理、各方车辆都定损")
    lines = _LINES.all(settlement=row)
    payments = _PAYMENTS.all(settlement=row, claim=claim)
    return insurer.Settlement(
        version=row.version,
        mode=row.mode,
        problem_code=str(row.problem.get("code", "")),
        problem=str(row.problem.get(_lang(), "")),
        loss_fen=row.loss_fen,
        paid_fen=row.paid_fen,
        borne_fen=row.borne_fen,
        own_fen=sum(line.amount_fen for line in lines if line.payer_claim_id == claim.pk),
        lines=[
            insurer.SettlementLine(
                payer_insurer=line.payer_claim.insurer.short_name if line.payer_claim else "",
                payer_letter=(line.payer_claim.party if line.payer_claim else line.payer_party).letter,  # type: ignore[union-attr]
                payee=line.payee.letter,
                cover=line.cover,
                head=line.head,
                amount_fen=line.amount_fen,
                text=line.text_en if _lang() == "en" else line.text_zh,
                articles=[str(article.get(_lang(), "")) for article in line.articles],
            )
            for line in lines
        ],
        payments=[payment_of(payment) for payment in payments],
    )


def payment_of(row: Payment) -> insurer.Payment:
    """A payment without the account's number: that goes out with the order alone."""
    return insurer.Payment(
        id=row.pk,
        payee=row.payee.letter,
        amount_fen=row.amount_fen,
        state=row.state,
        has_account=bool(row.payee.payout_account_at),
        partner_reference=row.partner_reference,
        confirmed_at=row.confirmed_at,
    )


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@reads(router, "/claims/{claim_id}/instrument", gives=None, summary="下载责任文书 · the sealed document")
def download_claim_instrument(request: HttpRequest, claim_id: UUID) -> FileResponse:
    """The sealed PDF that the claim stands on."""
    claim = claim_of(request, claim_id)
    view = next(item for item in instruments_of(claim.case_id) if item.instrument.pk == claim.instrument_id)
    response = sealed_file(view)
    _remember(claim, page="api.instrument", fields="name document_number phone plate")
    return response


@reads(router, "/claims/{claim_id}/photos/{photo_id}", gives=None, summary="下载照片原图 · a photo's original")
def download_claim_photo(request: HttpRequest, claim_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """The untouched original; its SHA-256 stands in the claim."""
    claim = claim_of(request, claim_id)
    photo = photo_of(case_id=claim.case_id, photo_id=photo_id)
    response = original(photo, f"{claim.case.number}-{photo.slot}")
    _remember(claim, page="api.photo", fields="photo")
    return response
