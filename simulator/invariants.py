"""What must hold whatever happens, asked from outside only: the parties', the insurers' and the public's own pages.

Each invariant is a function of the outcome and a `Looker`; it yields one text per thing looked at, empty when it holds.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from kuaichu import law
from kuaichu.law.divisions import NATION
from simulator.city import CHINA
from simulator.looking import Looker
from simulator.main import Outcome
from simulator.numbers import above_limits, recomputed
from simulator.papers import differences
from simulator.people import Record
from simulator.recording import recorded

Looks = Iterator[str]
MOST_NAMED = 20
MOST_CALLS = 50
MOST_OPENED = 400  # cases whose sealed files are opened and checked, spread over the run
SIDE_BY_SIDE = 6
STRANGERS = 3  # other cases that each token is tried against
FINAL = {"closed"}
DRAFTS = ("reported", "evidence")
FORGETTING_LATE = timedelta(days=1)  # the worker looks for old drafts a few times a day
DECIDED = ("approved", "paid", "settled")
FORGOTTEN = "withdrawn"  # a draft: its end is of no interest to its parties, and told to nobody
ENDINGS = {"case.closed", "case.transferred", "case.withdrawn", "attendance.settled"}


@dataclass(frozen=True)
class Held:
    """How an invariant fared: how many things were looked at, and what was wrong."""

    name: str
    words: str
    checked: int
    violations: tuple[str, ...]


def check(outcome: Outcome, looker: Looker) -> list[Held]:
    """Every invariant, in the order of ALL; side by side where real processes answer."""
    if not outcome.world.meter.is_real:
        return [_held(outcome, looker, *one) for one in ALL]
    looker.desk().get("/police/")  # signed in once for all
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(lambda one: _held(outcome, looker, *one), ALL))


def _held(outcome: Outcome, looker: Looker, name: str, words: str, look: Callable[[Outcome, Looker], Looks]) -> Held:
    looks: list[str] = []
    try:
        looks.extend(look(outcome, looker))  # what was seen before an answer was none is kept
    except Exception as error:  # noqa: BLE001 - whatever can't be looked at does not hold
        looks.append(f"could not be looked at further: {type(error).__name__}: {error}")
    return Held(name, words, len(looks), tuple(text for text in looks if text)[:MOST_NAMED])


def as_table(found: list[Held]) -> str:
    """For a terminal."""
    lines = [
        f"  {'✗' if held.violations else '✓'} {held.name:<20} {held.checked:>6} checked"
        f" {len(held.violations):>4} violated"
        f"  {held.words}"
        for held in found
    ]
    lines += [f"      {held.name}: {text}" for held in found for text in held.violations]
    return "\n".join(lines)


def _known(outcome: Outcome) -> list[Record]:
    return [record for record in outcome.records if record.number]


def _spread(records: list[Record]) -> list[Record]:
    """All of them, or as many as can be opened in a sensible time, evenly over the run."""
    return records[:: -(-len(records) // MOST_OPENED) or 1]


def _once(outcome: Outcome, looker: Looker) -> Looks:
    """Each acknowledged number is found once; beside them only what was sent and never answered."""
    known = _known(outcome)
    for number, times in Counter(record.number for record in known).items():
        rows = looker.endings(number)
        yield "" if len(rows) == 1 and times == 1 else f"{number}: acknowledged {times}, found {len(rows)}"
    there = sum(len(looker.endings(prefix)) for prefix in _prefixes(outcome, known))
    unanswered = sum(record.was_tried and not record.number for record in outcome.records)
    if not len(known) <= there <= len(known) + unanswered:
        yield f"{there} cases for {len(known)} acknowledged reports ({unanswered} unanswered)"


def _prefixes(outcome: Outcome, known: list[Record]) -> list[str]:
    """What numbers of this run begin with: the place, and each day of it, also one of which nobody knows a case."""
    began, ended = outcome.began, outcome.ended
    days = (ended - began).days + 3 if began and ended else 0
    texts = [f"{began.astimezone(CHINA) + timedelta(days=day - 1):%Y%m%d}" for day in range(days)] if began else []
    places = {record.number[:6] for record in known}
    return sorted({place + text for place in places for text in texts} | {record.number[:14] for record in known})


def _calls_once(outcome: Outcome, looker: Looker) -> Looks:
    """A call that was acknowledged is there: the same number again is refused. A sample, spread over the run."""
    taken = sorted(outcome.calls.taken)
    for number in taken[:: max(1, len(taken) // MOST_CALLS)]:
        answer = looker.send_call(outcome.plan.calls_from, number, outcome.plan.place)
        yield "" if answer.status == 409 and "call.number_taken" in answer.text else f"{number}: {answer.status}"


def _ends(outcome: Outcome, looker: Looker) -> Looks:
    """Closed, or a clock runs, or the officers' page shows it waiting."""
    waiting = {
        case_id
        for queue in ("photos", "online", "field", "signing", "reviews")
        for case_id in set(_ids(looker.desk().get(f"/police/?queue={queue}").text))
    }
    now = outcome.world.house.now()
    kept = timedelta(days=law.value("retention.draft", on=now.astimezone(CHINA).date(), place=NATION).number)
    for record in _known(outcome):
        answers = [looker.as_party(record, letter, "/case") for letter in sorted(record.tokens)]
        shown = [answer.json for answer in answers if answer.status == 200]
        if not shown:
            yield f"{record.number}: no party can read it: {[answer.status for answer in answers]}"
            continue
        state = shown[0]
        record.stage, record.outcome = state["stage"], state["outcome"]
        is_open = any(datetime.fromisoformat(clock["due_at"]) > now for each in shown for clock in each["clocks"])
        rows = looker.endings(record.number)
        is_seen = bool(rows) and rows[0][0] in waiting
        is_young = now - max(record.moments.values(), default=now) <= kept + FORGETTING_LATE
        is_draft = state["stage"] in DRAFTS and state["photo_state"] == "none" and is_young  # then it is forgotten
        good = state["stage"] in FINAL or is_open or is_seen or is_draft
        yield "" if good else f"{record.number}: {state['stage']}, no clock, in no queue"


def _ids(text: str) -> list[str]:
    from simulator.officers import CASE

    return CASE.findall(text)


def _chains(outcome: Outcome, looker: Looker) -> Looks:
    for record in _spread(_known(outcome)):
        yield "; ".join(f"{record.number}: {fault}" for fault in outcome.world.house.verify(record.number))


def _documents(outcome: Outcome, looker: Looker) -> Looks:
    """Every sealed file passes the public check; its code leads to the register."""
    for record in _spread(_known(outcome)):
        letter = record.reader
        if not letter:
            continue
        for paper in looker.as_party(record, letter, "/case/instruments").json["instruments"]:
            path = "/" + paper["verify_link"].split("//", 1)[-1].split("/", 1)[-1]
            page = looker.request("GET", path, headers={})
            yield "" if page.status == 200 else f"{record.number}: {path} {page.status}"
            if paper["state"] == "completed" and not paper["file"]:
                yield f"{record.number}: {paper['kind']} in force without a file"
            if paper["file"] and paper["state"] != "withdrawn":
                file = looker.as_party(record, letter, f"/case/instruments/{paper['id']}/file")
                verdict = looker.checked_file(file.body) if file.status == 200 else f"file {file.status}"
                yield "" if verdict == "good" else f"{record.number} {paper['state']}: {verdict}"


def _money(outcome: Outcome, looker: Looker) -> Looks:
    """By the insurers' own books and the settlement that they were shown."""
    for agency, insurer in outcome.insurers.items():
        for row in looker.claims_of(agency):
            answer = looker.as_insurer(agency, f"/insurer/claims/{row['id']}/settlement")
            if answer.status != 200:
                must = row["state"] in DECIDED or answer.status != 404  # before all is assessed there is none
                yield f"claim of {row['case_number']}: {row['state']}, settlement {answer.status}" if must else ""
                continue
            made, claim = answer.json, looker.as_insurer(agency, f"/insurer/claims/{row['id']}").json
            own = sum(line["amount_fen"] for line in made["payments"])
            paid = sum(insurer.paid_fen.get(line["id"], 0) for line in made["payments"] if line["state"] == "confirmed")
            faults = [
                made["loss_fen"] != made["paid_fen"] + made["borne_fen"] and "loss is not paid plus borne",
                own > made["own_fen"] and "more planned than owed",
                paid > own and "more paid than planned",
                made["own_fen"] > made["loss_fen"] and "paid more than lost",
                *above_limits(row["letter"], claim["accident"], insurer.policies.get(row["id"], {}), made["lines"]),
                row["state"] == "paid" and paid != made["own_fen"] and f"paid {paid} of {made['own_fen']} fen",
                insurer.out_fen.get(row["id"], 0) > made["own_fen"] and "more left the insurer than it owes",
            ]
            yield "; ".join(f"claim of {row['case_number']}: {fault}" for fault in faults if fault)


def _signed_first(outcome: Outcome, looker: Looker) -> Looks:
    """No payment is confirmed before the document that it stands on was complete."""
    completed: dict[str, datetime] = {}
    for record in _known(outcome):
        letter = record.reader
        papers = looker.as_party(record, letter, "/case/instruments").json["instruments"] if letter else []
        for paper in papers:
            if paper["completed_at"]:
                completed[paper["number"]] = datetime.fromisoformat(paper["completed_at"])
    for agency in outcome.insurers:
        for row in looker.claims_of(agency):
            if row["state"] in ("notified", "refused"):
                continue
            answer = looker.as_insurer(agency, f"/insurer/claims/{row['id']}/settlement")
            paid = [line["confirmed_at"] for line in answer.json.get("payments", []) if line["confirmed_at"]]
            if not paid:
                continue
            claim = looker.as_insurer(agency, f"/insurer/claims/{row['id']}").json
            signed_at = completed.get((claim["liability"] or {}).get("instrument_number", ""))
            back = timedelta(seconds=getattr(outcome.world.house, "clock_back_s", 0.0))  # its clock was set back so far
            good = signed_at is not None and all(datetime.fromisoformat(at) > signed_at - back for at in paid)
            yield "" if good else f"{row['case_number']}: paid at {paid[0]}, signed at {signed_at}"


def _exchanges(outcome: Outcome, looker: Looker) -> Looks:
    """Each claim and each payment reached its insurer under one key; nothing is parked while the insurers answer."""
    for code, insurer in outcome.insurers.items():
        for subject, keys in insurer.keys_of.items():
            yield "" if len(keys) == 1 else f"{code}: {subject} came under {len(keys)} keys"
        for row in looker.claims_of(code):
            yield "" if row["id"] in insurer.claims_seen else f"{code}: never heard of claim of {row['case_number']}"
    troubles = looker.troubles()
    yield "" if not troubles else f"{troubles} parked events or messages"


def _strangers(outcome: Outcome, looker: Looker) -> Looks:
    """Other cases' documents, photos and claims are not there for somebody else."""
    readers = [(record, record.reader) for record in _spread(_known(outcome)) if record.reader]
    photos: dict[str, str] = {}
    for record, letter in readers:
        taken = looker.as_party(record, letter, "/case/photos").json["photos"]
        photos[record.number] = taken[0]["id"] if taken else ""
    for at, (record, letter) in enumerate(readers):
        for other, _ in [readers[(at + step) % len(readers)] for step in range(1, STRANGERS + 1)]:
            if other.number == record.number:
                continue
            paths = [f"/case/instruments/{paper}" for paper in list(other.documents)[:1]]
            paths += [f"/case/photos/{photos[other.number]}/thumbnail"] if photos[other.number] else []
            for path in paths:
                answer = looker.as_party(record, letter, path)
                good = answer.status == 404 or (record.kept and "link.expired" in answer.text)
                yield "" if good else f"{record.number} saw {path} of {other.number}: {answer.status}"
    claims = {code: [row["id"] for row in looker.claims_of(code)] for code in outcome.insurers}
    for code, theirs in claims.items():
        for owner, rows in claims.items():
            for claim in rows[:5] if owner != code else []:
                status = looker.as_insurer(code, f"/insurer/claims/{claim}").status
                yield "" if status == 404 or claim in theirs else f"{code} saw a claim of {owner}: {status}"


def _lawful(outcome: Outcome, looker: Looker) -> Looks:
    """The law computes each settlement anew from what the insurers entered."""
    by_case: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code in outcome.insurers:
        for row in looker.claims_of(code):
            by_case[row["case_number"]].append((code, row["id"]))
    for number, claims in sorted(by_case.items()):
        read = [(code, looker.as_insurer(code, f"/insurer/claims/{claim}").json) for code, claim in claims]
        answer = looker.as_insurer(claims[0][0], f"/insurer/claims/{claims[0][1]}/settlement")
        if answer.status == 200 and not answer.json["problem_code"]:
            policies = {
                claim["insured"]["letter"]: outcome.insurers[code].policies[claim["id"]] for code, claim in read
            }
            yield recomputed(number, [claim for _, claim in read], policies, answer.json)
    yield from _papers(outcome, looker)


def _papers(outcome: Outcome, looker: Looker) -> Looks:
    """Every document in force says what was told, the law's grades and the law's periods."""
    for record in _spread(_known(outcome)):
        letter = record.reader
        papers = looker.as_party(record, letter, "/case/instruments").json["instruments"] if letter else []
        for paper in papers:
            if paper["state"] == "completed":
                page = looker.as_party(record, letter, f"/case/instruments/{paper['id']}").json
                yield "; ".join(f"{paper['number']}: {fault}" for fault in differences(paper["kind"], page, record))


def _one_story(outcome: Outcome, looker: Looker) -> Looks:
    """The journal, as the party's timeline shows it, and the tables, as state, documents and money show them."""
    for record in _known(outcome):
        letter = record.reader or "A"
        state = looker.as_party(record, letter, "/case").json
        entries = looker.timeline(record, letter)
        if entries is None:
            yield f"{record.number}: the timeline can't be read"
            continue
        faults = [*_in_turn(entries, has_jumps=outcome.plan.faults != "none"), *_steps(state, entries)]
        if record.reader:
            faults += _counted(record, letter, looker, [entry["event"] for entry in entries])
        yield "; ".join(f"{record.number}: {fault}" for fault in faults)


def _in_turn(entries: list[dict[str, Any]], *, has_jumps: bool) -> Iterator[str]:
    if any(a["seq"] >= b["seq"] for a, b in pairwise(entries)):
        yield "steps out of order"
    if not has_jumps and any(a["at"] > b["at"] for a, b in pairwise(entries)):
        yield "moments out of order"


def _steps(state: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[str]:
    """Each state has the step that led to it, and the other way round."""
    names = [entry["event"] for entry in entries]
    is_closed = state["stage"] == "closed"
    if names.count("case.reported") != 1:
        yield f"reported {names.count('case.reported')} times"
    if is_closed != bool(ENDINGS & set(names)) and not (is_closed and state["outcome"] == FORGOTTEN):
        yield f"stage {state['stage']}, ends {names[-1:]}"
    if bool(state["may_leave_at"]) != ("photos.passed" in names):
        yield "leave without passed photos"


def _counted(record: Record, letter: str, looker: Looker, names: list[str]) -> Iterator[str]:
    """As many signatures, documents in force and payments in the tables as steps in the journal."""
    papers = looker.as_party(record, letter, "/case/instruments").json["instruments"]
    payments = looker.as_party(record, letter, "/case/money").json["payments"]
    there = {
        "instrument.signed": sum(each["kind"] == "signed" for paper in papers for each in paper["signatures"]),
        "instrument.completed": sum(bool(paper["completed_at"]) for paper in papers),
        "payment.confirmed": sum(line["is_done"] for line in payments),
    }
    told = Counter(names)
    told["instrument.signed"] = _signed(names)
    for name, count in there.items():
        if told[name] != count:
            yield f"{name} told {told[name]} times, there {count}"


def _signed(names: Iterable[str]) -> int:
    """Signatures told under documents that stand: a withdrawn one takes its own with it."""
    total = under_this = 0
    for name in names:
        if name == "instrument.withdrawn":
            under_this = 0
        elif name == "instrument.signed":
            under_this += 1
        elif name == "instrument.completed":
            total, under_this = total + under_this, 0
    return total + under_this


def _recorded(outcome: Outcome, looker: Looker) -> Looks:
    yield from recorded(outcome, looker, _known(outcome), _spread(_known(outcome)))


ALL: tuple[tuple[str, str, Callable[[Outcome, Looker], Looks]], ...] = (
    ("acknowledged_once", "每个收到编号的报案恰好存在一次 · every acknowledged report exists once", _once),
    ("calls_once", "每条收下的警情恰好存在一次 · every acknowledged call exists once", _calls_once),
    ("ends_or_waits", "每个案件办结，或有时限、有人在办 · every case ends, or a clock or a person has it", _ends),
    ("chains_unbroken", "流水、证据、文书离线核验无误 · journal, evidence and documents verify offline", _chains),
    ("documents_valid", "每份文书通过公开核验 · every document passes the public check", _documents),
    ("money_within", "赔付不超过损失和限额 · paid never exceeds loss or limit", _money),
    ("signed_before_paid", "先签字，后付款 · every payment follows a signed document", _signed_first),
    ("exchanges_done", "消息不重复、不卡住 · no message done twice or stuck", _exchanges),
    ("no_stranger", "看不到别人的案件 · nobody sees a foreign case", _strangers),
    ("numbers_lawful", "理赔数额与当日法规一致 · numbers equal the law at its date", _lawful),
    ("recorded_once", "办结的案件在综合平台恰好登记一次 · closed cases are in the platform once", _recorded),
    ("one_story", "流水与状态说法一致 · journal and tables tell the same story", _one_story),
)
