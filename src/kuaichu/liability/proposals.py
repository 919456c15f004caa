"""The law's proposal for a case, from the facts as the accounts give them."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from kuaichu import clock, law, rows
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.law.national.liability import Impact, Kind, LiabilityFacts, PartyFacts
from kuaichu.law.national.liability import propose as propose_by_law
from kuaichu.law.national.settlement import share_to_nonmotor
from kuaichu.liability.explaining import as_json
from kuaichu.liability.facts import agreed_situations, disputed_letters
from kuaichu.liability.models import ImpactOrder


def facts_of(case: Case, parties: Sequence[Party]) -> LiabilityFacts:
    """What the accounts agree on, and the order of impacts if an officer has found it, in the law's terms."""
    return _facts(case.collision_form, parties, agreed_situations(parties), impacts_of(case))


def impacts_of(case: Case) -> tuple[Impact, ...]:
    """The order of impacts that an officer recorded; empty before that."""
    found = rows.find(ImpactOrder, case=case)
    return tuple(Impact(hitter, hit, n) for n, (hitter, hit) in enumerate(found.impacts, 1)) if found else ()


def _facts(
    form: str, parties: Sequence[Party], situations: Mapping[str, Sequence[str]], impacts: tuple[Impact, ...]
) -> LiabilityFacts:
    return LiabilityFacts(
        parties=tuple(
            PartyFacts(
                letter=party.letter,
                kind=Kind(party.kind),
                situations=tuple(situations.get(party.letter, ())),
                damaged_parts=tuple(party.damaged_parts),
            )
            for party in parties
        ),
        collision_form=form,
        impacts=impacts,
    )


def _facts_by_account(case: Case, parties: Sequence[Party]) -> dict[str, LiabilityFacts]:
    """The facts as each account alone tells them, by the letter of who tells."""
    impacts = impacts_of(case)
    return {
        teller.letter: _facts(teller.collision_form or case.collision_form, parties, teller.situations, impacts)
        for teller in parties
    }


def digest_of(facts: LiabilityFacts, disputed: Sequence[str]) -> str:
    """SHA-256 (hex) that changes when any fact of the proposal does."""
    return hashlib.sha256(json.dumps([repr(facts), list(disputed)]).encode()).hexdigest()


def propose(case: Case, parties: Sequence[Party]) -> tuple[str, dict[str, Any]]:
    """The digest of the facts and the proposal: grades and shares by letter (empty when an officer has to decide),
    reasons with articles, what would change it, and the accidents of a chain that is several in law."""
    facts, disputed = facts_of(case, parties), disputed_letters(parties)
    on = clock.local_day(case.occurred_at or case.created_at)
    told = _facts_by_account(case, parties) if disputed else {}
    by_account = {
        letter: propose_by_law(alone, on=on, place=case.place_id, with_changes=False) for letter, alone in told.items()
    }
    proposal = propose_by_law(facts, on=on, place=case.place_id)
    digest = digest_of(facts, [*disputed, *map(repr, told.values())])
    return digest, as_json(proposal, disputed=disputed, by_account=by_account)


def shares_by_law(
    parties: Sequence[Party], grades: Mapping[str, str], *, parked: Collection[str] = (), on: date, place: str
) -> dict[str, int] | None:
    """The usual shares of compensation in percent, which are not the grades themselves (民法典 1165, 道交法 76).
    `parked`: letters of the motor vehicles that were found to be parked lawfully.

    None where no table gives them: three at fault, or a rider among three parties; then a person says how they share.
    """
    motors = [party.letter for party in parties if party.kind == PartyKind.MOTOR]
    riders = [party.letter for party in parties if party.kind != PartyKind.MOTOR]
    if len(motors) == len(riders) == 1:
        is_parked = motors[0] in parked
        motor = share_to_nonmotor(grades[motors[0]], is_parked=is_parked, on=on, place=place).number
        return {motors[0]: motor, riders[0]: 100 - motor}
    at_fault = [letter for letter, grade in grades.items() if grade != "none"]
    if riders or len(at_fault) > 2:
        return None
    return {letter: law.value(f"share.{grade}", on=on, place=place).number for letter, grade in grades.items()}
