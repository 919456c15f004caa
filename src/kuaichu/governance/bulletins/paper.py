"""A bulletin as PDF: the same tables as on the page."""

from typing import Any

from kuaichu import clock
from kuaichu.dossier.documents.render import set_sheet
from kuaichu.governance.bulletins.sheets import Line, Sheet
from kuaichu.governance.figures import FIGURES
from kuaichu.governance.figures.definitions import COMPARISONS

DEFINED = ("calls.valid", "calls.repeat", "calls.repeat_rate")


def pdf_of(sheet: Sheet) -> bytes:
    """PDF/A-2b, A4."""
    defined = [f"{FIGURES[code].zh}：{FIGURES[code].words_zh}" for code in DEFINED]
    defined += [f"{zh} = {words}。" for zh, words, _, _ in COMPARISONS]
    data = {
        "title": sheet.title,
        "period": f"本期 {sheet.now.first_on} 至 {sheet.now.last_on}　上年同期 {sheet.last_year.first_on} 至 "
        f"{sheet.last_year.last_on}　上期 {sheet.previous.first_on} 至 {sheet.previous.last_on}",
        "summary": sheet.summary,
        "rates": rates_of(sheet),
        "tables": [
            {"number": table.number, "title": table.title, "lines": [_line(line) for line in table.lines]}
            for table in sheet.tables
        ],
        "remarks": sheet.bulletin.remarks,
        "definitions": "".join(defined),
        "foot": f"编号 {sheet.bulletin.number}　{sheet.bulletin.made_at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M} 生成",
    }
    return set_sheet("bulletin", data, at=sheet.bulletin.made_at)


def rates_of(sheet: Sheet) -> str:
    """The repeat rate, and what is not in the tables."""
    rate = f"重复率 {sheet.repeat_rate.text}，上年同期 {sheet.repeat_rate_last_year.text}。"
    others = "，".join(f"{line.name} {line.now.value:,} 起" for line in sheet.others.values())
    return f"{rate}另有{others}。"


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "is_total": line.is_total,
        "now": line.now.value,
        "last_year": line.last_year.value,
        "year_on_year": line.year_on_year.text,
        "previous": line.previous.value,
        "on_period": line.on_period.text,
        "share": line.share.text,
    }
