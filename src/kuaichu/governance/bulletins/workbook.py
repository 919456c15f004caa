"""A bulletin as an Excel workbook: one sheet a table, every number linked to its list of calls."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kuaichu.governance.bulletins.sheets import Cell, Sheet, Table
from kuaichu.governance.figures.definitions import COMPARISONS, FIGURES

HEADS = ("项目", "本期", "上年同期", "同比", "上期", "环比", "占比")
WIDTHS = (26, 12, 12, 12, 12, 12, 12)
LONGEST_TITLE = 31  # of a sheet, by Excel
_BAD = str.maketrans("", "", "[]:*?/\\")
_hair = Side(style="thin", color="FF999999")
_box = Border(left=_hair, right=_hair, top=_hair, bottom=_hair)
_head = PatternFill("solid", fgColor="FFF0F2F5")


def workbook_of(sheet: Sheet, *, origin: str) -> bytes:
    """The .xlsx; `origin` is the address of the installation, for the links."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _cover(first, sheet)
    for table in sheet.tables:
        _table(book.create_sheet(f"表{table.number} {table.title}".translate(_BAD)[:LONGEST_TITLE]), table, origin)
    _definitions(book.create_sheet("指标口径"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cover(page: Worksheet, sheet: Sheet) -> None:
    page.title = "说明"
    lines = [
        sheet.title,
        f"期间：{sheet.now.first_on} 至 {sheet.now.last_on}；上年同期：{sheet.last_year.first_on} 至 {sheet.last_year.last_on}；"
        f"上期：{sheet.previous.first_on} 至 {sheet.previous.last_on}",
        sheet.summary,
        sheet.bulletin.remarks,
        f"编号 {sheet.bulletin.number}，分析记录 {sheet.bulletin.run_id}，输入摘要 {sheet.bulletin.run.input_digest}",
    ]
    for at, text in enumerate(lines, start=1):
        page.cell(at, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
    page.column_dimensions["A"].width = 100
    page["A1"].font = Font(bold=True, size=16)


def _table(page: Worksheet, table: Table, origin: str) -> None:
    page.append([f"表{table.number} {table.title}"])
    page["A1"].font = Font(bold=True, size=13)
    page.append(list(HEADS))
    for line in table.lines:
        page.append([line.name, None, None, line.year_on_year.text, None, line.on_period.text, line.share.text])
        for column, cell in ((2, line.now), (3, line.last_year), (5, line.previous)):
            _number(page, page.max_row, column, cell, origin)
    for row in page.iter_rows(min_row=2, max_row=page.max_row, max_col=len(HEADS)):
        for cell in row:
            cell.border = _box
            if cell.row == 2:
                cell.font, cell.fill = Font(bold=True), _head
            if cell.column > 1:
                cell.alignment = Alignment(horizontal="right")
    for at, width in enumerate(WIDTHS, start=1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes = "B3"


def _number(page: Worksheet, row: int, column: int, cell: Cell, origin: str) -> None:
    shown = page.cell(row, column, cell.value)
    shown.number_format = "#,##0"
    if origin:
        shown.hyperlink = origin + cell.href


def _definitions(page: Worksheet) -> None:
    page.append(["指标", "口径"])
    for figure in FIGURES.values():
        page.append([figure.zh, figure.words_zh])
    for zh, words, _, _ in COMPARISONS:
        page.append([zh, words])
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 22, 90
