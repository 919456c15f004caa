"""What the national platform must have in its books: each closed case once, as its parties read it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kuaichu.law.codes import lists
from simulator.looking import Looker
from simulator.main import FILED, Outcome
from simulator.national import Platform
from simulator.papers import AGREEMENT, DETERMINATION, SIDES
from simulator.people import Record

SAID = {
    "xm": "姓名",
    "sfzmhm": "身份证",
    "hphm": "号牌号码",
    "bxpzh": "保险凭证号",
    "sgzr": "责任",
}  # as the document calls it
PLATFORM = "综合应用平台"  # how the desk calls it, whatever else stands in its name
MOMENT_DIGITS = 12  # to the minute


def recorded(outcome: Outcome, looker: Looker, known: Sequence[Record], opened: Sequence[Record]) -> Iterator[str]:
    """Every case closed as paid or settled is there once per revision, no other; `opened` ones as their documents say.
    One that is missing may wait, where the desk says that so many wait for the platform."""
    platform = outcome.platform
    if platform is None:
        return
    numbers = {record.number for record in opened}
    losses = _losses(outcome, looker, numbers)
    missing = []
    for record in known:
        state = looker.as_party(record, "A", "/case").json
        entries = looker.timeline(record, record.reader or "A") or []
        closings = sum(entry["event"] == "case.closed" for entry in entries)
        books = platform.books.get(record.number, {})
        is_due = state["stage"] == "closed" and state["outcome"] in FILED
        if is_due and closings not in books:
            missing.append(record.number)
            continue
        faults = [*_revisions(platform, record.number, closings, is_due=is_due)]
        if is_due and record.number in numbers and record.reader:
            faults += _unlike(books[closings], record, looker, losses.get(record.number))
        yield "; ".join(f"{record.number}: {fault}" for fault in faults)
    waiting = sum(count for name, count in looker.silent().items() if PLATFORM in name)
    for at, number in enumerate(missing):
        yield "" if at < waiting else f"{number}: closed, not recorded"


def _revisions(platform: Platform, number: str, closings: int, *, is_due: bool) -> Iterator[str]:
    books = platform.books.get(number, {})
    most = closings if is_due else max(closings - 1, 0)
    if not set(books) <= set(range(1, most + 1)):
        yield f"recorded as {sorted(books)}, {most} closings to record"
    for revision in books:
        keys = platform.keys_of.get(f"records {number} {revision}", set())
        if len(keys) != 1:
            yield f"revision {revision} came under {len(keys)} keys"


def _losses(outcome: Outcome, looker: Looker, numbers: set[str]) -> dict[str, int]:
    """In fen by case, as the insurers are shown them."""
    found: dict[str, int] = {}
    for code in outcome.insurers:
        for row in looker.claims_of(code):
            if row["case_number"] in numbers - found.keys():
                answer = looker.as_insurer(code, f"/insurer/claims/{row['id']}/settlement")
                if answer.status == 200:
                    found[row["case_number"]] = answer.json["loss_fen"]
    return found


def _unlike(body: Mapping[str, Any], record: Record, looker: Looker, loss_fen: int | None) -> Iterator[str]:
    accident, people = body["dutysimple"], body["dutysimplehuman"]
    if accident.get("sgbh") != record.number:
        yield "sgbh is another case"
    if _fen(accident.get("zjccss")) != loss_fen:
        yield f"loss {accident.get('zjccss')}, settlement {loss_fen} fen"
    paper = _in_force(looker.as_party(record, record.reader, "/case/instruments").json["instruments"])
    if paper is None:
        if any("sgzr" in person for person in people):
            yield "a grade without a document"
        return
    page = looker.as_party(record, record.reader, f"/case/instruments/{paper['id']}").json
    read = {row["label"]: row["text"] for row in page["rows"]}
    if accident.get("wsbh") != paper["number"]:
        yield f"wsbh is not {paper['number']}"
    if _digits(accident.get("sgfssj", "")) != _digits(read["事故时间"]):
        yield f"happened {accident.get('sgfssj')}, read {read['事故时间']}"
    if accident.get("sgdd") != read["事故地点"]:
        yield "another place than read"
    yield from _people(people, page)


def _people(people: Sequence[Mapping[str, str]], page: Mapping[str, Any]) -> Iterator[str]:
    """Each side as the document has it; the labels alone, because what people are called is not for a report."""
    blocks = {block["title"]: {row["label"]: row["text"] for row in block["rows"]} for block in page["blocks"]}
    sent = {person["rybh"]: dict(person) for person in people}
    if set(sent) != {str(at) for at in range(1, len(SIDES) + 1)}:
        yield f"persons {sorted(sent)}"
        return
    for at, side in enumerate(SIDES.values(), start=1):
        person, read = sent[str(at)], blocks.get(side, {})
        person["sgzr"] = _grade(person.get("sgzr"))
        for field, label in SAID.items():
            if _plain(person.get(field, "")) != _plain(read.get(label, "")):
                yield f"{side}{label} differs"


def _plain(text: str) -> str:
    """A document writes plates with a dot."""
    return text.replace("·", "")


def _in_force(papers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The agreement or determination that was completed last."""
    there = [paper for paper in papers if paper["kind"] in (AGREEMENT, DETERMINATION) and paper["state"] == "completed"]
    return max(there, key=lambda paper: str(paper["completed_at"]), default=None)


def _grade(code: str | None) -> str:
    """The nation's code in words."""
    return next((grade.zh for grade in lists()["liability"].values() if grade.national == code), "")


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))[:MOMENT_DIGITS]


def _fen(yuan: str | None) -> int | None:
    try:
        return None if yuan is None else int(Decimal(yuan) * 100)
    except InvalidOperation:
        return -1
