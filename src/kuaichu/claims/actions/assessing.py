"""Loss assessment (定损): lines of part, work and amount, by the adjuster who has to look at the vehicle."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.cases.actions.reporting import lock_party
from kuaichu.cases.locking import save_case
from kuaichu.claims.actions.common import require_open, require_undecided
from kuaichu.claims.actions.settling import recompute
from kuaichu.claims.models import Assessment, AssessmentLine, Claim
from kuaichu.claims.permissions import may_handle_claim
from kuaichu.claims.responsibility import assessing_claims
from kuaichu.claims.states import Work
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.liability.queries import grades_in_force
from kuaichu.money import MAX_AMOUNT_FEN

MAX_LINES = 40
MAX_ITEM = 60


@dataclass(frozen=True)
class LossLine:
    """`part` is one of the eight 车损部位 or empty, then `item` names the thing; `amount_fen` is above 0."""

    part: str
    item: str
    work: str
    amount_fen: int


@transaction.atomic
def record_assessment(*, party_id: UUID, adjuster: Person, lines: Sequence[LossLine]) -> Assessment:
    """Put down the loss of a party's vehicle; no lines means no damage. A change makes a new version.

    Raises NotFound (not this insurer's vehicle), Refused: assessment.*, settlement.frozen, case.moved_on.
    """
    case, party = lock_party(party_id)
    grades = grades_in_force(case.pk)
    claims = list(Claim.objects.filter(case=case))
    found = assessing_claims(case.parties.all(), claims, grades).get(party.pk) if grades else None
    if found is None or not may_handle_claim(adjuster, found):
        raise NotFound("assessment.not_yours", "这辆车由其他保险公司定损")
    require_open(case)
    require_undecided(case)
    _check(lines)
    last = Assessment.objects.filter(party=party).order_by("-version").first()
    if last is not None:
        last.replaced_at = clock.now()
        last.save(update_fields=["replaced_at"])
    row = Assessment.objects.create(
        case=case,
        party=party,
        version=last.version + 1 if last else 1,
        adjuster=adjuster,
        total_fen=sum(line.amount_fen for line in lines),
        assessed_at=clock.now(),
    )
    AssessmentLine.objects.bulk_create(
        AssessmentLine(
            assessment=row,
            position=position,
            part=line.part,
            item=line.item.strip(),
            work=line.work,
            amount_fen=line.amount_fen,
        )
        for position, line in enumerate(lines)
    )
    actor = Actor("staff", str(adjuster.pk))
    save_case(case)
    record(
        "loss.assessed",
        stream=case.pk,
        actor=actor,
        subject=f"assessment:{row.pk}",
        letter=party.letter,
        version=row.version,
        total_fen=row.total_fen,
    )
    recompute(case, actor=actor)
    return row


def _check(lines: Sequence[LossLine]) -> None:
    if len(lines) > MAX_LINES:
        raise Refused("assessment.too_many_lines", "定损项目最多 %(most)s 行", most=MAX_LINES)
    for line in lines:
        if line.part and not law.codes.holds("damaged_part", line.part):
            raise Refused("assessment.unknown_part", "请选择受损部位")
        if not (line.part or line.item.strip()) or len(line.item) > MAX_ITEM:
            raise Refused("assessment.no_item", "每一行都要选部位或写明项目，项目不超过 60 个字")
        if line.work not in Work.values:
            raise Refused("assessment.unknown_work", "请选择维修方式")
        if not 0 < line.amount_fen <= MAX_AMOUNT_FEN:
            raise Refused("assessment.bad_amount", "每一行的金额都要大于 0")
    if sum(line.amount_fen for line in lines) > MAX_AMOUNT_FEN:
        raise Refused("money.too_large", "金额太大了，请核对有没有多写零")
