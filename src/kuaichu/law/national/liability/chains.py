"""Chains: an ordered list of impacts becomes one accident or several (D01 pushed on, D02 one after the other)."""

from kuaichu.law.national.liability.reading_facts import Conduct
from kuaichu.law.national.liability.shapes import Impact

Accident = tuple[Conduct, ...]


def accidents_of(conducts: tuple[Conduct, ...], impacts: tuple[Impact, ...]) -> tuple[Accident, ...] | None:
    """Who takes part in which accident, in order; None when the order is not known or somebody was in no impact.

    Who was hit before and then hits another was pushed: that impact is the pusher's. Running into the one ahead is
    taken from those who were only pushed or hit; it stays with the one who started it.
    """
    orders = [impact.order for impact in impacts]
    touched = {letter for impact in impacts for letter in (impact.hitter, impact.hit)}
    if None in orders or len(set(orders)) != len(orders) or touched != {conduct.letter for conduct in conducts}:
        return None
    pushed_by: dict[str, str] = {}
    groups: dict[str, set[str]] = {}
    for impact in sorted(impacts, key=lambda impact: impact.order or 0):
        root = pushed_by.get(impact.hitter, impact.hitter)
        groups.setdefault(root, set()).update({impact.hitter, impact.hit})
        pushed_by[impact.hit] = root
    by_letter = {conduct.letter: conduct for conduct in conducts}
    return tuple(
        tuple(
            by_letter[letter] if letter == root else by_letter[letter].without_running_into()
            for letter in sorted(members | {root})
        )
        for root, members in groups.items()
    )
