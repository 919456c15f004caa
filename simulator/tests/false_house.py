"""A house that tells what a test wants told: two cases in which everything holds, as plain data to lie in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from simulator import invariants
from simulator.city import CHINA
from simulator.house import Answer
from simulator.main import Outcome
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
    silent: dict[str, int] = field(default_factory=dict)
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


def filed(number: str) -> dict[str, Any]:
    """What the platform was sent of a closed case."""
    here = REPORTED.astimezone(CHINA)
    accident = {"sgbh": number, "wsbh": f"D{number}", "sgfssj": f"{here:%Y-%m-%d %H:%M:%S}", "sgdd": PLACE,
                "zjccss": f"{LOSS_FEN // 100}.00"}  # fmt: skip
    persons = [
        {"rybh": str(at), "xm": person.name, "sfzmhm": person.document_number, "hphm": person.plate,
         "bxpzh": person.policy_number, "sgzr": grade}
        for at, (person, grade) in enumerate(zip(people().values(), "15", strict=True), start=1)
    ]  # fmt: skip
    return {"case_number": number, "revision": 1, "dutysimple": accident, "dutysimplehuman": persons}


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

    def timeline(self, record: Record, letter: str) -> list[dict[str, Any]]:
        return list(self.lies.cases[record.number]["timeline"])

    def silent(self) -> dict[str, int]:
        return self.lies.silent

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


@dataclass
class Scene:
    """The outside's books and the house's pages."""

    outcome: Any
    lies: Lies

    def wrong(self, name: str) -> list[str]:
        """What this invariant finds."""
        look = next(look for known, _, look in invariants.ALL if known == name)
        outcome: Outcome = self.outcome
        looker: Any = House(self.lies)
        return [text for text in look(outcome, looker) if text]

    @property
    def insurer(self) -> Any:
        return self.outcome.insurers["INS-A"]

    @property
    def claim(self) -> dict[str, Any]:
        return self.lies.claims["INS-A"]["claim-1A"]

    @property
    def case(self) -> dict[str, Any]:
        return self.lies.cases[NUMBERS[0]]

    @property
    def books(self) -> dict[int, Any]:
        """The platform's, of the first case."""
        revisions: dict[int, Any] = self.outcome.platform.books[NUMBERS[0]]
        return revisions

    @property
    def page(self) -> dict[str, Any]:
        """The first case's document."""
        (page,) = self.case["pages"].values()
        return page

    def writes(self, side: int, label: str, text: str) -> None:
        """Another text in the document, of 甲方 (0) or 乙方 (1)."""
        block = self.page["blocks"][side]
        block["rows"] = as_rows({row["label"]: row["text"] for row in block["rows"]} | {label: text})


def record(number: str) -> Record:
    moments = {"reported": REPORTED, "signed.A": SIGNED, "signed.B": SIGNED}
    return Record(
        name=number, place="339900", scene=SCENE, location=PLACE, lon=0.0, lat=0.0, occurred_at=REPORTED, number=number,
        tokens={"A": "a", "B": "b"}, devices={"A": "a", "B": "b"}, moments=moments, was_tried=True, people=people(),
        documents={f"paper-{number[-1:]}": "completed"},
    )  # fmt: skip


def insurer(letter: str) -> Any:
    ids = [f"claim-{number[-1]}{letter}" for number in NUMBERS]
    policy = {"is_valid": True, "has_ctpl": True, "tpl_limit_fen": 10**8, "tpl_deductible_percent": 0,
              "has_own_damage": True, "own_damage_deductible_percent": 0}  # fmt: skip
    pays = letter == "A"
    return SimpleNamespace(
        policies=dict.fromkeys(ids, policy),
        claims_seen=set(ids),
        keys_of={f"claims {name}": {name} for name in ids},
        paid_fen={f"pay-{number[-1]}": LOSS_FEN for number in NUMBERS} if pays else {},
        out_fen=dict.fromkeys(ids, LOSS_FEN if pays else 0),
    )


def platform() -> Any:
    return SimpleNamespace(
        books={number: {1: filed(number)} for number in NUMBERS},
        keys_of={f"records {number} 1": {"key"} for number in NUMBERS},
    )


def true_scene() -> Scene:
    """Two cases in which everything holds."""
    lies = Lies(
        cases={number: case(number) for number in NUMBERS},
        claims={
            f"INS-{letter}": {f"claim-{number[-1]}{letter}": claim(number, letter) for number in NUMBERS}
            for letter in "AB"
        },
        there=list(NUMBERS),
    )
    house = SimpleNamespace(now=lambda: NOW, verify=lambda number: lies.faults)
    outcome = SimpleNamespace(
        plan=SimpleNamespace(faults="none", calls_from="P", place="339900"),
        world=SimpleNamespace(house=house, meter=SimpleNamespace(is_real=False)),
        calls=SimpleNamespace(taken={"SIM-1": "accident"}),
        records=[record(number) for number in NUMBERS],
        insurers={f"INS-{letter}": insurer(letter) for letter in "AB"},
        platform=platform(),
        began=REPORTED,
        ended=NOW,
    )
    return Scene(outcome, lies)
