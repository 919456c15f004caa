"""`./kuaichu law`: JSON in, JSON out, by file, by input and by lines; never a traceback, never Django."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kuaichu.command import lawing
from kuaichu.law.interface import InputError, decide, parse, screen, settle

ROOT = Path(__file__).parents[4]
CAR = {"id": "A", "kind": "motor", "behaviours": ["A14"]}
DECIDE = {"on": "2026-03-01", "place": "330600", "parties": [CAR, {"id": "B", "kind": "motor"}]}
HURT = {"id": "A", "kind": "motor", "liability": "full", "losses": [{"id": "a", "head": "vehicle", "amount_fen": 5}]}
SETTLE = {"on": "2026-03-01", "place": "330600", "parties": [HURT, {"id": "B", "kind": "motor", "liability": "none"}]}
SCREEN = {"on": "2026-03-01", "place": "330600", "answers": {"injured": "no"}}


@given(st.binary(max_size=40))
def test_bytes_that_are_no_json(raw):
    try:
        parse(raw)
    except InputError as error:
        codes = {error.code}
    else:
        codes = set()
    assert codes <= {"not_json"}


def run(*arguments: str, given: bytes = b"") -> tuple[int, list[dict]]:
    done = subprocess.run(
        [sys.executable, "-m", "kuaichu.command", "law", *arguments],
        input=given,
        capture_output=True,
        check=False,
        cwd=ROOT / "src",
    )
    assert b"Traceback" not in done.stderr
    text = done.stdout.decode()
    return done.returncode, [json.loads(line) for line in text.splitlines()] if "--lines" in arguments else [
        json.loads(text)
    ]


def test_the_command_line(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(DECIDE, ensure_ascii=False), "utf-8")
    assert run("decide", str(path)) == (0, [decide(DECIDE)])
    status, answers = run("settle", "-", given=b"{")
    assert (status, answers[0]["error"]["code"]) == (2, "not_json")
    batch = b"\n".join([json.dumps(SETTLE).encode(), b"", b'{"on": 3}', json.dumps(SETTLE).encode()])
    status, answers = run("settle", "-", "--lines", given=batch)
    assert (status, answers[0], answers[1]["error"]["field"], answers[2]) == (2, settle(SETTLE), "on", settle(SETTLE))
    assert run("due", str(tmp_path / "nowhere.json"))[1][0]["error"]["code"] == "unreadable_file"


def test_starting_needs_no_django():
    program = "import sys, kuaichu.command.lawing, kuaichu.law.interface; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert done.stdout.strip() == "False"


def test_lines_answers_line_by_line(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(lawing.sys, "stdout", io.TextIOWrapper(written))
    status = lawing._lines(screen, io.BytesIO(json.dumps(SCREEN).encode() + b"\n"))
    assert (status, json.loads(written.getvalue())) == (0, screen(SCREEN))


def test_check_diff_and_print(tmp_path):
    def law(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "kuaichu.command", "law", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT / "src",
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    status, text = law("check", "--json")
    assert (status, json.loads(text)["problems"]) == (0, [])
    status, text = law("diff", "--from", "2020-09-18", "--to", "2020-09-19", "--json")
    changes = {row["key"]: (row["before"]["amount"], row["after"]["amount"]) for row in json.loads(text)["changes"]}
    assert (status, changes["ctpl.liable.medical"]) == (0, (1_000_000, 1_800_000))
    assert law("diff", "--from", "yesterday", "--to", "2020-09-19")[0] == 2
    paper = tmp_path / "law.html"
    assert law("print", str(paper))[0] == 0
    assert "第四十四条第二款" in paper.read_text("utf-8")
    assert "<script" not in paper.read_text("utf-8")


def test_a_reader_that_has_gone_gets_no_traceback():
    read_end, write_end = os.pipe()
    os.close(read_end)
    asked = ["diff", "--from", "2018-05-01", "--to", "2026-01-01", "--place", "330600"]
    command = [sys.executable, "-m", "kuaichu.command", "law", *asked]
    done = subprocess.run(command, cwd=ROOT / "src", stdout=write_end, stderr=subprocess.PIPE, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")
