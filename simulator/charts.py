"""Drawings as SVG, made here, readable in print: bars and a curve, Chinese labels, no script."""

from collections.abc import Sequence
from html import escape
from math import log10

from simulator.figures import Stage, duration

WIDTH = 760
LEFT, RIGHT, ROW, TOP = 220, 150, 34, 26
BLUE, LIGHT, GREY, ORANGE = "#1677FF", "#A9CDFF", "#8A94A6", "#FA8C16"
CURVE_HEIGHT, CURVE_LEFT = 260, 52
TICKS_APART = 52
TICKS_S = {
    1: "1 秒",
    10: "10 秒",
    60: "1 分钟",
    600: "10 分钟",
    3600: "1 小时",
    36_000: "10 小时",
    86_400: "1 天",
    864_000: "10 天",
}


def bars(stages: Sequence[Stage]) -> str:
    """Median and 90th percentile of every stage on one logarithmic axis of time."""
    drawn = [stage for stage in stages if stage.times]
    if not drawn:
        return ""
    top = max(stage.ninetieth or 1 for stage in drawn)
    height = TOP + ROW * len(drawn) + 22

    def x(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * log10(max(seconds, 1.0)) / log10(max(top, 10))

    ticks: list[int] = []
    for tick in TICKS_S:
        is_apart = not ticks or x(tick) - x(ticks[-1]) >= TICKS_APART
        if tick <= top * 1.6 and is_apart and x(tick) <= WIDTH - RIGHT + 1:
            ticks.append(tick)
    parts = [
        f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP - 6}" y2="{height - 20}" class="grid"/>'
        f'<text x="{x(tick):.1f}" y="{height - 5}" text-anchor="middle">{TICKS_S[tick]}</text>'
        for tick in ticks
    ]
    for row, stage in enumerate(drawn):
        y = TOP + ROW * row
        middle, ninetieth = stage.median or 0.0, stage.ninetieth or 0.0
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(stage.name)}</text>'
            f'<rect x="{LEFT}" y="{y + 2}" width="{x(ninetieth) - LEFT:.1f}" height="18" fill="{LIGHT}"/>'
            f'<rect x="{LEFT}" y="{y + 6}" width="{x(middle) - LEFT:.1f}" height="10" fill="{BLUE}"/>'
            f'<text x="{x(ninetieth) + 6:.1f}" y="{y + 16}" class="value">'
            f"{duration(middle)} / {duration(ninetieth)}</text>"
        )
    legend = (
        f'<rect x="{LEFT}" y="4" width="12" height="10" fill="{BLUE}"/><text x="{LEFT + 17}" y="13">中位数</text>'
        f'<rect x="{LEFT + 76}" y="4" width="12" height="10" fill="{LIGHT}"/>'
        f'<text x="{LEFT + 93}" y="13">90% 分位（对数刻度）</text>'
    )
    return _svg(WIDTH, height, "各阶段用时", legend + "".join(parts))


def curve(stage: Stage, limits_s: Sequence[int], *, most_s: float) -> str:
    """The share of cases done within so many minutes, with the promises as lines."""
    if not stage.times:
        return ""
    height, bottom = CURVE_HEIGHT, CURVE_HEIGHT - 30
    wide = WIDTH - CURVE_LEFT - 20

    def x(seconds: float) -> float:
        return CURVE_LEFT + wide * min(seconds, most_s) / most_s

    def y(share: float) -> float:
        return bottom - (bottom - 16) * share

    points = [f"{x(0):.1f},{y(0):.1f}"]
    for at, seconds in enumerate(stage.times):
        if seconds > most_s:
            break
        points += [f"{x(seconds):.1f},{y(at / len(stage.times)):.1f}"]
        points += [f"{x(seconds):.1f},{y((at + 1) / len(stage.times)):.1f}"]
    points.append(f"{x(most_s):.1f},{y(stage.within(most_s) or 0):.1f}")
    axis = "".join(
        f'<line x1="{CURVE_LEFT}" x2="{WIDTH - 20}" y1="{y(share):.1f}" y2="{y(share):.1f}" class="grid"/>'
        f'<text x="{CURVE_LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    marks = "".join(
        f'<line x1="{x(limit):.1f}" x2="{x(limit):.1f}" y1="16" y2="{bottom}" '
        f'stroke="{ORANGE}" stroke-dasharray="4 3"/>'
        f'<text x="{x(limit):.1f}" y="{bottom + 16}" text-anchor="middle">{duration(limit)}</text>'
        f'<text x="{x(limit) + 4:.1f}" y="{min(y(stage.within(limit) or 0) + 16, bottom - 4):.1f}" class="value">'
        f"{stage.within(limit) or 0:.0%}</text>"
        for limit in limits_s
    )
    line = f'<polyline points="{" ".join(points)}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
    ends = (
        f'<text x="{x(0):.1f}" y="{bottom + 16}" text-anchor="middle">0</text>'
        f'<text x="{x(most_s):.1f}" y="{bottom + 16}" text-anchor="end">{duration(most_s)}</text>'
    )
    return _svg(WIDTH, height, stage.name, axis + line + marks + ends)


def _svg(width: int, height: int, label: str, inside: str) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{inside}</svg>'
