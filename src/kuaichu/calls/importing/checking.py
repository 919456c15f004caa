"""Every row normalised and checked at once, by DuckDB: the table `taken`, with the reasons of whatever is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from kuaichu.calls.importing.columns import Words
from kuaichu.calls.importing.reading import Clean

BEIJING_S = 28_800
EARLIEST, LATEST = "TIMESTAMP '0100-01-01'", "TIMESTAMP '9000-01-01'"
LONGEST_LINE = 16_000_000
CHINA = (73.0, 3.0, 136.0, 54.0)  # west, south, east, north, degrees
TIMES = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y年%m月%d日 %H时%M分",
         "%Y年%m月%d日%H时%M分", "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H时%M分%S秒", "%Y年%m月%d日 %H:%M:%S",
         "%Y年%m月%d日 %H:%M")  # fmt: skip
PEOPLE = {"injured": "受伤人数", "dead": "死亡人数", "trapped": "被困人数"}
LONGEST = {"number": ("编号", 40), "caller_name": ("报警人", 60), "location": ("地址", 160), "road": ("道路", 60),
           "content": ("报警内容", 4000), "result": ("处理结果", 4000), "plates": ("车牌", 60)}  # fmt: skip
MORE_TIMES = {"dispatched_at": "派警时间", "arrived_at": "到场时间", "closed_at": "结束时间"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the rows are held against. `west`…: degrees around the place; `units`, `districts`: word -> id or code."""

    secret: str
    until: str
    since: date
    datum: str
    keeps_outside: bool
    west: float
    south: float
    east: float
    north: float
    units: Mapping[str, str]
    districts: Mapping[str, str]


def load(connection: duckdb.DuckDBPyConnection, clean: Clean) -> None:
    """The table `given`: `row` and every cell as text, columns c0, c1, …"""
    columns = ", ".join(["'row': 'BIGINT'", *(f"'c{at}': 'VARCHAR'" for at in range(len(clean.header)))])
    connection.execute(
        f"CREATE TEMP TABLE given AS SELECT * FROM read_csv(?, header = false, auto_detect = false, delim = ',',"  # noqa: S608
        f" quote = '\"', escape = '\"', new_line = '\\n', max_line_size = {LONGEST_LINE}, nullstr = '\x01',"
        f" columns = {{{columns}}})",
        [str(clean.path)],
    )


def check(connection: duckdb.DuckDBPyConnection, *, roles: Mapping[str, int], words: Words, setting: Setting) -> None:
    """The table `taken`: row, the normalised columns, `digest`, and `fault` (reasons in Chinese, or NULL)."""
    _tables(connection, words, setting)
    connection.execute(f"CREATE TEMP TABLE plain AS SELECT row, {_plain(roles)} FROM given")  # noqa: S608 - our own texts
    connection.execute(f"CREATE TEMP TABLE taken AS {_taken(setting)}")


def _tables(connection: duckdb.DuckDBPyConnection, words: Words, setting: Setting) -> None:
    for name, table in (
        ("class_words", {word: f"*{code}" for word, code in words.categories.items()} | dict(words.classes)),
        ("validity_words", words.validity),
        ("truth_words", {word: "1" if is_yes else "0" for word, is_yes in words.truth.items()}),
        ("unit_words", setting.units),
        ("district_words", setting.districts),
    ):
        connection.execute(f"CREATE TEMP TABLE {name} (word VARCHAR PRIMARY KEY, code VARCHAR)")
        if table:
            pairs = [list(table), list(table.values())]  # one statement: row by row it takes longer than a small file
            connection.execute(f"INSERT OR IGNORE INTO {name} SELECT unnest(?), unnest(?)", pairs)


def _plain(roles: Mapping[str, int]) -> str:
    """Every role as trimmed text; a role without a column is empty."""
    known = ("number", "received_at", "updated_at", "caller_name", "caller_phone", "content", "location", "road", "lon",
             "lat", "plates", "feedback", "subclass", "category", "validity", "repeat_of", "incident", "unit",
             "district", "injured", "dead", "trapped", "hit_and_run", "dispatched_at", "arrived_at", "closed_at",
             "result")  # fmt: skip
    cells = {role: f"trim(c{roles[role]})" if role in roles else "''" for role in known}
    cells["caller_phone"] = _phone(cells["caller_phone"])
    cells["plates"] = f"upper(trim(regexp_replace(replace({cells['plates']}, '·', ''), '[，、,;；/\\s]+', ' ', 'g')))"
    cells["class_word"] = (
        f"coalesce(nullif({cells['feedback']}, ''), nullif({cells['subclass']}, ''), {cells['category']})"
    )
    for role in ("feedback", "subclass", "category"):
        del cells[role]
    return ", ".join(f"{text} AS {role}" for role, text in cells.items())


def _phone(cell: str) -> str:
    """Digits only, without China's country code (see intake.phone_of)."""
    digits = f"regexp_replace({cell}, '[^0-9]', '', 'g')"
    return (
        f"CASE WHEN {digits} LIKE '0086%' AND length({digits}) > 11 THEN substr({digits}, 5)"
        f" WHEN {digits} LIKE '86%' AND length({digits}) = 13 THEN substr({digits}, 3) ELSE {digits} END"
    )


def seconds(cell: str) -> str:
    """Seconds since 1970 (UTC) of a time on China's clock, or of one with a zone; NULL when it is no time."""
    formats = "[" + ", ".join(f"'{text}'" for text in TIMES) + "]"
    local = f"coalesce(try_cast(replace({cell}, '/', '-') AS TIMESTAMP), try_strptime({cell}, {formats}))"
    serial = f"try_cast({cell} AS DOUBLE)"
    return (
        f"CASE WHEN {cell} = '' THEN NULL"
        f" WHEN length({cell}) > 16 AND regexp_matches(substr({cell}, 17), '(Z|[+-]\\d\\d:?\\d\\d)$')"
        f" THEN epoch(try_cast({cell} AS TIMESTAMPTZ))"
        f" WHEN {serial} BETWEEN 20000 AND 80000 THEN round(({serial} - 25569) * 86400) - {BEIJING_S}"
        f" WHEN {local} BETWEEN {EARLIEST} AND {LATEST} THEN epoch({local}) - {BEIJING_S} END"
    )


def _taken(setting: Setting) -> str:
    times = ", ".join(f"{seconds(role)} AS {role}_s" for role in ("received_at", "updated_at", *MORE_TIMES))
    counts = ", ".join(
        f"CASE WHEN {role} = '' THEN 0 ELSE try_cast({role} AS USMALLINT) END AS {role}_n" for role in PEOPLE
    )
    return f"""
        WITH valued AS (
            SELECT plain.*, {times}, {counts},
                try_cast(lon AS DOUBLE) AS lon_d, try_cast(lat AS DOUBLE) AS lat_d,
                (lon IN ('', '0', '0.0') AND lat IN ('', '0', '0.0')) AS is_unlocated,
                class_words.code AS class_code, validity_words.code AS validity_code, truth_words.code AS hit_code,
                unit_words.code AS unit_id, district_words.code AS district_code
            FROM plain
            LEFT JOIN class_words ON class_words.word = class_word
            LEFT JOIN validity_words ON validity_words.word = validity
            LEFT JOIN truth_words ON truth_words.word = hit_and_run
            LEFT JOIN unit_words ON unit_words.word = unit
            LEFT JOIN district_words ON district_words.word = district),
        placed AS (
            SELECT *, {_within("lon_d", "lat_d", setting)} AS is_inside,
                {_within("lat_d", "lon_d", setting)} AS is_swapped
            FROM valued)
        SELECT row, number, received_at_s, updated_at_s, dispatched_at_s, arrived_at_s, closed_at_s, caller_name,
            caller_phone, content, location, road, plates, result, repeat_of, incident,
            coalesce(class_code, '') AS class_code, coalesce(validity_code, 'valid') AS validity_code,
            coalesce(hit_code, '0') = '1' AS is_hit_and_run, coalesce(unit_id, '') AS unit_id,
            coalesce(district_code, '') AS district, injured_n, dead_n, trapped_n,
            CASE WHEN is_unlocated OR NOT is_inside THEN NULL ELSE lon_d END AS lon,
            CASE WHEN is_unlocated OR NOT is_inside THEN NULL ELSE lat_d END AS lat,
            {_digest(setting)} AS digest, {_fault(setting)} AS fault
        FROM placed"""  # noqa: S608 - our own texts


def _within(lon: str, lat: str, setting: Setting) -> str:
    box = f"{lon} BETWEEN {setting.west} AND {setting.east} AND {lat} BETWEEN {setting.south} AND {setting.north}"
    return f"coalesce({box}, false)"


def _digest(setting: Setting) -> str:
    """Of everything that is stored, with a secret, so that nobody can try out what callers may have said."""
    parts = ("number", "received_at_s", "dispatched_at_s", "arrived_at_s", "closed_at_s", "caller_name", "caller_phone",
             "content", "location", "road", "plates", "result", "repeat_of", "incident", "class_word", "validity",
             "hit_and_run", "unit", "district", "injured", "dead", "trapped", "lon", "lat")  # fmt: skip
    cells = ", ".join(f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)
    return f"left(sha256(concat_ws('\x1f', '{setting.secret}', '{setting.datum}', {cells})), 32)"


def _fault(setting: Setting) -> str:
    outside = "NULL" if setting.keeps_outside else "'坐标不在本地范围内：' || lon || '，' || lat"
    reasons = [
        "CASE WHEN number = '' THEN '没有接警编号' END",
        "CASE WHEN received_at = '' THEN '没有报警时间' WHEN received_at_s IS NULL"
        " THEN '报警时间读不出来：' || received_at END",
        f"CASE WHEN received_at_s > {setting.until} THEN '报警时间还没到：' || received_at END",
        f"CASE WHEN received_at_s < epoch(TIMESTAMP '{setting.since} 00:00:00') THEN '报警时间太早：' || received_at END",
        "CASE WHEN is_unlocated OR is_inside THEN NULL"
        " WHEN (lon = '') <> (lat = '') THEN '经纬度只有一个'"
        " WHEN lon_d IS NULL OR lat_d IS NULL OR NOT isfinite(lon_d) OR NOT isfinite(lat_d)"
        " THEN '经纬度不是数字：' || lon || '，' || lat"
        " WHEN is_swapped THEN '经纬度写反：经度应为 ' || lat || '，纬度应为 ' || lon"
        f" ELSE {outside} END",
        "CASE WHEN class_word <> '' AND class_code IS NULL THEN '警情类别不认识：' || class_word END",
        "CASE WHEN validity <> '' AND validity_code IS NULL THEN '有效性不认识：' || validity END",
        "CASE WHEN validity_code = 'repeat' AND repeat_of = '' AND incident = '' THEN '标为重复，但没有重复警情编号' END",
        "CASE WHEN hit_code IS NULL THEN '是否逃逸不认识：' || hit_and_run END",
        "CASE WHEN unit <> '' AND unit_id IS NULL THEN '管辖单位不认识：' || unit END",
        "CASE WHEN district <> '' AND district_code IS NULL THEN '行政区划不认识：' || district END",
        *(
            f"CASE WHEN {role}_n IS NULL OR {role}_n > 999 THEN '{zh}不对：' || {role} END"
            for role, zh in PEOPLE.items()
        ),
        *(
            f"CASE WHEN {role} <> '' AND {role}_s IS NULL THEN '{zh}读不出来：' || {role} END"
            for role, zh in {**MORE_TIMES, "updated_at": "更新时间"}.items()
        ),
        *(f"CASE WHEN length({role}) > {most} THEN '{zh}超过 {most} 个字' END" for role, (zh, most) in LONGEST.items()),
        "CASE WHEN length(caller_phone) > 30 THEN '电话号码太长' END",
    ]
    return f"nullif(concat_ws('；', {', '.join(reasons)}), '')"


def settle_doubles(connection: duckdb.DuckDBPyConnection) -> None:
    """The table `final`: of the rows of one number the newest by its time of update, else the last in the file, is
    kept; an equal one is `is_double`, another is a fault that says which row it gave way to.
    """
    connection.execute("""
        CREATE TEMP TABLE settled AS
        WITH ranked AS (
            SELECT row, digest, first_value(row) OVER best AS kept_row, first_value(digest) OVER best AS kept_digest
            FROM taken WHERE fault IS NULL
            WINDOW best AS (PARTITION BY number ORDER BY updated_at_s DESC NULLS LAST, row DESC))
        SELECT row, CASE WHEN digest <> kept_digest
            THEN '与第 ' || (kept_row + 1) || ' 条编号相同，以那一条为准' END AS fault
        FROM ranked WHERE row <> kept_row""")
    connection.execute("""
        CREATE TEMP TABLE final AS
        SELECT taken.* REPLACE (coalesce(taken.fault, settled.fault) AS fault),
            settled.row IS NOT NULL AND settled.fault IS NULL AS is_double, false AS is_same
        FROM taken LEFT JOIN settled USING (row)""")
    connection.execute("DROP TABLE taken")


def mark_faults(connection: duckdb.DuckDBPyConnection, reasons: Mapping[int, str]) -> None:
    """Rows found faulty outside DuckDB."""
    if reasons:
        connection.execute("CREATE OR REPLACE TEMP TABLE more (row BIGINT, fault VARCHAR)")
        connection.executemany("INSERT INTO more VALUES (?, ?)", [list(item) for item in reasons.items()])
        connection.execute("UPDATE final SET fault = more.fault FROM more WHERE more.row = final.row")


def span(connection: duckdb.DuckDBPyConnection) -> tuple[int, datetime, datetime]:
    """Rows without a fault, and the times between which they were received (1970 twice when there are none)."""
    found = connection.execute(
        "SELECT count(*), coalesce(min(received_at_s), 0), coalesce(max(received_at_s), 0) FROM final"
        " WHERE fault IS NULL AND NOT is_double"
    ).fetchone()
    assert found is not None
    return int(found[0]), datetime.fromtimestamp(found[1], UTC), datetime.fromtimestamp(found[2], UTC)


def begin_stored(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty table `stored` of numbers and digests."""
    connection.execute("CREATE TEMP TABLE stored (number VARCHAR, digest VARCHAR)")


def add_stored(connection: duckdb.DuckDBPyConnection, numbers: list[str], digests: list[str]) -> None:
    connection.execute("INSERT INTO stored SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])", [numbers, digests])


def mark_same(connection: duckdb.DuckDBPyConnection) -> int:
    """Rows of the file that stand in `stored` just so. Returns how many."""
    connection.execute("""
        UPDATE final SET is_same = true FROM stored
        WHERE stored.number = final.number AND stored.digest = final.digest
            AND final.fault IS NULL AND NOT final.is_double""")
    found = connection.execute("SELECT count(*) FROM final WHERE is_same").fetchone()
    assert found is not None
    return int(found[0])


def line_up(connection: duckdb.DuckDBPyConnection) -> int:
    """The table `lined`: rows to store in the order of the file, numbered without gaps by `seq`. Returns how many."""
    connection.execute("""
        CREATE TEMP TABLE lined AS
        SELECT row_number() OVER (ORDER BY row) - 1 AS seq, * FROM final
        WHERE fault IS NULL AND NOT is_double AND NOT is_same
        ORDER BY seq""")
    found = connection.execute("SELECT count(*) FROM lined").fetchone()
    assert found is not None
    return int(found[0])
