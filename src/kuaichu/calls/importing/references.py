"""Rows that name another call (重复警情编号, 关联警情编号): does it exist, and which call is the first of its matter."""

from collections.abc import Collection, Mapping

import duckdb

from kuaichu.calls.importing.checking import mark_faults
from kuaichu.calls.models import Call

IN_ONE_QUESTION = 500
MOST_STEPS = 1000
ROLES = {"repeat_of": "重复警情编号", "incident": "关联警情编号"}


def settle(connection: duckdb.DuckDBPyConnection, place_code: str) -> dict[str, dict[str, str]]:
    """Role -> number -> number of the first call of its matter or event. Rows whose reference leads nowhere become
    faults, and so do those that then lead nowhere themselves.
    """
    while True:
        roots, faults = _roots(connection, place_code)
        if not faults:
            return roots
        mark_faults(connection, faults)


def _roots(connection: duckdb.DuckDBPyConnection, place_code: str) -> tuple[dict[str, dict[str, str]], dict[int, str]]:
    rows = connection.execute(
        "SELECT row, number, repeat_of, incident FROM final"
        " WHERE fault IS NULL AND NOT is_double AND (repeat_of <> '' OR incident <> '')"
    ).fetchall()
    targets = {text for _, _, *pair in rows for text in pair if text}
    known = _in_file(connection) | _in_database(targets, place_code)
    roots: dict[str, dict[str, str]] = {}
    faults: dict[int, str] = {}
    for at, role in enumerate(ROLES, start=2):
        links = {row[1]: row[at] for row in rows if row[at]}
        roots[role] = {}
        for row in rows:
            if not row[at]:
                continue
            root = _root(row[1], links)
            if row[at] not in known:
                faults[row[0]] = f"{ROLES[role]}在文件和系统里都没有：{row[at]}"
            elif root == "":
                faults[row[0]] = f"{ROLES[role]}绕成了圈：{row[at]}"
            else:
                roots[role][row[1]] = root
    return roots, faults


def _root(number: str, links: Mapping[str, str]) -> str:
    """Follow the references to the first call; empty when they go round."""
    seen = {number}
    while (following := links.get(number, "")) and len(seen) < MOST_STEPS:
        if following in seen:
            return ""
        seen.add(following)
        number = following
    return number


def _in_file(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("""
        SELECT DISTINCT target.number FROM final AS target
        WHERE target.fault IS NULL AND target.number IN (
            SELECT repeat_of FROM final WHERE repeat_of <> '' UNION SELECT incident FROM final WHERE incident <> '')
        """).fetchall()
    return {number for (number,) in rows}


def _in_database(numbers: Collection[str], place_code: str) -> set[str]:
    asked, found = sorted(numbers), set()
    for start in range(0, len(asked), IN_ONE_QUESTION):
        some = asked[start : start + IN_ONE_QUESTION]
        found |= set(Call.objects.filter(place_id=place_code, number__in=some).values_list("number", flat=True))
    return found
