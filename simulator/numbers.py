"""What the law says of a claim, computed anew from what can be seen outside."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kuaichu.law import value
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
    on = _day(accident)
    usual = usual_shares(liability["grades"], on=on, place=accident["place_code"])
    if usual and usual != liability["shares"]:
        return f"{number}: law {usual}, shown {liability['shares']}"
    due = law.settle(entered, on=on, place=accident["place_code"])
    meant = sorted((line.payer.letter, line.payee, str(line.cover), line.amount_fen) for line in due.lines)
    seen = sorted((line["payer_letter"], line["payee"], line["cover"], line["amount_fen"]) for line in shown["lines"])
    return "" if meant == seen else f"{number}: law {meant}, shown {seen}"


def above_limits(
    letter: str, accident: Mapping[str, Any], policy: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Each limit that what this party's insurer pays is above: the compulsory ones of the day, the policy's own."""
    paid: dict[str, int] = defaultdict(int)
    for line in lines:
        if line["payer_letter"] == letter:
            paid[line["cover"]] += line["amount_fen"]
    limits = {
        law.Cover.CTPL: _limit_fen("ctpl.liable.property", accident),
        law.Cover.CTPL_NO_FAULT: _limit_fen("ctpl.no_fault.property", accident),
        law.Cover.TPL: policy.get("tpl_limit_fen", 0),
    }
    for cover, limit in limits.items():
        if paid[cover] > limit:
            yield f"{cover} pays {paid[cover]}, its limit is {limit} fen"


def _limit_fen(key: str, accident: Mapping[str, Any]) -> int:
    """For one accident of two cars, in which one alone may be without liability."""
    return int(value(key, on=_day(accident), place=accident["place_code"]).number)


def _day(accident: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(accident["occurred_at"]).astimezone(CHINA).date()


def usual_shares(grades: Mapping[str, str], *, on: date, place: str) -> dict[str, int]:
    """The percentages that the law gives two cars by their grades; empty where it leaves them to the officer."""
    if len(grades) != 2:
        return {}
    found = {letter: int(value(f"share.{grade}", on=on, place=place).number) for letter, grade in grades.items()}
    return found if sum(found.values()) == 100 else {}


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
