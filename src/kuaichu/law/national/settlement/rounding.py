"""From exact fractions to fen: largest remainder, never above a limit."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TypeVar

Key = TypeVar("Key")


def split(total_fen: int, weights: Sequence[Fraction]) -> list[int]:
    """`total_fen` by `weights` (not all zero); the sum is exact. Equal remainders go to the earlier place."""
    unit = lcm(*(weight.denominator for weight in weights))
    parts = [weight.numerator * (unit // weight.denominator) for weight in weights]
    whole = sum(parts)
    fen = [total_fen * part // whole for part in parts]
    missing = total_fen - sum(fen)
    if missing:
        rest = [total_fen * part % whole for part in parts]
        for place in sorted(range(len(parts)), key=lambda place: (-rest[place], place))[:missing]:
            fen[place] += 1
    return fen


def round_matrix(exact: Mapping[tuple[str, str], Fraction | int]) -> dict[tuple[str, str], int]:
    """Amounts by (payer, loss) in fen: each is floor or ceiling, no payer's and no loss's total is rounded above its
    own ceiling, so integer limits and losses still hold. Largest remainders are raised first.
    """
    fen = {key: floor(amount) for key, amount in exact.items()}
    if fen == exact:
        return fen
    payers, losses = _room(exact, fen, 0), _room(exact, fen, 1)
    for key in sorted(exact, key=lambda key: (fen[key] - exact[key], key)):
        payer, loss = key
        if exact[key] > fen[key] and payers[payer] > 0 and losses[loss] > 0:
            fen[key] += 1
            payers[payer] -= 1
            losses[loss] -= 1
    return fen


def _room(
    exact: Mapping[tuple[str, str], Fraction | int], fen: Mapping[tuple[str, str], int], place: int
) -> dict[str, int]:
    """How many fen may still be added to each payer (place 0) or loss (place 1)."""
    totals: dict[str, Fraction] = {}
    floors: dict[str, int] = {}
    for key, amount in exact.items():
        totals[key[place]] = totals.get(key[place], Fraction(0)) + amount
        floors[key[place]] = floors.get(key[place], 0) + fen[key]
    return {name: ceil(total) - floors[name] for name, total in totals.items()}
