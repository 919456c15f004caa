"""A bulletin as tables that page, PDF and Excel print alike; every number knows the list of calls behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from kuaichu.accounts.models import Place
from kuaichu.calls.states import Category
from kuaichu.governance import runs
from kuaichu.governance.bulletins.counting import LINES
from kuaichu.governance.figures import Change, Period, Share, compare
from kuaichu.governance.models import Bulletin

LIST = "/command/list/?"
NAMES = {"total": "合计", **dict(Category.choices)}
TITLES = {"day": "交通警情日分析", "week": "交通警情周通报", "month": "交通警情月考核"}


@dataclass(frozen=True)
class Cell:
    """A count and the address of the calls that it counts."""

    value: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a table: a class or a district."""

    name: str
    now: Cell
    last_year: Cell
    year_on_year: Change
    previous: Cell
    on_period: Change
    share: Share

    @property
    def is_total(self) -> bool:
        return self.name == NAMES["total"]


@dataclass(frozen=True, kw_only=True)
class Table:
    """`number` counts the tables of a bulletin from 1."""

    number: int
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The whole bulletin. `repeat_rate`: repeats of valid calls, with last year's beside it."""

    bulletin: Bulletin
    title: str
    place: str
    now: Period
    last_year: Period
    previous: Period
    tables: tuple[Table, ...]
    repeat_rate: Share
    repeat_rate_last_year: Share
    others: Mapping[str, Line]
    pattern: list[list[int]]
    summary: str


def sheet_of(bulletin: Bulletin) -> Sheet:
    """Raises NotFound when the stored answer is gone or was altered."""
    answer = runs.answer_of(bulletin.run)
    spans = {name: Period(*map(date.fromisoformat, days)) for name, days in answer["periods"].items()}
    place = Place.objects.get(pk=bulletin.place_id).name
    names = dict(Place.objects.filter(parent_id=bulletin.place_id).values_list("code", "name"))
    blocks = {block["district"]: block for block in answer["blocks"]}
    whole = _by_line(blocks[""])
    builder = _Builder(spans)
    tables = [
        builder.classes(f"{place}交通警情（按类别）", blocks[""], "valid"),
        builder.districts("各区县有效警情", blocks, names),
        builder.classes(f"{place}重复警情（按类别）", blocks[""], "repeat"),
    ]
    for code, block in blocks.items():
        if code and (_by_line(block)["total"]["valid"]["now"] or _by_line(block)["total"]["valid"]["last_year"]):
            name = names.get(code, code)
            tables.append(builder.classes(f"{name}交通警情（按类别）", block, "valid"))
            tables.append(builder.classes(f"{name}重复警情（按类别）", block, "repeat"))
    total = whole["total"]
    rates = [Share(total["repeat"][when], total["valid"][when]) for when in ("now", "last_year")]
    return Sheet(
        bulletin=bulletin,
        title=f"{place}{TITLES[bulletin.kind]}",
        place=place,
        now=spans["now"],
        last_year=spans["last_year"],
        previous=spans["previous"],
        tables=tuple(Table(number=at + 1, title=title, lines=lines) for at, (title, lines) in enumerate(tables)),
        repeat_rate=rates[0],
        repeat_rate_last_year=rates[1],
        others={name: builder.other(name, numbers) for name, numbers in answer["others"].items()},
        pattern=answer["pattern"],
        summary=_running(spans["now"], bulletin) + _summary(place, whole),
    )


class _Builder:
    def __init__(self, spans: Mapping[str, Period]) -> None:
        self._spans = spans

    def classes(self, title: str, block: Mapping[str, Any], what: str) -> tuple[str, tuple[Line, ...]]:
        """One line a class, of valid calls or of repeats."""
        lines = _by_line(block)
        whole = lines["total"][what]["now"]
        query = {"district": block["district"]} | ({"is_repeat": "1"} if what == "repeat" else {})
        return title, tuple(
            self.line(NAMES[name], lines[name][what], query | _class(name), whole=whole) for name in LINES
        )

    def districts(
        self, title: str, blocks: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
    ) -> tuple[str, tuple[Line, ...]]:
        """One line a district, the busiest first, and the total."""
        totals = {code: _by_line(block)["total"]["valid"] for code, block in blocks.items()}
        order = sorted((code for code in totals if code), key=lambda code: (-totals[code]["now"], code))
        whole = totals[""]["now"]
        lines = [self.line(NAMES["total"], totals[""], {}, whole=whole)]
        lines += [self.line(names.get(code, code), totals[code], {"district": code}, whole=whole) for code in order]
        return title, tuple(lines)

    def other(self, name: str, numbers: Mapping[str, int]) -> Line:
        """Duplicates, invalid calls, calls without a place."""
        titles = {"duplicate": "同一事件多人报警", "invalid": "无效警情", "unlocated": "无法定位的有效警情"}
        query = {"is_located": "0"} if name == "unlocated" else {"validity": name}
        return self.line(titles[name], numbers, query, whole=numbers["now"])

    def line(self, name: str, numbers: Mapping[str, int], query: Mapping[str, str], *, whole: int) -> Line:
        cells = {when: Cell(numbers[when], _href(span, query, numbers[when])) for when, span in self._spans.items()}
        return Line(
            name=name,
            now=cells["now"],
            last_year=cells["last_year"],
            year_on_year=compare(numbers["now"], numbers["last_year"]),
            previous=cells["previous"],
            on_period=compare(numbers["now"], numbers["previous"]),
            share=Share(numbers["now"], whole),
        )


def _href(span: Period, query: Mapping[str, str], counted: int) -> str:
    """With what the figure said, so that the list can say what has changed since."""
    asked = {"since": span.since.isoformat(), "until": span.until.isoformat(), "validity": "valid", **query}
    return LIST + urlencode({name: value for name, value in asked.items() if value} | {"counted": str(counted)})


def _class(line: str) -> dict[str, str]:
    return {} if line == "total" else {"category": line}


def _by_line(block: Mapping[str, Any]) -> dict[str, Any]:
    return {line["line"]: line for line in block["lines"]}


def _running(now: Period, bulletin: Bulletin) -> str:
    """A bulletin of a period that still ran says so, wherever it is printed."""
    if now.last_on >= bulletin.last_on:
        return ""
    return f"本期还没有结束，截至 {now.last_on}，上年同期和上期取同样天数。"


def _summary(place: str, whole: Mapping[str, Any]) -> str:
    """The findings in one paragraph, as an analyst would begin."""
    total = whole["total"]
    parts = [f"{place}共接有效交通警情 {total['valid']['now']:,} 起，{_said(total['valid'])}"]
    for code, label in Category.choices:
        numbers = whole[code]["valid"]
        parts.append(f"{label}类 {numbers['now']:,} 起，{_said(numbers)}")
    parts.append(f"重复警情 {total['repeat']['now']:,} 起，{_said(total['repeat'])}")
    return "；".join(parts) + "。"


def _said(numbers: Mapping[str, int]) -> str:
    change = compare(numbers["now"], numbers["last_year"])
    if change.percent is None:
        return "上年同期没有记录"
    if change.percent == 0:
        return "同比持平"
    return f"同比{'下降' if change.percent < 0 else '上升'} {abs(change.percent)}%"


def file_name(sheet: Sheet) -> str:
    """Of the PDF and the workbook, without a suffix."""
    return f"{sheet.title}{_days(sheet.now.first_on, sheet.now.last_on)}"


def _days(first_on: date, last_on: date) -> str:
    return f"{first_on:%Y%m%d}" if first_on == last_on else f"{first_on:%Y%m%d}-{last_on:%Y%m%d}"
