"""`./kuaichu analyse coverage`: from a table of calls to a plan with its bounds."""

import csv
import json

import pytest

from kuaichu.command.analysing import main

HEAD = "经度,纬度,起数,小时\n"


@pytest.fixture
def calls(tmp_path):
    """Two towns 9.6 km apart; by day the western calls, by night the eastern."""
    path = tmp_path / "calls.csv"
    rows = [f"{120 + east + 0.001 * i},30.0,{n},{hour}" for hour, west_n, east_n in ((9, 8, 2), (22, 1, 9))
            for east, n in ((0.0, west_n), (0.1, east_n)) for i in range(3)]  # fmt: skip
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def asked(calls, *more):
    out = calls.with_name("plan.csv")
    code = main(["coverage", "--in", str(calls), "--out", str(out), "--lon", "经度", "--lat", "纬度", "--weight", "起数",
                 "--hour", "小时", *more])  # fmt: skip
    assert code == 0
    with out.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file)), json.loads(out.with_suffix(".summary.json").read_text("utf-8"))


def test_hourly_plans_with_bounds(calls, capsys):
    rows, summary = asked(calls, "--units", "1", "--per", "hour", "--detour", "1")
    assert [(row["hour"], row["lon"]) for row in rows] == [("9", "120.001"), ("22", "120.101")]
    assert float(rows[1]["moved"]) == pytest.approx(9630, rel=0.002)
    assert [hour["proof"] for hour in summary["hours"]] == ["dual", "dual"]
    for hour in summary["hours"]:
        assert hour["gap"] <= 1e-3
        assert hour["bound"] <= hour["cost"]
    # 24 calls at 0 or 96.3 m, 6 at 9.63 km or 96.3 m more or less
    assert summary["hours"][0]["mean"] == pytest.approx((16 * 96.3 + 6 * 9630) / 30, rel=0.002)
    assert "差距 gap ≤" in capsys.readouterr().err
    stay, dear = asked(calls, "--units", "1", "--per", "hour", "--move-cost", "1e9")
    assert stay[0]["lon"] == stay[1]["lon"]
    assert dear["moves"] == 0


def test_covering_as_a_map_with_who_serves_whom(calls, tmp_path):
    out, given = tmp_path / "plan.geojson", tmp_path / "who.csv"
    code = main(["coverage", "--in", str(calls), "--out", str(out), "--lon", "经度", "--lat", "纬度", "--units", "1",
                 "--within-m", "500", "--weight", "起数", "--assigned", str(given)])  # fmt: skip
    assert code == 0
    feature = json.loads(out.read_text("utf-8"))["features"][0]
    assert feature["geometry"]["coordinates"] == [
        120.1,
        30.0,
    ]  # of the three that cover as much, the western towns' nearest
    summary = json.loads((tmp_path / "plan.summary.json").read_text("utf-8"))
    assert summary["hours"][0]["covered_share"] == pytest.approx(33 / 60)
    assert summary["gap"] == 0
    with given.open(encoding="utf-8-sig") as file:
        assert sum(float(row["travel"]) <= 500 for row in csv.DictReader(file)) == 3


def test_by_road_and_with_named_sites(calls, tmp_path):
    (tmp_path / "nodes.csv").write_text("id,lon,lat\na,120,30\nb,120.1,30\nc,120.2,30\n")
    (tmp_path / "links.csv").write_text("from,to,seconds\na,b,600\nb,c,600\n")
    (tmp_path / "sites.csv").write_text("经度,纬度,名称\n120.2,30,东站\n120.0,30,西站\n", encoding="utf-8")
    roads = ["--nodes", str(tmp_path / "nodes.csv"), "--links", str(tmp_path / "links.csv")]
    sites = ["--sites", str(tmp_path / "sites.csv"), "--site-name", "名称"]
    rows, summary = asked(calls, "--units", "1", *roads, *sites, "--within-s", "60", "--cell-m", "2000")
    assert (rows[0]["site"], summary["unit"], summary["points"], summary["sites"]) == ("西站", "s", 2, 2)


def test_a_point_far_from_any_road_is_out_of_reach(calls, tmp_path, capsys):
    with calls.open("a", encoding="utf-8") as more:
        more.write("110,36,7,9\n")
    (tmp_path / "nodes.csv").write_text("id,lon,lat\na,120,30\nb,120.1,30\n")
    (tmp_path / "links.csv").write_text("from,to,seconds\na,b,600\n")
    (tmp_path / "sites.csv").write_text("经度,纬度\n120,30\n120.1,30\n", encoding="utf-8")
    files = [part for name in ("nodes", "links", "sites") for part in (f"--{name}", str(tmp_path / f"{name}.csv"))]
    _, summary = asked(calls, "--units", "1", *files, "--within-s", "60")
    assert summary["hours"][0]["unreached"] == 7
    assert "1 个需求点离路网超过 500 米，算到不了" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--units", "0"], "至少要有一个单元"),
        (["--units", "1", "--nodes", "n.csv"], "--nodes 和 --links"),
        (["--units", "1", "--weight", "几起"], "没有“几起”这一列"),
        (["--units", "1", "--out", "plan.pdf"], "plan.pdf"),
    ],
)
def test_refusals_are_words(calls, capsys, more, words):
    code = main(
        ["coverage", "--in", str(calls), "--out", "x.csv", "--lon", "经度", "--lat", "纬度", "--weight", "起数", *more]
    )
    assert code == 2
    assert words in capsys.readouterr().err


def test_no_row_with_a_place(tmp_path, capsys):
    path = tmp_path / "calls.csv"
    path.write_text("lon,lat\n,\n")
    assert main(["coverage", "--in", str(path), "--out", str(tmp_path / "x.csv"), "--units", "1"]) == 2
    assert "没有一行有坐标" in capsys.readouterr().err


def test_rows_without_weights_count_one_each(calls, tmp_path):
    out = tmp_path / "plan.csv"
    assert (
        main(["coverage", "--in", str(calls), "--out", str(out), "--lon", "经度", "--lat", "纬度", "--units", "2"]) == 0
    )
    assert json.loads(out.with_suffix(".summary.json").read_text("utf-8"))["hours"][0]["weight"] == 12
