"""The figures of a run: what a city publishes about itself, counted from what the phones saw; each says of what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal, Protocol

from simulator.meter import percentile

Unit = Literal["s", "share", "count", "yuan"]
LIMITS_S = (300, 480, 900)
TWO_HOURS_S, DAY_S = 7200, 86_400
FIVE_MINUTES_S, THREE_DAYS_S = 300, 3 * DAY_S
ROADSIDE, ONLINE, SELF = "spot", "online", "self"
TENTHS = 0.9


class Seen(Protocol):
    """What is known of one case (`phones.Record`)."""

    number: str
    moments: dict[str, datetime]
    stage: str
    outcome: str
    path: str
    was_attended: bool
    was_retaken: bool
    paid_fen: int


class Heard(Protocol):
    """What is known of the calls (`callers.Calls`): the class by number, a repeat's number -> the first call's."""

    taken: dict[str, str]
    again: dict[str, str]
    further: dict[str, str]
    known: set[str]
    mistaken: set[str]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number. `value` None: nothing to count. `over`: of how many cases."""

    key: str
    name: str
    value: float | None
    unit: Unit
    over: int
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """How long one stretch of the way took, in seconds; `times` ascending."""

    key: str
    name: str
    times: tuple[float, ...]

    @property
    def median(self) -> float | None:
        return median(self.times) if self.times else None

    @property
    def ninetieth(self) -> float | None:
        return percentile(self.times, TENTHS) if self.times else None

    def within(self, seconds: float) -> float | None:
        """The share that took at most so long."""
        return sum(each <= seconds for each in self.times) / len(self.times) if self.times else None


Moment = Callable[[Mapping[str, datetime]], datetime | None]


def _first(name: str) -> Moment:
    return lambda moments: moments.get(name)


def _both_signed(moments: Mapping[str, datetime]) -> datetime | None:
    signed = [moments[name] for name in ("signed.A", "signed.B") if name in moments]
    return max(signed) if len(signed) == 2 else None


STAGES: tuple[tuple[str, str, Moment, Moment], ...] = (
    ("photos", "报案 → 照片交齐", _first("reported"), _first("submitted")),
    ("check", "照片交齐 → 可以撤离（民警审核）", _first("submitted"), _first("may_leave")),
    ("leave", "报案 → 可以撤离", _first("reported"), _first("may_leave")),
    ("certificate", "照片交齐 → 双方签完", _first("submitted"), _both_signed),
    ("signed", "报案 → 双方签完", _first("reported"), _both_signed),
    ("attend", "请求到场 → 到场处理完", _first("stage.attendance"), _first("attended")),
    ("claims", "双方签完 → 赔款到账", _both_signed, _first("paid")),
    ("paid", "报案 → 赔款到账", _first("reported"), _first("paid")),
    ("closed", "报案 → 结案", _first("reported"), _first("stage.closed")),
)


def stages(records: Iterable[Seen]) -> list[Stage]:
    """Every stretch, over the cases that went all the way along it."""
    cases = list(records)
    found = []
    for key, name, start, end in STAGES:
        times = []
        for record in cases:
            begins, ends = start(record.moments), end(record.moments)
            if begins is not None and ends is not None:
                times.append(max((ends - begins).total_seconds(), 0.0))
        found.append(Stage(key=key, name=name, times=tuple(sorted(times))))
    return found


def way(record: Seen) -> str:
    """How the case was handled: with an officer on the spot, by an officer online, by the parties, or not at all."""
    if record.was_attended or record.path == ROADSIDE:
        return ROADSIDE
    return record.path


def figures(records: Sequence[Seen], *, days: float) -> list[Figure]:
    """All figures of a run of so many days."""
    reported = [record for record in records if record.number]
    by_key = {stage.key: stage for stage in stages(reported)}
    return [
        _a_day("a_day", "每天报案", len(reported), days, "报案数 ÷ 天数"),
        *_ways(reported),
        *_ends(reported),
        *_times(by_key["leave"], "从报案到页面显示可以撤离"),
        *[_within(by_key["leave"], limit) for limit in LIMITS_S],
        *_times(by_key["certificate"], "从照片交齐到双方签完"),
        _within(by_key["certificate"], FIVE_MINUTES_S),
        *_times(by_key["attend"], "从请求民警到场到离开到场环节"),
        *_times(by_key["paid"], "从报案到保险公司确认付款"),
        *[_within(by_key["paid"], limit) for limit in (TWO_HOURS_S, DAY_S, THREE_DAYS_S)],
        *_times(by_key["closed"], "从报案到结案"),
    ]


def _ways(reported: Sequence[Seen]) -> list[Figure]:
    ways = [way(record) for record in reported]
    submitted = [record for record in reported if "submitted" in record.moments]
    return [
        _share("online", "不用民警到场", [each != ROADSIDE for each in ways], "从没转到“民警到场” ÷ 全部报案"),
        _share("self", "双方自行协商", [each == SELF for each in ways], "走自行协商、没有到场 ÷ 全部报案"),
        _share("video", "民警在线认定", [each == ONLINE for each in ways], "民警远程认定、没有到场 ÷ 全部报案"),
        _share("spot", "民警到场", [each == ROADSIDE for each in ways], "到过“民警到场” ÷ 全部报案"),
        _share(
            "one_go", "照片一次通过", [not record.was_retaken for record in submitted], "没有被要求重拍 ÷ 交过照片的"
        ),
    ]


def _ends(reported: Sequence[Seen]) -> list[Figure]:
    claimed = [record for record in reported if "stage.claims" in record.moments]
    paid = [record.paid_fen / 100 for record in reported if record.paid_fen]
    closed = [record for record in reported if record.stage == "closed"]
    return [
        _share("closed", "结案率", [record.stage == "closed" for record in reported], "已结案 ÷ 全部报案"),
        _share("resolved", "处结率", [record.outcome in ("paid", "settled") for record in closed],
               "赔付完成或处理完毕（没有转一般程序、没有撤回）÷ 已结案"),
        _share("performed", "履约率", [record.outcome == "paid" for record in claimed], "赔付完成 ÷ 进入理赔的"),
        Figure(key="mean_paid", name="平均每起赔付", value=sum(paid) / len(paid) if paid else None, unit="yuan",
               over=len(paid), meaning="到账总额 ÷ 有赔款的案件"),
        Figure(key="all_paid", name="赔付总额", value=sum(paid) if paid else None, unit="yuan", over=len(paid),
               meaning="到账总额"),
    ]  # fmt: skip


def called(calls: Heard, *, days: float) -> list[Figure]:
    """What is counted of the calls of so many days; nothing where nobody called."""
    if not calls.taken:
        return []
    classes = {"accident": "事故类", "order": "秩序类", "other": "其他类"}
    found = list(calls.taken.values())
    more = [number for number in calls.taken if number in calls.again or number in calls.further]
    first = [number for number in calls.taken if number not in calls.again and number not in calls.further]
    return [
        _a_day("calls_a_day", "每天有效警情", len(found), days, "收下的警情 ÷ 天数"),
        _share(
            "repeat",
            "重复警情",
            [number in calls.again for number in calls.taken],
            "同一个人为同一件事再打来 ÷ 收下的警情",
        ),
        _share(
            "further",
            "多人报同一件事",
            [number in calls.further for number in calls.taken],
            "另有人报过的事又有人报 ÷ 收下的警情",
        ),
        _share(
            "recognised",
            "当场认出的",
            [number in calls.known for number in more],
            "系统提示了同一件事的先前警情 ÷ 又打来的（同一个人或别人）",
        ),
        _share(
            "mistaken", "认错的", [number in calls.mistaken for number in first], "提示了别的事 ÷ 每件事的第一个电话"
        ),
        *[
            _share(f"calls_{code}", f"{name}警情", [each == code for each in found], f"系统归为{name} ÷ 有效警情")
            for code, name in classes.items()
        ],
    ]


def _a_day(key: str, name: str, count: int, days: float, meaning: str) -> Figure:
    value = count / days if days else None
    return Figure(key=key, name=name, value=value, unit="count", over=count, meaning=meaning)


def _share(key: str, name: str, truths: Sequence[bool], meaning: str) -> Figure:
    value = sum(truths) / len(truths) if truths else None
    return Figure(key=key, name=name, value=value, unit="share", over=len(truths), meaning=meaning)


def _times(stage: Stage, meaning: str) -> tuple[Figure, Figure]:
    count = len(stage.times)
    return (
        Figure(key=f"{stage.key}_s", name=f"{stage.name}，中位数", value=stage.median, unit="s", over=count,
               meaning=meaning),
        Figure(key=f"{stage.key}_p90_s", name=f"{stage.name}，90% 分位", value=stage.ninetieth, unit="s", over=count,
               meaning=meaning),
    )  # fmt: skip


def _within(stage: Stage, seconds: int) -> Figure:
    return Figure(
        key=f"{stage.key}_{seconds}",
        name=f"{stage.name} ≤ {duration(seconds)}",
        value=stage.within(seconds),
        unit="share",
        over=len(stage.times),
        meaning=f"不超过 {duration(seconds)}的 ÷ 走完这一段的",
    )


def duration(seconds: float) -> str:
    """In the unit that reads best."""
    if seconds < 100:
        return f"{seconds:.0f} 秒" if seconds >= 10 or seconds == int(seconds) else f"{seconds:.1f} 秒"
    if seconds < 2 * 3600:
        minutes = seconds / 60
        return f"{minutes:.0f} 分钟" if minutes >= 20 or minutes == int(minutes) else f"{minutes:.1f} 分钟"
    if seconds < 3 * DAY_S:
        return f"{seconds / 3600:.0f} 小时" if seconds % 3600 == 0 else f"{seconds / 3600:.1f} 小时"
    return f"{seconds / DAY_S:.0f} 天" if seconds % DAY_S == 0 else f"{seconds / DAY_S:.1f} 天"


def shown(figure: Figure) -> str:
    """As it stands in the table."""
    if figure.value is None:
        return "没有"
    if figure.unit == "share":
        return f"{figure.value:.1%}"
    if figure.unit == "yuan":
        return f"{figure.value:,.0f} 元"
    return duration(figure.value) if figure.unit == "s" else f"{figure.value:,.1f}"
