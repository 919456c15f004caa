"""The order of impacts: who ran into whom first. Only an officer can say, and three vehicles are judged by it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.liability.actions.choices import current_proposal
from kuaichu.liability.models import ImpactOrder, Proposal

LEAST_PARTIES, MOST_IMPACTS = 3, 4


@transaction.atomic
def order_impacts(*, case_id: UUID, officer: Person, impacts: Sequence[tuple[str, str]]) -> Proposal | None:
    """Record (hitter, hit) in their order and propose anew; no impacts takes the order back.

    Raises Refused: case.not_yours, case.moved_on, impacts.few_parties, impacts.unfit (a letter that is none, somebody
    hits himself, too many).
    """
    case = lock_case(case_id)
    if not may_handle(officer, case):
        raise Refused("case.not_yours", "这个案件不归您的单位办理")
    require_move("determine", stage=case.stage, who="staff")
    letters = set(case.parties.values_list("letter", flat=True))
    if len(letters) < LEAST_PARTIES:
        raise Refused("impacts.few_parties", "只有两方时不用填碰撞顺序")
    if len(impacts) > MOST_IMPACTS or not all({*pair} <= letters and len({*pair}) == 2 for pair in impacts):
        raise Refused("impacts.unfit", "请按先后选择谁撞了谁")
    if impacts:
        found = {"impacts": [list(pair) for pair in impacts], "officer": officer, "at": clock.now()}
        ImpactOrder.objects.update_or_create(case=case, defaults=found)
    else:
        ImpactOrder.objects.filter(case=case).delete()
    save_case(case)
    pairs = ["".join(pair) for pair in impacts]
    record("impacts.ordered", stream=case.pk, actor=Actor("staff", str(officer.pk)), impacts=pairs)
    return current_proposal(case)
