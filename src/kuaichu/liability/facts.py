"""From what each party says to the facts that the law's proposal starts from."""

from collections.abc import Sequence

from kuaichu.cases.models import Party


def agreed_situations(parties: Sequence[Party]) -> dict[str, tuple[str, ...]]:
    """For each side the 事故情形 codes that its own account admits, or that every account names (sorted)."""
    return {
        party.letter: tuple(sorted(set(_own(party)) | set.intersection(*[_said_of(p, party.letter) for p in parties])))
        for party in parties
    }


def disputed_letters(parties: Sequence[Party]) -> tuple[str, ...]:
    """The sides of whom another account says something that their own account does not admit; all of them when the
    accounts name different forms of collision."""
    if len({party.collision_form for party in parties if party.collision_form}) > 1:
        return tuple(party.letter for party in parties)
    return tuple(
        party.letter
        for party in parties
        if any(not _said_of(other, party.letter) <= set(_own(party)) for other in parties if other is not party)
    )


def _own(party: Party) -> set[str]:
    return _said_of(party, party.letter)


def _said_of(party: Party, letter: str) -> set[str]:
    return set(party.situations.get(letter, ()))
