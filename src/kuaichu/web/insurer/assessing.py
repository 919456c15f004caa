"""The form of a loss assessment: rows that can be added and removed with or without scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from kuaichu.cases.models import Party
from kuaichu.claims.actions import LossLine
from kuaichu.claims.models import Assessment
from kuaichu.claims.states import Work
from kuaichu.errors import FieldErrors, Refused
from kuaichu.money import parse_yuan

MAX_ROWS = 40
FIELDS = ("part", "item", "work", "amount")


@dataclass(frozen=True)
class Row:
    """One row as typed, with what is wrong with it."""

    part: str = ""
    item: str = ""
    work: str = Work.REPAIR.value
    amount: str = ""
    error: Refused | None = None

    @property
    def is_blank(self) -> bool:
        """Nothing that counts was typed: a part alone is only our suggestion."""
        return not (self.item or self.amount)


@dataclass(frozen=True)
class Sheet:
    """The rows of one party's vehicle on the page. `refusal` concerns the whole."""

    rows: tuple[Row, ...]
    refusal: Refused | None = None
    is_open: bool = False

    @property
    def total_fen(self) -> int:
        """The sum of the readable amounts."""
        total = 0
        for row in self.rows:
            try:
                total += parse_yuan(row.amount) if row.amount else 0
            except Refused:
                continue
        return total


def fresh(party: Party, assessment: Assessment | None) -> Sheet:
    """The assessment in force, or a row for each part that the party named."""
    if assessment is not None:
        rows = tuple(
            Row(line.part, line.item, line.work, f"{line.amount_fen // 100}.{line.amount_fen % 100:02d}")
            for line in assessment.lines.all()
        )
        return Sheet(rows or (Row(),))
    return Sheet(tuple(Row(part=part) for part in party.damaged_parts) or (Row(),), is_open=True)


def typed(post: QueryDict) -> Sheet:
    """The rows of a posted form, after an added or removed one (`do` is add, remove-<n> or save)."""
    rows = [_row(post, number) for number in range(min(_count(post), MAX_ROWS))]
    wish = post.get("do", "")
    if wish == "add" and len(rows) < MAX_ROWS:
        rows.append(Row())
    elif wish.startswith("remove-") and wish[7:].isdigit() and int(wish[7:]) < len(rows):
        del rows[int(wish[7:])]
    return Sheet(tuple(rows) or (Row(),), is_open=True)


def _count(post: QueryDict) -> int:
    numbers = [int(name.split("-")[1]) for name in post if name.startswith("line-") and name.split("-")[1].isdigit()]
    return max(numbers, default=-1) + 1


def _row(post: Mapping[str, str], number: int) -> Row:
    part, item, work, amount = (str(post.get(f"line-{number}-{field}", "")).strip() for field in FIELDS)
    return Row(part=part, item=item, work=work, amount=amount)


def lines_of(sheet: Sheet) -> list[LossLine]:
    """The lines to be stored; blank rows are left out. Raises FieldErrors with the row's number as field."""
    lines, faults = [], {}
    for number, row in enumerate(sheet.rows):
        if row.is_blank:
            continue
        try:
            lines.append(_line(row))
        except Refused as fault:
            faults[str(number)] = fault
    if faults:
        raise FieldErrors(faults)
    return lines


def _line(row: Row) -> LossLine:
    amount_fen = parse_yuan(row.amount)
    if not amount_fen:
        raise Refused("assessment.bad_amount", "每一行的金额都要大于 0")
    if not (row.part or row.item):
        raise Refused("assessment.no_item", "每一行都要选部位或写明项目，项目不超过 60 个字")
    return LossLine(part=row.part, item=row.item, work=row.work, amount_fen=amount_fen)


def with_faults(sheet: Sheet, refusal: Refused) -> Sheet:
    """The same rows with what was refused beside them."""
    faults = refusal.fields if isinstance(refusal, FieldErrors) else {}
    rows = tuple(
        Row(row.part, row.item, row.work, row.amount, faults.get(str(number))) for number, row in enumerate(sheet.rows)
    )
    return Sheet(rows, refusal=refusal, is_open=True)
