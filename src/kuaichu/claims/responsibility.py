"""Which insurer's adjuster looks at which vehicle, and which claims may go on."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from kuaichu.cases.models import Party
from kuaichu.claims.models import Claim
from kuaichu.claims.states import ClaimState
from kuaichu.liability.queries import Grades

_ORDER = ("full", "primary", "equal", "secondary", "none")


def assessing_claims(parties: Iterable[Party], claims: Sequence[Claim], grades: Grades) -> dict[UUID, Claim]:
    """The claim under which each party's vehicle is assessed, by party id.

    Its own insurer's; a vehicle without one (uninsured, refused, bicycle) goes to the insurer of the party that
    bears most
    liability, the first by letter among equals. Empty where no claim is left.
    """
    live = [claim for claim in claims if claim.state != ClaimState.REFUSED]
    if not live:
        return {}
    letters = {party.pk: party.letter for party in parties}
    own = {claim.party_id: claim for claim in live}
    first = min(live, key=lambda claim: _weight(letters[claim.party_id], grades))
    return {party_id: own.get(party_id, first) for party_id in letters}


def _weight(letter: str, grades: Grades) -> tuple[int, int, str]:
    """Smallest for whoever bears most."""
    return (_ORDER.index(grades.grades[letter]), -grades.shares.get(letter, 0), letter)


def parties_under(claim: Claim, assessing: Mapping[UUID, Claim]) -> set[UUID]:
    """The parties whose vehicles are assessed under `claim`."""
    return {party_id for party_id, found in assessing.items() if found.pk == claim.pk}
