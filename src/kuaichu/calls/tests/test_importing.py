"""Files of calls: encodings, faults with reasons, doubles, references, and the same file again."""

import csv
import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuaichu import clock
from kuaichu.analysis.errors import BadInput
from kuaichu.calls import actions
from kuaichu.calls.importing import import_calls, running, sealing, storing
from kuaichu.calls.importing.batches import COLUMNS, Forms
from kuaichu.calls.importing.coordinates import wgs84_from_gcj02
from kuaichu.calls.models import Call, CallChange, CallImport, CallLink, RepeatChain
from kuaichu.calls.tests.factories import PLACE, call
from kuaichu.journal.models import Event
from kuaichu.law.identifiers.coordinates import gcj02_from_wgs84
from kuaichu.privacy import blind_index, decrypt

pytestmark = pytest.mark.django_db
HEADER = ["接警编号", "报警时间", "报警人", "报警电话", "报警内容", "警情地址", "经度", "纬度", "警情类别", "有效性", "重复警情编号", "关联警情编号"]  # fmt: skip


def row(number, **more) -> list[str]:
    plain = {
        "接警编号": number,
        "报警时间": "2026-11-01 08:30:00",
        "报警人": "王小明",
        "报警电话": "+86 138-0099-0001",
        "报警内容": "两车追尾，没有人受伤",
        "警情地址": "人民路与解放路路口",
        "经度": "120.5012",
        "纬度": "29.9987",
        "警情类别": "车车财损",
    }
    return [str((plain | more).get(name, "")) for name in HEADER]


def written(folder: Path, rows, *, encoding="utf-8", header=HEADER, delimiter=",") -> Path:
    path = folder / "calls.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([header, *rows])
    return path


def done(path, **more):
    found = import_calls(path, place_code=PLACE, **more)
    assert found.rows == found.new + found.changed + found.same + found.faulty
    return found.new, found.changed, found.same, found.faulty


def faults(path) -> dict[str, str]:
    """Number -> reason, of the returned file."""
    with path.with_name("calls.faults.csv").open(encoding="utf-8-sig", newline="") as file:
        return {found["接警编号"]: found["原因"] for found in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")]
)
def test_every_usual_encoding_is_read(tmp_path, place, encoding, delimiter):
    name = "司马" if encoding == "gb18030" else "司马𫓧"
    path = written(tmp_path, [row("A1", 报警人=name)], encoding=encoding, delimiter=delimiter)
    assert done(path) == (1, 0, 0, 0)
    stored = Call.objects.get()
    assert (stored.caller_name, stored.caller_phone, stored.content) == (name, "13800990001", "两车追尾，没有人受伤")
    assert (stored.category, stored.subclass, stored.intake_subclass) == ("accident", "two_cars", "two_cars")
    assert (stored.classed_by, stored.status, stored.source) == ("given", "closed", "imported")
    assert (stored.lon_wgs84, stored.lat_wgs84, stored.position) == (120.5012, 29.9987, "exact")
    assert stored.received_at.isoformat() == "2026-11-01T00:30:00+00:00"
    assert stored.phone_index == call(None).phone_index


def test_nothing_personal_is_readable_in_the_table_or_the_journal(tmp_path, place):
    done(written(tmp_path, [row("A1")]))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM calls_call")
        text = str(cursor.fetchall())
    assert not any(secret in text for secret in ("王小明", "13800990001", "追尾"))
    event = Event.objects.get(name="import.finished")
    assert event.facts == {
        "place": PLACE,
        "rows": 1,
        "rows_new": 1,
        "rows_changed": 0,
        "rows_same": 0,
        "rows_faulty": 0,
    }


TIMES = {
    "2026-11-01 08:30:00": "2026-11-01T00:30:00",
    "2026/11/1 8:30": "2026-11-01T00:30:00",
    "20261101083000": "2026-11-01T00:30:00",
    "2026年11月1日 8时30分": "2026-11-01T00:30:00",
    "2026-11-01T08:30:00+08:00": "2026-11-01T00:30:00",
    "2026-11-01T00:30:00Z": "2026-11-01T00:30:00",
    "46327.354166666664": "2026-11-01T00:30:00",
}


def test_times_as_systems_and_spreadsheets_write_them(tmp_path, place):
    rows = [row(f"T{at}", 报警时间=text) for at, text in enumerate(TIMES)]
    assert done(written(tmp_path, rows)) == (len(TIMES), 0, 0, 0)
    stored = Call.objects.order_by("number").values_list("received_at", flat=True)
    assert [moment.isoformat()[:19] for moment in stored] == list(TIMES.values())


WRONG = {
    "没有报警时间": {"报警时间": ""},
    "报警时间读不出来：昨天": {"报警时间": "昨天"},
    "报警时间还没到：2099-01-01": {"报警时间": "2099-01-01"},
    "报警时间太早：1950-01-01": {"报警时间": "1950-01-01"},
    "经纬度写反：经度应为 120.5012，纬度应为 29.9987": {"经度": "29.9987", "纬度": "120.5012"},
    "经纬度只有一个": {"经度": ""},
    "经纬度不是数字：不详，29.9987": {"经度": "不详"},
    "坐标不在本地范围内：87.6，43.8": {"经度": "87.6", "纬度": "43.8"},
    "警情类别不认识：天灾": {"警情类别": "天灾"},
    "有效性不认识：大概": {"有效性": "大概"},
    "标为重复，但没有重复警情编号": {"有效性": "重复"},
    "重复警情编号在文件和系统里都没有：NONE": {"重复警情编号": "NONE"},
    "地址超过 160 个字": {"警情地址": "路" * 161},
    "报警时间读不出来：x；警情类别不认识：y": {"报警时间": "x", "警情类别": "y"},
}


def test_every_fault_comes_back_with_its_row_and_reason(tmp_path, place):
    rows = [row(f"W{at}", **more) for at, more in enumerate(WRONG.values())]
    path = written(tmp_path, [*rows, row("GOOD"), row("")])
    found = import_calls(path, place_code=PLACE)
    assert (found.new, found.faulty, found.rows) == (1, len(WRONG) + 1, len(WRONG) + 2)
    assert faults(path) == {f"W{at}": reason for at, reason in enumerate(WRONG)} | {"": "没有接警编号"}
    assert found.faults.stat().st_mode & 0o077 == 0
    assert found.faults.read_bytes().startswith(b"\xef\xbb\xbf")
    with found.faults.open(encoding="utf-8-sig", newline="") as file:
        returned = list(csv.reader(file))
    assert returned[0] == [*HEADER, "原因"]
    assert returned[1][:-1] == rows[0]
    run = CallImport.objects.get()
    assert (run.rows, run.rows_new, run.rows_faulty, run.rows_done) == (found.rows, 1, found.faulty, found.rows)
    assert run.faults_path == str(found.faults)


def test_rows_that_fit_no_header_and_broken_bytes_come_back_too(tmp_path, place):
    path = written(
        tmp_path, [row("A1"), row("A2")[:5], [*row("A3"), "多出来"], row("A4", 报警内容='好\n几行，带“引号"')]
    )
    raw = path.read_bytes().replace("两车追尾".encode(), b"\xe4\xb8\xff\xff", 1)
    path.write_bytes(raw)
    assert done(path) == (1, 0, 0, 3)
    reasons = faults(path)
    assert reasons["A1"] == "有读不出来的字，请检查编码"
    assert reasons["A2"] == "应有 12 列，这一行有 5 列"
    assert reasons["A3"].endswith("多出来")
    assert Call.objects.get().content == '好\n几行，带“引号"'


def test_a_file_of_another_kind_is_refused_in_words(tmp_path, place):
    with pytest.raises(BadInput, match="没有“接警编号”这一列"):
        done(written(tmp_path, [["1"]], header=["甲"]))
    picture = tmp_path / "p.csv"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(128, 256)) * 20)
    with pytest.raises(BadInput):
        done(picture)
    with pytest.raises(BadInput, match="没有这个文件"):
        done(tmp_path / "none.csv")
    assert list(CallImport.objects.values_list("failed_reason", flat=True)) != ["", "", ""]
    assert not CallImport.objects.filter(finished_at__isnull=False).exists()


def test_unlocated_calls_are_kept_and_counted(tmp_path, place):
    rows = [row("A1", 经度="", 纬度=""), row("A2", 经度="0", 纬度="0"), row("A3", 经度="87.6", 纬度="43.8")]
    found = import_calls(written(tmp_path, rows), place_code=PLACE, keeps_outside=True)
    assert (found.new, found.unlocated) == (3, 3)
    assert set(Call.objects.values_list("position", "lon_wgs84")) == {("none", None)}


def test_gcj02_is_converted_on_the_way_in(tmp_path, place):
    lon, lat = gcj02_from_wgs84(120.5012, 29.9987)
    done(written(tmp_path, [row("A1", 经度=lon, 纬度=lat), row("A2", 经度="", 纬度="")]), datum="gcj02")
    stored = Call.objects.get(number="A1")
    assert stored.lon_wgs84 == pytest.approx(120.5012, abs=1e-9)
    assert stored.lat_wgs84 == pytest.approx(29.9987, abs=1e-9)
    assert Call.objects.get(number="A2").lon_wgs84 is None
    import numpy as np

    east, north = np.meshgrid(np.linspace(74, 134, 31), np.linspace(18, 53, 31))
    there = np.array([gcj02_from_wgs84(*point) for point in zip(east.ravel(), north.ravel(), strict=True)])
    back = wgs84_from_gcj02(there[:, 0], there[:, 1])
    assert np.abs(back[0] - east.ravel()).max() < 1e-9
    assert np.abs(back[1] - north.ravel()).max() < 1e-9


def test_a_missing_class_is_found_by_the_text_and_a_category_alone_made_finer(tmp_path, place):
    rows = [
        row("A1", 警情类别=""),
        row("A2", 警情类别="事故", 报警内容="电动车撞到护栏翻了，骑车的人腿流血"),
        row("A3", 警情类别="秩序", 报警内容="两车追尾"),
    ]
    done(written(tmp_path, rows))
    assert list(Call.objects.order_by("number").values_list("subclass", "category", "classed_by")) == [
        ("two_cars", "accident", "text"),
        ("injury", "accident", "text"),
        ("order_other", "order", "text"),
    ]


def test_a_city_names_its_own_columns_and_words(tmp_path, place):
    own = tmp_path / "city.yaml"
    own.write_text("columns: {number: 流水号}\nclasses: {jam: [缓行]}\nvalidity: {valid: [重复]}\n", "utf-8")
    header = ["流水号", *HEADER[1:]]
    path = written(tmp_path, [row("A1", 警情类别="缓行", 有效性="重复")], header=header)
    assert done(path, columns=own) == (1, 0, 0, 0)
    assert Call.objects.get().subclass == "jam"
    own.write_text("columns: {weather: 天气}\n", "utf-8")
    with pytest.raises(BadInput, match="weather"):
        done(path, columns=own)


def test_doubles_in_the_file_and_against_the_database(tmp_path, place):
    first = [row("A1"), row("A1"), row("A2", 报警内容="旧的"), row("A2", 报警内容="新的")]
    path = written(tmp_path, first)
    assert done(path) == (2, 0, 1, 1)
    assert faults(path) == {"A2": "与第 4 条编号相同，以那一条为准"}
    assert Call.objects.get(number="A2").content == "新的"
    assert done(path) == (0, 0, 3, 1)
    assert not CallChange.objects.exists()
    assert done(written(tmp_path, [row("A1"), row("A2", 报警内容="更新的"), row("A3")])) == (1, 1, 1, 0)
    stored = Call.objects.get(number="A2")
    assert (stored.content, stored.version) == ("更新的", 2)
    assert [change.call_id for change in CallChange.objects.all()] == [stored.pk]


def test_the_newest_row_wins_where_the_file_says_when(tmp_path, place):
    header = [*HEADER, "更新时间"]
    rows = [[*row("A1", 报警内容="新"), "2026-11-03"], [*row("A1", 报警内容="旧"), "2026-11-02"]]
    assert done(written(tmp_path, rows, header=header)) == (1, 0, 0, 1)
    assert Call.objects.get().content == "新"


def test_what_people_said_here_is_not_undone_by_a_file(tmp_path, place, taker):
    done(written(tmp_path, [row("A1")]))
    stored = Call.objects.get()
    actions.correct_class(call_id=stored.pk, person=taker, subclass="nonmotor")
    actions.mark_invalid(call_id=stored.pk, person=taker, reason="演习")
    assert done(written(tmp_path, [row("A1", 报警内容="补充：是电动车", 警情类别="单方")])) == (0, 1, 0, 0)
    stored = Call.objects.get()
    assert (stored.content, stored.subclass, stored.classed_by) == ("补充：是电动车", "nonmotor", "person")
    assert (stored.validity, stored.invalid_reason) == ("invalid", "演习")


def test_references_make_repeats_duplicates_and_lines_of_the_ledger(tmp_path, place, taker):
    there = call(taker, number="DB1")
    today = (clock.now() - timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")
    rows = [
        row("A1", 报警时间=today),
        row("A2", 报警时间=today, 重复警情编号="A1", 有效性="重复"),
        row("A3", 报警时间=today, 重复警情编号="A2"),
        row("A4", 关联警情编号="A1"),
        row("A5", 重复警情编号="DB1", 报警时间="2020-01-01 10:00"),
        row("C1", 重复警情编号="C2"),
        row("C2", 重复警情编号="C1"),
        row("D1", 重复警情编号="C1"),
    ]
    path = written(tmp_path, rows)
    assert done(path) == (5, 0, 0, 3)
    assert faults(path)["C1"] == "重复警情编号绕成了圈：C2"
    assert faults(path)["D1"].startswith("重复警情编号")
    by_number = {item.number: item for item in Call.objects.select_related("repeat_of", "incident")}
    assert [by_number[name].repeat_of.number for name in ("A2", "A3", "A5")] == ["A1", "A1", "DB1"]
    assert (by_number["A4"].incident.number, by_number["A4"].validity) == ("A1", "duplicate")
    assert {chain.root.number: chain.calls for chain in RepeatChain.objects.all()} == {"A1": 3}
    assert by_number["A5"].repeat_of == there
    changes = CallChange.objects.count()
    assert done(path) == (0, 0, 5, 3)
    assert CallChange.objects.count() == changes


def test_the_newest_calls_of_a_file_get_their_links_and_history_none(tmp_path, place):
    yesterday = (clock.now() - timedelta(hours=20)).strftime("%Y-%m-%d %H:%M:%S")
    today = (clock.now() - timedelta(hours=9)).strftime("%Y-%m-%d %H:%M:%S")
    rows = [row("A1", 报警时间="2020-03-01 08:00"), row("A2", 报警时间="2020-03-02 08:00")]
    rows += [row("B1", 报警时间=yesterday), row("B2", 报警时间=today)]
    path = written(tmp_path, rows)
    done(path)
    done(path)
    found = CallLink.objects.values_list("call__number", "earlier__number", "notion", "state")
    assert list(found) == [("B2", "B1", "same_matter", "proposed")]


@pytest.fixture(scope="module")
def big(tmp_path_factory) -> Path:
    """20,000 rows, one in a hundred at fault: the file of the measurement."""
    spec = importlib.util.spec_from_file_location("imports", Path(__file__).parents[4] / "bench" / "imports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path_factory.mktemp("big") / "calls.csv"
    module.make(path, 20_000)
    return path


def test_nothing_is_lost_of_many_rows_and_a_cut_off_import_is_taken_up_again(big, squadron, unit, monkeypatch):
    big.write_text(big.read_text("utf-8").replace("管辖单位", "别的", 1), "utf-8")  # these units are not here
    real, calls = storing._store, []

    def dies(*arguments, **more):
        calls.append(1)
        if len(calls) == 2:
            raise KeyError("cut off")
        return real(*arguments, **more)

    monkeypatch.setattr(storing, "_store", dies)
    with pytest.raises(KeyError):
        import_calls(big, place_code=PLACE)
    half = Call.objects.count()
    assert 0 < half < 19_000
    run = CallImport.objects.get()
    assert (run.rows_done, run.failed_reason, run.finished_at) == (half, "KeyError", None)
    monkeypatch.setattr(storing, "_store", real)
    found = import_calls(big, place_code=PLACE)
    assert found.import_id == run.pk
    assert (found.rows, found.same, found.changed) == (20_000, half, 0)
    assert 150 < found.faulty < 250
    assert Call.objects.count() == 20_000 - found.faulty
    with found.faults.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == found.faulty + 1


def test_a_number_that_somebody_stores_meanwhile_is_found_at_the_second_try(tmp_path, place, monkeypatch):
    real, calls = storing._store, []

    def late(*arguments):
        if not calls:
            calls.append(call(None, number="A2", content="先到的"))
        return real(*arguments)

    monkeypatch.setattr(storing, "_store", late)
    assert done(written(tmp_path, [row("A1"), row("A2")])) == (1, 1, 0, 0)
    assert Call.objects.get(number="A2").content == "两车追尾，没有人受伤"


def test_a_second_process_seals_what_this_one_can_read(monkeypatch):
    monkeypatch.setattr(sealing, "LARGE", 1)
    monkeypatch.setattr(sealing, "_has_idle_core", lambda: True)
    forms = Forms(time="%Y", has_uuid=False, datum="wgs84", place_code="339900", district_of_unit={})
    texts = {name: [""] for name in (*COLUMNS, "class_code", "validity_code", "repeat_of", "incident", "lon", "lat")}
    columns = texts | {f"{name}_n": [0] for name in ("injured", "dead", "trapped")}
    columns |= {"content": ["两车追尾"], "caller_phone": ["13800990001"], "lon": [None]}
    with sealing.sealer(1) as seal:
        rows = [seal(columns, forms) for _ in range(2)]
        (one,), (two,) = (row.result(60) for row in rows)
    at = COLUMNS.index("content")
    assert decrypt(one[at]) == decrypt(two[at]) == "两车追尾"
    assert one[at] != two[at]
    assert one[COLUMNS.index("phone_index")] == blind_index("13800990001", purpose="call.phone")
    assert one[COLUMNS.index("subclass")] == "two_cars"


def test_a_file_again_is_compared_at_once_and_what_changed_is_found(tmp_path, place, monkeypatch):
    monkeypatch.setattr(running, "COMPARED_AT_ONCE", 2)
    rows = [row(f"A{n}") for n in range(6)]
    assert done(written(tmp_path, rows)) == (6, 0, 0, 0)
    rows[2] = row("A2", 报警内容="补充：是电动车")
    again = written(tmp_path, [*rows, row("A9"), rows[0]])
    with CaptureQueriesContext(connection) as caught:
        assert done(again) == (1, 1, 6, 0)
    assert sum("number IN" in query["sql"] for query in caught) <= 2
