"""Rows at fault in the file that comes back: mended there, opened in a spreadsheet, taken in again."""

import csv

import pytest

from kuaichu.calls.importing import import_calls
from kuaichu.calls.models import Call
from kuaichu.calls.tests.test_importing import HEADER, PLACE, done, row, written

pytestmark = pytest.mark.django_db


def test_faults_are_mended_in_their_own_file_and_come_in(tmp_path, place):
    path = written(tmp_path, [row("A1"), row("A2", 警情类别="说不清"), row("A3", 报警时间="昨天")])
    found = import_calls(path, place_code=PLACE)
    assert (found.new, found.faulty) == (1, 2)
    with found.faults.open(encoding="utf-8-sig", newline="") as read:
        header, *faulty = list(csv.reader(read))
    assert header == [*HEADER, "原因"]
    faulty[0][HEADER.index("警情类别")] = "事故"
    faulty[1][HEADER.index("报警时间")] = row("A1")[HEADER.index("报警时间")]
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8-sig", newline="") as write:
        csv.writer(write).writerows([header, *faulty])
    assert done(mended) == (2, 0, 0, 0)
    assert set(Call.objects.values_list("number", flat=True)) == {"A1", "A2", "A3"}


def test_what_callers_said_is_no_formula_in_the_returned_file_and_comes_back_unchanged(tmp_path, place):
    said = ["=HYPERLINK(1)", "+A1", "@SUM(1)", "-2+B3", "'=1", "\t=1", "+86 138-0099-0001", "-1.5", "正常"]
    rows = [row(f"A{at}", 报警内容=text, 警情类别="说不清") for at, text in enumerate(said)]
    found = import_calls(written(tmp_path, rows), place_code=PLACE)
    with found.faults.open(encoding="utf-8-sig", newline="") as read:
        header, *faulty = list(csv.reader(read))
    content, kind = header.index("报警内容"), header.index("警情类别")
    shown = [cells[content] for cells in faulty]
    assert shown == ["'=HYPERLINK(1)", "'+A1", "'@SUM(1)", "'-2+B3", "''=1", "'\t=1", *said[6:]]
    for cells in faulty:
        cells[kind] = "事故"
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8-sig", newline="") as write:
        csv.writer(write).writerows([header, *faulty])
    assert done(mended) == (len(said), 0, 0, 0)
    stored = dict(Call.objects.values_list("number", "content"))
    assert [stored[f"A{at}"].strip() for at in range(len(said))] == [text.strip() for text in said]
