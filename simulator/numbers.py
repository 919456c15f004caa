"""What the law says of a claim, computed anew from what can be seen outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kuaichu.law.national import settlement as law
from simulator.city import CHINA


def recomputed(
    number: str,
    claims: Sequence[Mapping[str, Any]],
    policies: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, Any],
) -> str:
    """Empty when the settlement shown is the law's, else the difference. `policies` by the insured's letter."""
    liability, accident = claims[0]["liability"], claims[0]["accident"]
    losses = {
        vehicle["letter"]: vehicle["assessed_fen"]
        for claim in claims
        for vehicle in claim["vehicles"]
        if vehicle["assessed_fen"] is not None
    }
    entered = law.SettlementInput(
        parties=tuple(
            _party(letter, liability, policies.get(letter), losses.get(letter, 0))
            for letter in sorted(liability["grades"])
        ),
        all_agree_own_pays=False,
    )
    on = datetime.fromisoformat(accident["occurred_at"]).astimezone(CHINA).date()
    due = law.settle(entered, on=on, place=accident["place_code"])
    meant = sorted((line.payer.letter, line.payee, str(line.cover), line.amount_fen) for line in due.lines)
    seen = sorted((line["payer_letter"], line["payee"], line["cover"], line["amount_fen"]) for line in shown["lines"])
    return "" if meant == seen else f"{number}: law {meant}, shown {seen}"


def _party(
    letter: str, liability: Mapping[str, Any], policy: Mapping[str, Any] | None, loss_fen: int
) -> law.PartyInput:
    known = policy or {}
    is_whole = sum(liability["shares"].values()) == 100
    return law.PartyInput(
        letter=letter,
        kind=law.Kind("motor"),
        grade=law.Grade(liability["grades"][letter]),
        share_percent=liability["shares"][letter] if is_whole else None,
        has_ctpl=bool(known.get("has_ctpl")),
        tpl_limit_fen=known.get("tpl_limit_fen", 0),
        tpl_deductible_percent=known.get("tpl_deductible_percent", 0),
        has_own_damage=bool(known.get("has_own_damage")),
        own_damage_deductible_percent=known.get("own_damage_deductible_percent", 0),
        losses=(law.Loss(letter, law.Head.VEHICLE, loss_fen),) if loss_fen else (),
    )
