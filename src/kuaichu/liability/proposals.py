"""The law's proposal for a case, as the JSON that is stored and shown."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from kuaichu import clock
from kuaichu.cases.models import Case, Party
from kuaichu.liability.facts import agreed_situations, disputed_letters


def facts_of(case: Case, parties: Sequence[Party]) -> Any:
    """What the accounts agree on, in the law's terms."""
    from kuaichu.law.national.liability import LiabilityFacts, PartyFacts

    agreed = agreed_situations(parties)
    return LiabilityFacts(
        parties=tuple(
            PartyFacts(
                letter=party.letter,
                kind=party.kind,
                situations=agreed[party.letter],
                damaged_parts=tuple(party.damaged_parts),
            )
            for party in parties
        ),
        collision_form=case.collision_form,
    )


def digest_of(facts: Any, disputed: Sequence[str]) -> str:
    """SHA-256 (hex) that changes when any fact of the proposal does."""
    return hashlib.sha256(json.dumps([repr(facts), list(disputed)]).encode()).hexdigest()


def propose(case: Case, parties: Sequence[Party]) -> tuple[str, dict[str, Any]]:
    """The digest of the facts and the proposal: grades and shares by letter (empty when an officer has to decide),
    reasons with articles, and what would change it."""
    facts, disputed = facts_of(case, parties), disputed_letters(parties)
    on = clock.local_day(case.occurred_at or case.created_at)
    from kuaichu.law.national.liability import propose as propose_by_law

    return digest_of(facts, disputed), _as_json(propose_by_law(facts, on=on, place=case.place_id), disputed)


def _as_json(proposal: Any, disputed: Sequence[str]) -> dict[str, Any]:
    """Where the accounts contradict each other nothing is proposed: the law leaves that to an officer (令146 Art. 20)."""
    raise NotImplementedError
