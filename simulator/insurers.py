"""The insurers' side: a system that answers over HTTP as its temper is, and the adjuster who decides."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from simulator import partners
from simulator.house import Unreachable
from simulator.wire import API, PASSING, Failed, Wire, as_json, key_of, pauses, signed
from simulator.world import Rest, Until, World

Steps = Generator[Rest, None, Any]
COVER_LIMIT_FEN = 100_000_000
LOW_LIMIT_FEN = 150_000  # lower than any that is sold: the damage of two cars reaches it
DEDUCTIBLE_PERCENT = 15
POLL_S = (60.0, 300.0)
LONGEST_POLL_S = 6 * 3600.0
LOOKED_AWAY_S = 90.0  # whoever was just reading the last news has then finished, and hears of this one too
LOSS_YUAN = (300, 9000)


@dataclass(frozen=True, kw_only=True)
class Temper(partners.Temper):
    """Shares (0..1) of messages."""

    late: float = 0.0
    twice: float = 0.0
    backwards: float = 0.0  # callbacks that overtake an earlier one


STEADY = Temper()
MOODY = Temper(busy=0.2, late=0.4, twice=0.3, backwards=0.2)
HARD = Temper(busy=0.3, late=0.5, twice=0.4, nonsense=0.01, backwards=0.3, away=(6.0, 30.0))


class Insurer(partners.Partner):
    """One insurer's computers; confirmations come back as signed callbacks through `wire`."""

    kind = "insurer"
    nonsense = {"state": "accepted", "report_number": None, "policy": "?"}
    temper: Temper

    def __init__(self, world: World, wire: Wire, code: str, temper: Temper) -> None:
        super().__init__(world, code, temper)
        self.wire = wire
        self.paid_fen: dict[str, int] = {}  # by payment
        self.out_fen: dict[str, int] = {}  # by claim: all that was ever paid for it, under whatever key
        self.policies: dict[str, dict[str, Any]] = {}
        self.claims_seen: set[str] = set()
        self._numbers: dict[str, str] = {}
        self._due: list[tuple[float, str, dict[str, Any]]] = []

    def subject_of(self, body: dict[str, Any]) -> str:
        return str(body.get("payment_id") or body.get("claim_id"))

    def status_of(self, answer: dict[str, Any]) -> int:
        return 202 if answer["state"] == "pending" else 201

    def effect(self, operation: str, key: str, body: dict[str, Any], dice: Random) -> partners.Said:
        number = self.number_of(body)
        if operation == "payments":
            news: dict[str, Any] = {
                "state": "paid",
                "amount_fen": body["amount_fen"],
                "partner_reference": f"P{number}",
            }
            payment, claim, fen = str(body["payment_id"]), str(body["claim_id"]), int(body["amount_fen"])
            self.paid_fen[payment] = self.paid_fen.get(payment, 0) + fen
            self.out_fen[claim] = self.out_fen.get(claim, 0) + fen
            self._confirm(body["callback_url"], news, dice)
            answer: dict[str, Any] = {"state": "accepted", "partner_reference": f"P{number}"}
        else:
            answer = {"state": "accepted", "report_number": f"R{number}", "policy": _policy(dice)}
            self.claims_seen.add(str(body["claim_id"]))
            self.policies[str(body["claim_id"])] = answer["policy"]
            if dice.random() < self.temper.late:
                self._confirm(body["callback_url"], answer, dice)
                self.effects[key] = {"state": "pending"}
                return 202, {"state": "pending"}
        self.effects[key] = answer
        self._numbers[str(answer.get("partner_reference") or answer.get("report_number"))] = _case_number(body)
        self.world.ring("claims", after_s=5.0)
        return 201, answer

    def _confirm(self, url: str, news: dict[str, Any], dice: Random) -> None:
        for _ in range(2 if dice.random() < self.temper.twice else 1):
            rest = dice.uniform(5, 60) * (10 if dice.random() < self.temper.backwards else 1)
            self._due.append((rest, url, news))
        self.world.ring(f"callbacks {self.code}")

    def calling_back(self) -> Steps:
        """The actor that sends what was promised."""
        while True:
            with self._lock:
                due, self._due = self._due, []
            for rest, url, news in due:
                name = f"callback {self.code} {len(self.effects)} {url[-40:]} {rest:.3f}"
                self.world.spawn(name, self._call_back(rest, url, news))
            yield Until(f"callbacks {self.code}", 3600.0)

    def _call_back(self, rest_s: float, url: str, news: dict[str, Any]) -> Steps:
        yield rest_s
        path = "/" + url.split("//", 1)[-1].split("/", 1)[-1]
        body = json.dumps(news).encode()
        key = sha256(url.encode() + body).hexdigest()[:40]
        headers = signed(self.world.house, self.code, method="POST", path=path, key=key, body=body, plain=True)
        answer = yield from self.wire.until_answered("callback", "POST", path, headers=headers, body=body)
        self.world.meter.count(f"insurer.callback.{answer.status}")
        self.world.ring("claims", after_s=5.0)
        number = self._numbers.get(news.get("partner_reference") or news.get("report_number") or "", "")
        self.world.ring_case(number)
        yield LOOKED_AWAY_S
        self.world.ring_case(number)


def _case_number(body: dict[str, Any]) -> str:
    return str(body.get("case_number") or "")


def _policy(dice: Random) -> dict[str, Any]:
    """One in ten has the compulsory cover alone; some limits are low enough to be reached."""
    has_more = dice.random() < 0.9
    low, more, own = (dice.random() < share for share in (0.06, 0.1, 0.1))
    return {
        "is_valid": True,
        "has_ctpl": True,
        "tpl_limit_fen": (LOW_LIMIT_FEN if low else COVER_LIMIT_FEN) if has_more else 0,
        "tpl_deductible_percent": DEDUCTIBLE_PERCENT if more else 0,
        "has_own_damage": has_more,
        "own_damage_deductible_percent": DEDUCTIBLE_PERCENT if own else 0,
    }


def adjusters(world: World, wire: Wire, agency: str, username: str) -> Steps:
    """Looks at what waits, through the insurer's own API, and gives each claim to somebody who has time."""
    in_hand: set[str] = set()
    while True:
        for state in ("accepted", "assessed", "approved"):
            rows = yield from _waiting(world, wire, agency, state)
            for row in sorted(rows, key=lambda row: (row["opened_at"], row["letter"])):
                if row["id"] not in in_hand:
                    in_hand.add(row["id"])
                    name = f"adjuster {agency} {row['case_number'][-6:]} {row['letter']} {state}"
                    world.spawn(name, _take(world, wire, agency, username, row, in_hand))
        yield Until("claims", LONGEST_POLL_S)
        yield wire.dice.uniform(*POLL_S)


def _waiting(world: World, wire: Wire, agency: str, state: str) -> Steps:
    rows: list[dict[str, Any]] = []
    while True:
        page = yield from ask(world, wire, agency, "GET", f"/insurer/claims?state={state}&limit=100&offset={len(rows)}")
        rows += page["claims"]
        if not page["claims"] or len(rows) >= page["total"]:
            return rows


def _take(world: World, wire: Wire, agency: str, username: str, row: dict[str, Any], in_hand: set[str]) -> Steps:
    """Assesses, approves or pays one claim."""
    try:
        yield from _advance(world, wire, agency, username, row)
    except Failed as refused:
        world.meter.count(f"adjuster.refused.{refused.code}")
    finally:
        in_hand.discard(row["id"])


def _advance(world: World, wire: Wire, agency: str, username: str, row: dict[str, Any]) -> Steps:
    claim_id, number = row["id"], row["case_number"]
    if row["state"] == "accepted":
        claim = yield from ask(world, wire, agency, "GET", f"/insurer/claims/{claim_id}")
        for vehicle in claim["vehicles"]:
            if vehicle["assessed_fen"] is None:
                yield wire.dice.uniform(60, 600)
                fields = {"adjuster": username, "letter": vehicle["letter"], "lines": _loss(wire.dice, vehicle)}
                yield from ask(world, wire, agency, "POST", f"/insurer/claims/{claim_id}/assessments", fields)
                world.ring("claims", after_s=5.0)
        return
    settlement = yield from ask(world, wire, agency, "GET", f"/insurer/claims/{claim_id}/settlement")
    if row["state"] == "assessed" and not settlement["problem_code"]:
        decided = {"adjuster": username, "version": settlement["version"]}
        what = "approval" if settlement["own_fen"] else "settled"
        yield from ask(world, wire, agency, "POST", f"/insurer/claims/{claim_id}/{what}", decided)
        settlement = yield from ask(world, wire, agency, "GET", f"/insurer/claims/{claim_id}/settlement")
        world.ring_case(number)
    for payment in settlement["payments"]:
        if payment["state"] in ("planned", "failed") and payment["has_account"]:
            path = f"/insurer/payments/{payment['id']}/order"
            yield from ask(world, wire, agency, "POST", path, {"adjuster": username})


def _loss(dice: Random, vehicle: dict[str, Any]) -> list[dict[str, Any]]:
    part = (vehicle["damaged_parts"] or [""])[0]
    yuan = dice.randint(*LOSS_YUAN)
    lines = [{"part": part, "item": "" if part else "外观件", "work": "repair", "amount_fen": yuan * 100}]
    if dice.random() < 0.6:
        lines.append(
            {
                "part": part,
                "item": "" if part else "外观件",
                "work": "paint",
                "amount_fen": dice.randint(200, 900) * 100,
            }
        )
    return lines


def ask(world: World, wire: Wire, agency: str, method: str, path: str, fields: dict[str, Any] | None = None) -> Steps:
    """Signed anew for each try, because a signature grows old."""
    body = as_json(fields) if fields is not None else b""
    key = key_of(wire.dice) if method == "POST" else ""
    for pause in pauses(world.house):
        headers = signed(world.house, agency, method=method, path=API + path, key=key, body=body, plain=False)
        try:
            answer = wire.send(f"insurer {method}", method, API + path, headers=headers, body=body)
        except Unreachable:
            world.meter.count("insurer.tried_again")
        else:
            if answer.status not in PASSING:
                if answer.status >= 300:
                    raise Failed(path, answer)
                return answer.json
        yield pause
    raise Unreachable(path)
