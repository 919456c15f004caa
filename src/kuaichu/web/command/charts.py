"""Charts drawn on the server as SVG: readable in print, with words, without scripts."""

from dataclasses import dataclass

import numpy as np
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from kuaichu.web.command.colours import colour, is_dark

WEEKDAYS: tuple[str | Promise, ...] = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
CELL_W, CELL_H, LEFT, TOP, RIGHT = 30, 26, 46, 20, 56


@dataclass(frozen=True)
class Week:
    """The drawing, and what it shows in one sentence."""

    svg: SafeString
    finding: str
    total: int


def week(counts: NDArray[np.int64], *, weeks: float, link: str = "") -> Week:
    """Calls by weekday and hour (7, 24) over `weeks` weeks: a coloured square an hour, with the mean per week in it.

    `link`: the list of all of them; each square and each sum opens its part.
    """
    total = int(counts.sum())
    top = float(counts.max(initial=0)) or 1.0
    cells = [
        _linked(_cell(weekday, hour, int(counts[weekday, hour]), top, weeks), link, weekday, hour)
        for weekday in range(counts.shape[0])
        for hour in range(counts.shape[1])
    ]
    width, height = LEFT + 24 * CELL_W + RIGHT, TOP + 7 * CELL_H + 4
    finding = _finding(counts, weeks) if total else gettext("这段时间没有警情")
    svg = format_html(
        '<svg class="week" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}{}{}{}{}</svg>',
        width,
        height,
        "group" if link else "img",
        finding,
        axis_words(),
        format_html_join("", '<text class="axis" x="{}" y="13" text-anchor="middle">{}</text>', _hours()),
        format_html_join("", '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>', _days()),
        format_html_join("", "{}", ((cell,) for cell in cells)),
        format_html_join("", "{}", ((each,) for each in _sums(counts, link))),
    )
    return Week(svg, finding, total)


def _finding(counts: NDArray[np.int64], weeks: float) -> str:
    weekday, hour = np.unravel_index(int(counts.argmax()), counts.shape)
    return gettext("最忙的是%(day)s %(hour)d 时，平均每周 %(mean)s 起") % {
        "day": WEEKDAYS[int(weekday)],
        "hour": int(hour),
        "mean": f"{counts.max() / weeks:.1f}",
    }


def _cell(weekday: int, hour: int, count: int, top: float, weeks: float) -> SafeString:
    x, y = LEFT + hour * CELL_W, TOP + weekday * CELL_H
    part = count / top
    said = gettext("%(day)s %(from)02d:00–%(to)02d:00，共 %(count)d 起") % {
        "day": WEEKDAYS[weekday],
        "from": hour,
        "to": hour + 1,
        "count": count,
    }
    mean = count / weeks
    return format_html(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" fill="{}" class="{}"/>'
        '<text class="in{}" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        said,
        x,
        y,
        CELL_W - 2,
        CELL_H - 2,
        colour(part) if count else "none",
        "some" if count else "none",
        " in--light" if is_dark(part) else "",
        x + CELL_W / 2 - 1,
        y + CELL_H / 2 + 3,
        "" if not count else f"{mean:.0f}" if mean >= 9.5 else f"{mean:.1f}",
    )


def _hours() -> list[tuple[float, int]]:
    return [(LEFT + hour * CELL_W + CELL_W / 2 - 1, hour) for hour in range(24)]


def axis_words() -> SafeString:
    """Of the week's grid: what the numbers above and at the right are."""
    drawn = '<text class="axis" x="{}" y="13" text-anchor="{}">{}</text>'
    words = ((LEFT - 8, "end", gettext("时")), (LEFT + 24 * CELL_W + 6, "start", gettext("合计")))
    return format_html_join("", drawn, words)


def _days() -> list[tuple[int, float, object]]:
    return [(LEFT - 8, TOP + at * CELL_H + CELL_H / 2 + 3, name) for at, name in enumerate(WEEKDAYS)]


def _sums(counts: NDArray[np.int64], link: str) -> list[SafeString]:
    x = LEFT + 24 * CELL_W + 6
    sums = ((at, TOP + at * CELL_H + CELL_H / 2 + 3, f"{int(row.sum()):,}") for at, row in enumerate(counts))
    drawn = '<text class="axis sum" x="{}" y="{}">{}</text>'
    return [_linked(format_html(drawn, x, y, text), link, weekday) for weekday, y, text in sums]


def _linked(drawn: SafeString, link: str, weekday: int, hour: int | None = None) -> SafeString:
    if not link:
        return drawn
    if hour is None:
        return format_html('<a href="{}">{}</a>', f"{link}&weekday={weekday}", drawn)
    part = f"{link}&weekday={weekday}&hour={hour}"
    return format_html('<a href="{}" tabindex="-1">{}</a>', part, drawn)  # 168 stops of the Tab key would be too many
