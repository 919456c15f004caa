"""A house that tells what a test wants told: two cases in which everything holds, as plain data to lie in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from simulator.city import CHINA
from simulator.house import Answer
from simulator.people import Person, Record
from simulator.wire import as_json

NOW = datetime(2026, 3, 4, 4, tzinfo=UTC)
REPORTED, SIGNED, PAID = (NOW - timedelta(hours=hours) for hours in (48, 47, 40))
NUMBERS = ("33990020260302000001", "33990020260302000002")
LOSS_FEN = 250_000
PLACE = "人民路1号附近"
SCENE = {"a": ["rear_end"], "b": [], "parts": ["front", "rear"], "form": "1"}
BY_COMPULSORY, BY_COMMERCIAL = 200_000, 50_000
STEPS = ("case.reported", "photos.passed", "instrument.signed", "instrument.signed", "instrument.completed",
         "payment.confirmed", "case.closed")  # fmt: skip


@dataclass
class Lies:
    """What the false house shows: plain data that a test changes."""

    cases: dict[str, dict[str, Any]]
    claims: dict[str, dict[str, dict[str, Any]]]
    there: list[str]
    queues: dict[str, str] = field(default_factory=dict)
    parked: int = 0
    open_to_all: bool = False
    faults: list[str] = field(default_factory=list)
    verdict: str = "good"
    call_status: int = 409


def case(number: str) -> dict[str, Any]:
    paper = {
        "id": f"paper-{number[-1]}", "kind": "agreement", "number": f"D{number}", "state": "completed",
        "completed_at": SIGNED.isoformat(), "verify_link": f"http://house/verify/{number}/", "file": {"size": 1},
        "signatures": [{"letter": letter, "kind": "signed"} for letter in "AB"],
    }  # fmt: skip
    return {
        "state": {"stage": "closed", "outcome": "paid", "clocks": [], "photo_state": "passed", "may_leave_at": "x"},
        "timeline": [{"seq": seq, "at": f"{seq}", "event": name} for seq, name in enumerate(STEPS)],
        "papers": [paper],
        "payments": [{"is_done": True, "amount_fen": LOSS_FEN}],
        "photos": [{"id": f"photo-{number[-1]}"}],
        "pages": {f"/case/instruments/{paper['id']}": page()},
    }


def people() -> dict[str, Person]:
    common = {"plate_kind": "02", "vehicle_kind": "K3", "insurer": "INS-A", "policy_number": "P1", "account": "6"}
    return {
        letter: Person(name=f"赵{letter}", document_number=f"3399{letter}", phone=f"1380000000{at}",
                       plate=f"浙D0000{letter}", **common)
        for at, letter in enumerate("AB")
    }  # fmt: skip


def page() -> dict[str, Any]:
    """The document of two who told the same, as a party reads it."""
    blocks = []
    for (letter, person), side, grade in zip(people().items(), ("甲方", "乙方"), ("全部责任", "无责任"), strict=True):
        told = {"姓名": person.name, "身份证": person.document_number, "保险凭证号": person.policy_number,
                "号牌号码": f"浙D·0000{letter}", "责任": grade}  # fmt: skip
        blocks.append({"title": side, "rows": as_rows(told), "paragraphs": []})
    rights = ["自送达之日起3个工作日内申请复核，自收到之日起10个工作日内申请调解，诉讼时效为3年。"]
    blocks.append({"title": "权利告知", "rows": [], "paragraphs": rights})
    here = REPORTED.astimezone(CHINA)
    return {"rows": as_rows({"事故时间": f"{here:%Y年%m月%d日 %H时%M分}", "事故地点": PLACE}), "blocks": blocks}


def as_rows(told: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "text": text} for label, text in told.items()]


def claim(number: str, letter: str) -> dict[str, Any]:
    """A rear-ended B: A's insurer pays, B's has nothing to pay."""
    owes = letter == "A"
    lines = [
        {"payer_letter": "A", "payee": "B", "cover": cover, "amount_fen": fen}
        for cover, fen in (("ctpl", BY_COMPULSORY), ("tpl", BY_COMMERCIAL))
    ]
    payment = {
        "id": f"pay-{number[-1]}",
        "amount_fen": LOSS_FEN,
        "state": "confirmed",
        "confirmed_at": PAID.isoformat(),
    }
    return {
        "row": {"id": f"claim-{number[-1]}{letter}", "case_number": number, "letter": letter,
                "state": "paid" if owes else "settled"},
        "claim": {
            "id": f"claim-{number[-1]}{letter}",
            "insured": {"letter": letter},
            "accident": {"occurred_at": REPORTED.isoformat(), "place_code": "339900"},
            "liability": {"grades": {"A": "full", "B": "none"}, "shares": {"A": 100, "B": 0},
                          "instrument_number": f"D{number}"},
            "vehicles": [{"letter": "B", "assessed_fen": LOSS_FEN}],
        },
        "settlement": {"problem_code": "", "loss_fen": LOSS_FEN, "paid_fen": LOSS_FEN, "borne_fen": 0,
                       "own_fen": LOSS_FEN if owes else 0, "lines": lines, "payments": [payment] * owes},
        "status": 200,
    }  # fmt: skip


class House:
    """Shows the lies as the house's own pages and endpoints would."""

    def __init__(self, lies: Lies) -> None:
        self.lies = lies

    def endings(self, typed: str) -> list[tuple[str, str]]:
        return [(number, number[-6:]) for number in self.lies.there if typed in number]

    def as_party(self, record: Record, letter: str, path: str) -> Answer:
        known = self.lies.cases[record.number]
        shown = {
            "/case": known["state"],
            "/case/timeline?after=0": {"entries": known["timeline"], "next_after": None},
            "/case/instruments": {"instruments": known["papers"]},
            "/case/money": {"payments": known["payments"]},
            "/case/photos": {"photos": known["photos"]},
        }
        shown |= known["pages"]
        if path in shown:
            return answer(200, shown[path])
        is_own = any(path.split("/")[3] == row["id"] for row in known["papers"] + known["photos"])
        return answer(200 if is_own or self.lies.open_to_all else 404, {})

    def as_insurer(self, agency: str, path: str) -> Answer:
        name, _, part = path.removeprefix("/insurer/claims/").partition("/")
        found = self.lies.claims[agency].get(name)
        if found is None:
            return answer(200 if self.lies.open_to_all else 404, {})
        return answer(found["status"], found["settlement"]) if part else answer(200, found["claim"])

    def claims_of(self, agency: str) -> list[dict[str, Any]]:
        return [found["row"] for found in self.lies.claims[agency].values()]

    def request(self, method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> Answer:
        return answer(200 if any(path.endswith(f"/{number}/") for number in NUMBERS) else 404, {})

    def checked_file(self, data: bytes) -> str:
        return self.lies.verdict

    def send_call(self, agency: str, number: str, place: str) -> Answer:
        return answer(self.lies.call_status, {"code": "call.number_taken"})

    def desk(self) -> Any:
        return SimpleNamespace(get=lambda path: SimpleNamespace(text=self.lies.queues.get(path.partition("=")[2], "")))

    def troubles(self) -> int:
        return self.lies.parked


def answer(status: int, value: Any) -> Answer:
    return Answer(status, {}, as_json(value))
