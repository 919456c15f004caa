"""Need and shifts as SVG drawn on the server: a grid of the week, and steps of a day."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kuaichu.web.command.charts import CELL_H, CELL_W, LEFT, RIGHT, TOP, WEEKDAYS, axis_words
from kuaichu.web.command.colours import colour, is_dark

HOURS = 24
WIDTH, HEIGHT, SIDE, HEAD, FOOT = 560, 150, 30, 12, 22
STEP = (WIDTH - SIDE - 6) / HOURS
MOST_LINES = 5
PALE, DEEP = 0.12, 0.7  # of the ramp: the least and the most people of a week


def week(count: Sequence[Sequence[int]], is_possible: Sequence[Sequence[bool]], said: str) -> SafeString:
    """People by weekday and hour (7, 24): a coloured square an hour with their number, a cross where none is enough."""
    shown = [people for row in count for people in row if people]
    least, most = min(shown, default=0), max(shown, default=0)
    cells = [
        _square(at, hour, people, is_possible[at][hour], PALE + (DEEP - PALE) * (people - least) / max(most - least, 1))
        for at, row in enumerate(count)
        for hour, people in enumerate(row)
    ]
    return format_html(
        '<svg class="week" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}{}</svg>',
        LEFT + HOURS * CELL_W + RIGHT,
        TOP + len(count) * CELL_H + 4,
        said,
        axis_words(),
        format_html_join(
            "",
            '<text class="axis" x="{}" y="13" text-anchor="middle">{}</text>',
            ((LEFT + hour * CELL_W + CELL_W / 2 - 1, hour) for hour in range(HOURS)),
        ),
        format_html_join(
            "",
            '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>',
            ((LEFT - 8, TOP + at * CELL_H + CELL_H / 2 + 3, WEEKDAYS[at]) for at in range(len(count))),
        ),
        format_html_join("", "{}", ((cell,) for cell in cells)),
        format_html_join(
            "",
            '<text class="axis sum" x="{}" y="{}">{}</text>',
            ((LEFT + HOURS * CELL_W + 6, TOP + at * CELL_H + CELL_H / 2 + 3, f"{sum(row):,}")
             for at, row in enumerate(count)),
        ),
    )  # fmt: skip


def _square(at: int, hour: int, people: int, is_possible: bool, part: float) -> SafeString:
    x, y = LEFT + hour * CELL_W, TOP + at * CELL_H
    words = {"day": WEEKDAYS[at], "from": hour, "to": hour + 1, "count": people}
    said = (
        gettext("%(day)s %(from)02d:00–%(to)02d:00，要 %(count)d 人") % words
        if is_possible
        else gettext("%(day)s %(from)02d:00–%(to)02d:00，做不到") % words
    )
    return format_html(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" fill="{}" class="{}"/>'
        '<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        said,
        x,
        y,
        CELL_W - 2,
        CELL_H - 2,
        colour(part) if people else "none",
        "some" if people else "none",
        "axis" if not people else "in in--light" if is_dark(part) else "in",
        x + CELL_W / 2 - 1,
        y + CELL_H / 2 + 3,
        people if is_possible and people else "" if is_possible else "×",
    )


def day(need: Sequence[int], on_duty: Sequence[int] | None, *, said: str) -> SafeString:
    """People an hour (24,): bars for the need, a stepped line for those on duty."""
    top = max([*need, *(on_duty or ()), 1])
    return format_html(
        '<svg class="steps" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH,
        HEAD + HEIGHT + FOOT,
        said,
        _lines(top),
        format_html_join("", "{}", ((_bar(hour, people, top),) for hour, people in enumerate(need) if people)),
        _line(on_duty, top) if on_duty else "",
        format_html_join(
            "",
            '<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>',
            ((_n(SIDE + hour * STEP), HEAD + HEIGHT + 15, f"{hour}") for hour in range(0, HOURS + 1, 3)),
        ),
    )


def _y(people: float, top: int) -> float:
    return HEAD + HEIGHT * (1 - people / top)


def _lines(top: int) -> SafeString:
    every = -(-top // MOST_LINES)
    return format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (SIDE, WIDTH - 6, _n(_y(people, top)), _n(_y(people, top)), SIDE - 6, _n(_y(people, top) + 4), people)
            for people in range(0, top + 1, every)
        ),
    )


def _bar(hour: int, people: int, top: int) -> SafeString:
    return format_html(
        '<rect class="need" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        _n(SIDE + hour * STEP + 1.5),
        _n(_y(people, top)),
        _n(STEP - 3),
        _n(HEAD + HEIGHT - _y(people, top)),
        gettext("%(from)02d:00–%(to)02d:00，要 %(count)d 人") % {"from": hour, "to": hour + 1, "count": people},
    )


def _line(on_duty: Sequence[int], top: int) -> SafeString:
    points = [
        f"{_n(SIDE + (hour + end) * STEP)},{_n(_y(people, top))}"
        for hour, people in enumerate(on_duty)
        for end in (0, 1)
    ]
    return format_html('<polyline class="on-duty" points="{}"/>', " ".join(points))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
