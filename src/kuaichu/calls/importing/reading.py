"""A file of any usual encoding and delimiter, row by row into one clean CSV that DuckDB reads without guessing."""

import csv
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from kuaichu.analysis.errors import BadInput
from kuaichu.calls.importing.columns import Words, roles_of

HEAD_BYTES = 1 << 16
BLOCK_BYTES = 1 << 20
LONGEST_FIELD = 1 << 20
BROKEN = "\ufffd"
DELIMITERS = ",\t;|"
REASON = "原因"  # the last column of a file that was given back
_FORMULA = re.compile(
    r"\s*[=@＝＠]|[\t\r\n]|[+-](?![\d.\s()+-]+$)"
)  # what a spreadsheet would run; +86 138… and -1.5 are none
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(kw_only=True)
class Clean:
    """`path`: every readable row with its number before it. `odd`: rows that fit no header: (number, cells, reason)."""

    path: Path
    header: list[str]
    roles: dict[str, int]
    rows: int
    odd: list[tuple[int, list[str], str]] = field(default_factory=list)


def digest_of(path: Path) -> str:
    """SHA-256 of the bytes, hex."""
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def cleaned(path: Path, words: Words, folder: Path) -> Clean:
    """Read the whole file once. Raises BadInput when it is none of ours."""
    if not path.is_file():
        raise BadInput(f"没有这个文件：{path}", f"there is no such file: {path}", field="file")
    encoding = _encoding(path)
    csv.field_size_limit(LONGEST_FIELD)
    target = folder / "clean.csv"
    with path.open(encoding=encoding, errors="replace", newline="") as source:
        delimiter = _delimiter(source)
        reader = csv.reader(source, delimiter=delimiter)
        header = next(reader, [])
        clean = Clean(path=target, header=header, roles=roles_of(header, words), rows=0)
        with target.open("w", encoding="utf-8", newline="") as written:
            _copy(_rows(reader, path), clean, written)
    return clean


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        zh = f"{path.name} 里有一格超过 {LONGEST_FIELD} 个字，可能是引号没有配对：{error}"
        raise BadInput(zh, f"{path.name}: a cell is too long; is a quote left open? {error}", field="file") from None


def _copy(rows: Iterator[list[str]], clean: Clean, written: TextIO) -> None:
    width = len(clean.header)
    write = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
    was_given_back = clean.header[-1:] == [REASON]
    number = 0
    for found in rows:
        if not any(found):
            continue  # an empty line is no row
        cells = _fitted([unguarded(cell) for cell in found] if was_given_back else found, width)
        if len(cells) != width:
            clean.odd.append((number, cells, f"应有 {width} 列，这一行有 {len(cells)} 列"))
        elif BROKEN in (text := "".join(cells)) or "\x00" in text:
            clean.odd.append((number, cells, "有读不出来的字，请检查编码"))
        else:
            write([number, *cells])
        number += 1
    clean.rows = number


def _fitted(cells: list[str], width: int) -> list[str]:
    """A last empty cell left out, or empty ones too many, are no fault."""
    if len(cells) == width - 1 or (len(cells) > width and not any(cells[width:])):
        return [*cells, ""][:width]
    return cells


def _encoding(path: Path) -> str:
    """By its mark, else the one in which the first part of the file makes sense; UTF-8 is never taken for another."""
    with path.open("rb") as read:
        head = read.read(HEAD_BYTES)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    head = head[: head.rfind(b"\n") + 1] or head
    for name in ("utf-8", "gb18030"):
        try:
            head.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    first = head.split(b"\n", 1)[0]
    try:
        first.decode("utf-8")
        return "utf-8"  # single broken cells are returned as faults
    except UnicodeDecodeError:
        zh = f"{path.name} 既不是 UTF-8 也不是 GB 18030 编码，请另存为 UTF-8"
        raise BadInput(zh, f"{path.name} is neither UTF-8 nor GB 18030; save it as UTF-8", field="file") from None


def _delimiter(source: TextIO) -> str:
    line = source.readline()
    source.seek(0)
    return max(DELIMITERS, key=line.count)


def guarded(cell: str) -> str:
    """For a spreadsheet: what somebody typed never becomes a formula (OWASP, CSV Injection). `unguarded` undoes it."""
    return f"'{cell}" if _FORMULA.match(cell.lstrip("'")) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell.lstrip("'")) else cell


@contextmanager
def opened_for_faults(path: Path) -> Iterator[TextIO]:
    """A file for the spreadsheet: UTF-8 with its mark, for its owner's eyes only (it holds what callers said)."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as written:
        yield written
