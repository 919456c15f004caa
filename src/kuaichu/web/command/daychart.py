"""Calls at a hot spot day by day, with the periods that are compared and the measures: an SVG drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kuaichu.governance.figures import Period

WIDTH, HEIGHT, LEFT, TOP, ROW = 1080, 170, 34, 24, 15
PLOT = WIDTH - LEFT - 6
MOST_ROWS = 10
LABEL_PX = 52


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A measure on the chart. `until_on` None: it still runs."""

    number: int
    from_on: date
    until_on: date | None
    words: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """A period that is compared."""

    name: str
    period: Period
    is_after: bool = False


def days(
    counts: Sequence[tuple[date, int]], *, bands: Sequence[Band], marks: Sequence[Mark], finding: str
) -> SafeString:
    """`counts`: at least one day, without gaps."""
    axis = _Axis(counts[0][0], counts[-1][0])
    top = max((count for _, count in counts), default=0) or 1
    marks = [mark for mark in marks if axis.meets(mark)][:MOST_ROWS]
    height = TOP + HEIGHT + 22 + ROW * len(marks)
    return format_html(
        '<svg class="day-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>',
        WIDTH,
        height,
        finding,
        format_html_join("", "{}", ((_band(axis, band),) for band in bands if axis.has(band.period))),
        _scale(top),
        format_html_join("", "{}", ((_bar(axis, day, count, top),) for day, count in counts if count)),
        format_html_join("", '<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>', _dates(axis)),
        format_html_join("", "{}", ((_mark(axis, mark, row),) for row, mark in enumerate(marks))),
    )


@dataclass(frozen=True)
class _Axis:
    first: date
    last: date

    @property
    def step(self) -> float:
        return PLOT / ((self.last - self.first).days + 1)

    def x(self, day: date) -> float:
        """Where the day begins."""
        return LEFT + min(max((day - self.first).days, 0), (self.last - self.first).days + 1) * self.step

    def has(self, period: Period) -> bool:
        return period.first_on <= self.last and period.last_on >= self.first

    def meets(self, mark: Mark) -> bool:
        return mark.from_on <= self.last and (mark.until_on is None or mark.until_on >= self.first)


def _band(axis: _Axis, band: Band) -> SafeString:
    left, right = axis.x(band.period.first_on), axis.x(band.period.last_on + timedelta(days=1))
    kind = "after" if band.is_after else "before"
    return format_html(
        '<rect class="band band--{}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="band-name band-name--{}" x="{}" y="13">{}</text>',
        kind,
        _n(left),
        TOP - 6,
        _n(right - left),
        HEIGHT + 6,
        kind,
        _n(left + 3),
        band.name,
    )


def _scale(top: int) -> SafeString:
    """The ground line, and lines at the greatest count and at half of it."""
    lines = [(0, "0"), (1, f"{top}")] + ([(0.5, f"{top // 2}")] if top >= 4 and top % 2 == 0 else [])
    return format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, WIDTH - 6, _n(y), _n(y), LEFT - 6, _n(y + 4), text)
            for y, text in ((TOP + HEIGHT * (1 - part), text) for part, text in lines)
        ),
    )


def _bar(axis: _Axis, day: date, count: int, top: int) -> SafeString:
    height = HEIGHT * count / top
    gap = min(1.5, axis.step * 0.2)
    return format_html(
        '<rect class="bar-day" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        _n(axis.x(day) + gap / 2),
        _n(TOP + HEIGHT - height),
        _n(axis.step - gap),
        _n(height),
        gettext("%(day)s，%(count)d 起") % {"day": day, "count": count},
    )


def _dates(axis: _Axis) -> list[tuple[str, int, str]]:
    """First days of months where there is room, else every so many days."""
    total = (axis.last - axis.first).days + 1
    every = max(1, round(LABEL_PX / axis.step))
    if total > 45:
        months = [day for day in (axis.first + timedelta(days=at) for at in range(total)) if day.day == 1]
        months = months[:: max(1, -(-len(months) * LABEL_PX // PLOT))]
        found = [(day, f"{day:%Y-%m}" if day.month == 1 else f"{day:%m}-01") for day in months]
    else:
        found = [(axis.first + timedelta(days=at), "") for at in range(0, total, every)]
        found = [(day, f"{day:%m-%d}") for day, _ in found]
    shown = [(day, text) for day, text in found if LEFT + 12 < axis.x(day) + axis.step / 2 < WIDTH - 16 or total <= 45]
    return [(_n(axis.x(day) + axis.step / 2), TOP + HEIGHT + 15, text) for day, text in shown]


def _mark(axis: _Axis, mark: Mark, row: int) -> SafeString:
    """A line down from the first day, and beneath the axis a bar for as long as the measure runs."""
    left = axis.x(mark.from_on)
    end = axis.last if mark.until_on is None else min(mark.until_on, axis.last)
    right = max(axis.x(end + timedelta(days=1)), left + 4)
    y = TOP + HEIGHT + 24 + row * ROW
    near_left = left - 11 if left - 11 > LEFT - 14 else left + 9
    return format_html(
        '<g class="measure"><title>{}</title><line x1="{}" x2="{}" y1="{}" y2="{}"/><rect x="{}" y="{}" width="{}" '
        'height="9" rx="2"/><text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        mark.words,
        _n(left),
        _n(left),
        TOP,
        y + 9,
        _n(left),
        y,
        _n(right - left),
        _n(near_left),
        y + 9,
        mark.number,
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
