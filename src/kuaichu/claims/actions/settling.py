"""The settlement: computed when every vehicle is assessed, anew on every change until the first approval."""

from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.cases import deadlines
from kuaichu.cases.actions.reporting import lock_party
from kuaichu.cases.locking import save_case
from kuaichu.cases.models import Case, Party
from kuaichu.claims import calculation
from kuaichu.claims.actions.common import require_open, require_undecided
from kuaichu.claims.models import Assessment, Claim, OwnPayConsent, Settlement, SettlementLine
from kuaichu.claims.responsibility import assessing_claims, parties_under
from kuaichu.claims.states import ClaimState, require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.law.national import settlement as rules
from kuaichu.liability.queries import Grades, grades_in_force


def current(case_id: UUID) -> Settlement | None:
    """The settlement in force."""
    return Settlement.objects.filter(case_id=case_id, voided_at__isnull=True).first()


def recompute(case: Case, *, actor: Actor) -> Settlement | None:
    """Bring claims and settlement in line with policies, assessments and wishes. The caller holds the lock.

    None while something is missing; then no settlement is in force.
    """
    grades = grades_in_force(case.pk)
    parties = list(case.parties.all())
    claims = list(Claim.objects.filter(case=case).select_related("party"))
    totals = dict(Assessment.objects.filter(case=case, replaced_at__isnull=True).values_list("party_id", "total_fen"))
    if grades is None:
        void_current(case, actor=actor)
        return None
    _advance(parties, claims, grades, assessed=set(totals))
    live = [claim for claim in claims if claim.state != ClaimState.REFUSED]
    is_ready = live and all(claim.state == ClaimState.ASSESSED for claim in live)
    if not is_ready or {party.pk for party in parties} != set(totals):
        void_current(case, actor=actor)
        return None
    wishes = OwnPayConsent.objects.filter(party__case=case).count()
    entered = calculation.entered_of(
        parties, claims=claims, grades=grades, totals=totals, is_own_pay_wished=wishes == len(parties)
    )
    return _store(case, parties, live, grades, calculation.compute(case, entered), actor=actor)


def _advance(parties: list[Party], claims: list[Claim], grades: Grades, *, assessed: set[UUID]) -> None:
    """A claim is assessed when every vehicle that its insurer looks at is."""
    assessing = assessing_claims(parties, claims, grades)
    for claim in claims:
        is_whole = parties_under(claim, assessing) <= assessed
        if claim.state == ClaimState.ACCEPTED and is_whole:
            claim.state = require_move("assess", state=claim.state, who="system")
        elif claim.state == ClaimState.ASSESSED and not is_whole:
            claim.state = require_move("reassess", state=claim.state, who="system")
        else:
            continue
        claim.save(update_fields=["state"])


def _store(
    case: Case,
    parties: list[Party],
    claims: list[Claim],
    grades: Grades,
    computed: calculation.Computed,
    *,
    actor: Actor,
) -> Settlement:
    void_current(case, actor=actor)
    result = computed.result
    last = Settlement.objects.filter(case=case).order_by("-version").values_list("version", flat=True).first() or 0
    row = Settlement.objects.create(
        case=case,
        version=last + 1,
        instrument_id=grades.instrument_id,
        mode=result.mode if result else "",
        may_each_pay_own=computed.may_each_pay_own,
        steps=calculation.steps_json(result) if result else [],
        problem=computed.problem,
        loss_fen=result.total_loss_fen if result else 0,
        paid_fen=result.total_paid_fen if result else 0,
        borne_fen=result.total_borne_fen if result else 0,
        made_at=clock.now(),
    )
    if result:
        _store_lines(row, result, parties, claims)
    record(
        "settlement.computed",
        stream=case.pk,
        actor=actor,
        subject=f"settlement:{row.pk}",
        version=row.version,
        mode=row.mode,
        problem=computed.problem.get("code", ""),
        loss_fen=row.loss_fen,
    )
    return row


def _store_lines(row: Settlement, result: rules.Settlement, parties: list[Party], claims: list[Claim]) -> None:
    by_letter = {party.letter: party for party in parties}
    claim_of = {claim.party.letter: claim for claim in claims}
    SettlementLine.objects.bulk_create(
        SettlementLine(
            settlement=row,
            position=position,
            payer_claim=claim_of[line.payer.letter] if line.payer.kind == "insurer" else None,
            payer_party=None if line.payer.kind == "insurer" else by_letter[line.payer.letter],
            payee=by_letter[line.payee],
            cover=line.cover.value,
            head=line.head.value,
            amount_fen=line.amount_fen,
            on_behalf_of=line.on_behalf_of,
            text_zh=calculation.with_titles(line.zh),
            text_en=line.en,
            articles=calculation.articles_json(line.citations),
        )
        for position, line in enumerate(result.lines)
    )


def void_current(case: Case, *, actor: Actor) -> None:
    """The settlement in force no longer holds. The caller holds the lock."""
    row = current(case.pk)
    if row is None:
        return
    row.voided_at = clock.now()
    row.save(update_fields=["voided_at"])
    deadlines.settle(case, *deadlines.REMINDERS)
    record("settlement.voided", stream=case.pk, actor=actor, subject=f"settlement:{row.pk}", version=row.version)


@transaction.atomic
def consent_each_pays_own(*, party_id: UUID) -> None:
    """A party wishes 互碰自赔. When all wish it and its conditions hold, each insurer pays its own car.

    Asked on the party's money page once the figures show that it is possible; without everybody's wish the ordinary
    order of payment holds. Wishing twice changes nothing. Raises Refused: own_pay.not_open, settlement.frozen.
    """
    case, party = lock_party(party_id)
    require_open(case)
    if OwnPayConsent.objects.filter(party=party).exists():
        return
    require_undecided(case)
    settlement = current(case.pk)
    if settlement is None or not settlement.may_each_pay_own:
        raise Refused("own_pay.not_open", "这起事故不符合互碰自赔的条件，按普通方式赔付")
    OwnPayConsent.objects.create(party=party, at=clock.now())
    _after_wish(case, party, "own_pay.consented")


@transaction.atomic
def withdraw_own_pay_consent(*, party_id: UUID) -> None:
    """The party changed its mind before anybody approved. Raises Refused("settlement.frozen")."""
    case, party = lock_party(party_id)
    require_open(case)
    require_undecided(case)
    gone, _ = OwnPayConsent.objects.filter(party=party).delete()
    if gone:
        _after_wish(case, party, "own_pay.withdrawn")


def _after_wish(case: Case, party: Party, event: str) -> None:
    actor = Actor("party", str(party.pk))
    save_case(case)
    record(event, stream=case.pk, actor=actor, letter=party.letter)
    settlement = current(case.pk)
    wishes = OwnPayConsent.objects.filter(party__case=case).count()
    mode = "each_pays_own" if wishes == case.parties.count() else "ordinary"
    if settlement is not None and settlement.mode != mode:
        recompute(case, actor=actor)
