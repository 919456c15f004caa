"""Chains: an ordered list of impacts becomes one accident or several (D01 pushed on, D02 one after the other)."""

from kuaichu.law.national.liability.reading_facts import Conduct
from kuaichu.law.national.liability.shapes import DamagedPart, Impact

Accident = tuple[Conduct, ...]
_NON_CONTACT = "A56"


def accidents_of(conducts: tuple[Conduct, ...], impacts: tuple[Impact, ...]) -> tuple[Accident, ...] | None:
    """Who takes part in which accident, in order; None when the order is not known or somebody was in no impact.

    Who was hit before and then hits another was pushed: that impact is the pusher's. Running into the one ahead is
    taken from those who were only pushed or hit; it stays with the one who started it.
    """
    roots = _roots(impacts)
    touched = {letter for impact in impacts for letter in (impact.hitter, impact.hit)}
    aside = {conduct.letter for conduct in conducts} - touched
    if roots is None or any(_NON_CONTACT not in conduct.listed for conduct in conducts if conduct.letter in aside):
        return None
    groups: dict[str, set[str]] = {}
    for impact, root in roots:
        groups.setdefault(root, set()).update({impact.hitter, impact.hit})
    next(iter(groups.values())).update(aside)
    by_letter = {conduct.letter: conduct for conduct in conducts}
    return tuple(
        tuple(
            by_letter[letter] if letter == root or letter in aside else by_letter[letter].without_running_into()
            for letter in sorted(members | {root})
        )
        for root, members in groups.items()
    )


def impacts_by_accident(impacts: tuple[Impact, ...]) -> tuple[tuple[Impact, ...], ...]:
    """The impacts of each accident, in the order of `accidents_of`; empty when the order is not known."""
    found: dict[str, list[Impact]] = {}
    for impact, root in _roots(impacts) or ():
        found.setdefault(root, []).append(impact)
    return tuple(tuple(group) for group in found.values())


def parts_of(impacts: tuple[Impact, ...]) -> tuple[DamagedPart, ...]:
    """Per damaged part the accident it belongs to: its impact's, or None where impacts of two accidents did it."""
    if len(impacts) == 1:
        return tuple(
            DamagedPart(letter=letter, part=part, accident=0, impacts=(impacts[0].order or 0,))
            for letter, part in sorted(set(impacts[0].parts))
        )
    roots = _roots(impacts)
    if roots is None:
        return ()
    numbers = {root: number for number, root in enumerate(dict.fromkeys(root for _, root in roots))}
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for impact, root in roots:
        for part in impact.parts:
            found.setdefault(part, []).append((impact.order or 0, numbers[root]))
    return tuple(
        DamagedPart(
            letter=letter,
            part=part,
            accident=rows[0][1] if len({number for _, number in rows}) == 1 else None,
            impacts=tuple(order for order, _ in rows),
        )
        for (letter, part), rows in sorted(found.items())
    )


def _roots(impacts: tuple[Impact, ...]) -> list[tuple[Impact, str]] | None:
    """Each impact, in order, with the party that started it; None when the order is not known."""
    orders = [impact.order for impact in impacts]
    if None in orders or len(set(orders)) != len(orders):
        return None
    pushed_by: dict[str, str] = {}
    found = []
    for impact in sorted(impacts, key=lambda impact: impact.order or 0):
        root = pushed_by.get(impact.hitter, impact.hitter)
        found.append((impact, root))
        pushed_by[impact.hit] = root
    return found
