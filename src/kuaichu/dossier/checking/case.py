"""Does a case still fit together? Journal, anchors, evidence, instruments, clocks: checked offline, nothing changed.

Needs the database, the files and the root certificates of this installation; no network and no private key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Max

from kuaichu import law
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.dossier.anchoring import heads_digest
from kuaichu.dossier.checking.findings import Finding, fault, good, note
from kuaichu.dossier.checking.instruments import instruments
from kuaichu.dossier.checking.photos import photos
from kuaichu.dossier.documents import timestamps
from kuaichu.dossier.documents.authority import trusted_roots
from kuaichu.journal.chain import first_fault
from kuaichu.journal.models import Anchor, Event

LONG_AFTER = {"evidence.deleted"}  # years later: the anchors between are other cases'
ANCHOR_MARGIN = timedelta(days=1)  # how long after its last event a case's anchors are looked at


@dataclass(frozen=True)
class CaseCheck:
    """Everything that was looked at, in order: journal, anchors, photos, instruments, clocks, matters, case."""

    number: str
    findings: tuple[Finding, ...]

    @property
    def first_fault(self) -> Finding | None:
        """The first thing that does not fit, None when everything does."""
        return next((finding for finding in self.findings if finding.is_fault), None)


def check_case(case: Case) -> CaseCheck:
    """Check one case. Never raises for changed data: what can't be read is a finding."""
    roots = trusted_roots(settings.HOME / "authority")
    events = list(Event.objects.filter(stream=case.pk).order_by("seq"))
    findings = [
        *_journal(events),
        *_anchors(case, events, roots),
        *photos(case, events),
        *instruments(case, events, roots),
        *_deadlines(case),
        *_matters(case),
        *_closing(case, events),
    ]
    return CaseCheck(case.number, tuple(findings))


def _journal(events: Sequence[Event]) -> Iterator[Finding]:
    if not events:
        yield fault("journal", "journal.empty", "流水：一条也没有，记录被删除过")
        return
    broken = first_fault(events)
    if broken is not None:
        yield fault("journal", "journal.broken", f"流水第 {broken.seq} 条（{broken.event_name}）：{broken.reason}")
    elif events[0].name != "case.reported":
        yield fault("journal", "journal.beginning", "流水：第一条不是报案")
    else:
        yield good("journal", "journal.whole", f"流水：{len(events)} 条，首尾相接，没有缺少或改动")


def _anchors(case: Case, events: Sequence[Event], roots: Sequence[bytes]) -> Iterator[Finding]:
    """Every anchor over a span in which the case has, or could have had, events."""
    if not events:
        return
    lived = [event for event in events if event.name not in LONG_AFTER] or events
    until = max(lived[-1].at, case.closed_at or lived[-1].at) + ANCHOR_MARGIN
    first_id, newest_id = min(event.pk for event in events), max(event.pk for event in events)
    before = Anchor.objects.filter(last_event_id__lt=first_id).aggregate(last=Max("last_event_id"))["last"] or 0
    count = 0
    for anchor in Anchor.objects.filter(last_event_id__gte=first_id, at__lte=until).order_by("last_event_id"):
        finding = _anchor_fault(anchor, before, roots)
        if finding is not None:
            yield finding
        before = anchor.last_event_id
        count += 1
    if count:
        yield good("anchor", "anchor.checked", f"时间戳锚：核对了 {count} 个")
    waiting = sum(event.pk > before for event in lived)
    if newest_id > before and waiting:
        yield note("anchor", "anchor.waiting", f"时间戳锚：最近 {waiting} 条流水还没有锚定")


def _anchor_fault(anchor: Anchor, before: int, roots: Sequence[bytes]) -> Finding | None:
    when = f"{anchor.at:%Y-%m-%d %H:%M} UTC"
    if heads_digest(before, anchor.last_event_id) != anchor.heads_digest:
        return fault("anchor", "anchor.differs", f"时间戳锚（{when}）：这一段流水里有记录被改动、删除或插入")
    checked = timestamps.check(bytes(anchor.token), bytes.fromhex(anchor.heads_digest), roots=roots)
    if not checked.is_valid:
        return fault("anchor", "anchor.stamp", f"时间戳锚（{when}）：时间戳无效（{checked.problem}）")
    return None


def _deadlines(case: Case) -> Iterator[Finding]:
    rows = list(case.deadlines.order_by("started_at"))
    for row in rows:
        settled_early = row.settled_at is not None and row.settled_at < row.started_at
        fired_early = row.fired_at is not None and row.fired_at < row.due_at
        if row.due_at < row.started_at or settled_early or fired_early:
            yield fault("deadline", "deadline.order", f"期限 {row.clock}：起止时间前后颠倒")
        elif _lawful_due(case, row.clock, row.started_at) not in (None, row.due_at):
            # A calendar of holidays that was published later moves a date lawfully, so this is no fault.
            yield note("deadline", "deadline.differs", f"期限 {row.clock}：与现在按法规算出的时间不同")
    yield good("deadline", "deadline.checked", f"期限：核对了 {len(rows)} 个")


def _lawful_due(case: Case, clock_name: str, started_at: object) -> object:
    try:
        return law.due(clock_name, started_at=started_at, place=case.place_id).at  # type: ignore[arg-type]
    except law.LawError:
        return None


def _matters(case: Case) -> Iterator[Finding]:
    rows = list(case.matters.order_by("opened_at"))
    for row in rows:
        if row.settled_at is not None and row.settled_at < row.opened_at:
            yield fault("matter", "matter.order", f"未决事项 {row.kind}：了结时间早于产生时间")
        if row.settled_at is None and not case.is_open:
            yield fault("matter", "matter.open", f"未决事项 {row.kind}：案件已结，它还没有了结")
    yield good("matter", "matter.checked", f"未决事项：核对了 {len(rows)} 个")


def _closing(case: Case, events: Sequence[Event]) -> Iterator[Finding]:
    names = [event.name for event in events if event.name in ("case.closed", "case.withdrawn", "case.reopened")]
    was_closed = bool(names) and names[-1] != "case.reopened"
    if was_closed != (case.stage == Stage.CLOSED) or was_closed != (case.closed_at is not None):
        yield fault("case", "case.closing", "案件：结案状态与流水不一致")
    else:
        yield good("case", "case.fits", f"案件：状态“{Stage(case.stage).label}”与流水一致")
