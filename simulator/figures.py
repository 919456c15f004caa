"""The figures of a run: what a city publishes about itself, counted from what the phones saw; each says of what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal, Protocol

from simulator.meter import percentile

Unit = Literal["s", "share", "count"]
LIMITS_S = (300, 480, 900)
TWO_HOURS_S, DAY_S = 7200, 86_400
TENTHS = 0.9


class Seen(Protocol):
    """What is known of one case (`phones.Record`)."""

    number: str
    moments: dict[str, datetime]
    stage: str

    @property
    def is_kept(self) -> bool: ...


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


def figures(records: Sequence[Seen], *, days: float) -> list[Figure]:
    """All figures of a run of so many days."""
    reported = [record for record in records if record.number]
    by_key = {stage.key: stage for stage in stages(reported)}
    return [
        Figure(
            key="a_day", name="每天报案", value=len(reported) / days if days else None, unit="count",
            over=len(reported), meaning="报案数 ÷ 天数",
        ),
        _share("online", "不用民警到场", [not record.is_kept for record in reported], "没有转为现场处理 ÷ 全部报案"),
        _share("closed", "结案率", [record.stage == "closed" for record in reported], "已结案 ÷ 全部报案"),
        *_times(by_key["leave"], "从报案到页面显示可以撤离"),
        *[_within(by_key["leave"], limit) for limit in LIMITS_S],
        *_times(by_key["certificate"], "从照片交齐到双方签完"),
        *_times(by_key["paid"], "从报案到当事人页面显示到账"),
        _within(by_key["paid"], TWO_HOURS_S),
        _within(by_key["paid"], DAY_S),
        *_times(by_key["closed"], "从报案到结案"),
    ]  # fmt: skip


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
        meaning=f"不超过 {duration(seconds)} 的 ÷ 走完这一段的",
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
    return f"{seconds / DAY_S:.1f} 天"


def shown(figure: Figure) -> str:
    """As it stands in the table."""
    if figure.value is None:
        return "没有"
    if figure.unit == "share":
        return f"{figure.value:.1%}"
    return duration(figure.value) if figure.unit == "s" else f"{figure.value:,.1f}"
