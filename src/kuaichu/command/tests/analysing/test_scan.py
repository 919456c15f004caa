"""`analyse scan` from a file to a file."""

import json

import numpy as np
import pytest

from kuaichu.command.analysing import main


@pytest.fixture
def events(tmp_path):
    """60 days, 20 sites, and site 7 with 15 more on the last three days."""
    rng = np.random.default_rng(2)
    rows = [(int(rng.integers(20)), int(rng.integers(60)), 1) for _ in range(600)] + [
        (7, 57 + i % 3, 3) for i in range(5)
    ]
    path = tmp_path / "events.csv"
    first = np.datetime64("2026-01-01")
    text = "".join(
        f"路口{site},{120 + 0.01 * (site % 5)},{30 + 0.01 * (site // 5)},{first + day} 08:30,{number}\n"
        for site, day, number in rows
    )
    path.write_text("site,lon,lat,t,n\n" + text, "utf-8")
    return path


def scanned(events, tmp_path, *more):
    out = tmp_path / "clusters.json"
    assert main(["scan", "--in", str(events), "--out", str(out), "--cases", "n", *more]) == 0
    return json.loads(out.read_text("utf-8"))


def test_the_new_cluster_is_found(events, tmp_path, capsys):
    more = ("--days", "28", "--prospective", "--replicates", "99", "--window-days", "7", "--max-share", "0.2")
    found = scanned(events, tmp_path, *more)
    best = found["best"]
    assert best["sites"] == ["路口7"]
    assert (best["from"], best["to"], best["days"]) == ("2026-02-27", "2026-03-01", 3)
    assert (best["p"], best["recurrence_days"]) == (0.01, 100)
    assert 0 < best["p_gumbel"] < 0.01
    assert found["period"] == {"from": "2026-02-02", "to": "2026-03-01", "days": 28, "window_days": 7, "max_share": 0.2}
    assert list(found["null_quantiles"]) == ["0.5", "0.9", "0.95", "0.99"]
    assert all("路口7" not in other["sites"] for other in found["secondary"])
    assert scanned(events, tmp_path, *more) == found
    assert "路口7" in capsys.readouterr().err


def test_the_whole_past_and_a_part_of_it(events, tmp_path):
    found = scanned(events, tmp_path, "--replicates", "19", "--max-radius-m", "100", "--until", "2026-02-20")
    assert found["analysis"] == "retrospective"
    assert "recurrence_days" not in found["best"]
    assert found["period"]["max_share"] == 0.5
    assert all(len(one["sites"]) == 1 and one["to"] <= "2026-02-20" for one in [found["best"], *found["secondary"]])


def test_what_cannot_be_used_is_said_in_words(events, tmp_path, capsys):
    def refused(path, *more):
        assert main(["scan", "--in", str(path), "--out", str(tmp_path / "x.json"), *more]) == 2
        return capsys.readouterr().err

    assert "first day" in refused(events, "--from", "2026-03-01", "--until", "2026-02-01")
    bad = tmp_path / "bad.csv"
    bad.write_text("site,lon,lat,t\nA,120,30,2026-01-01\nB,120,95,2026-01-02\n")
    assert "line 3" in refused(bad)
    bad.write_text("site,lon,lat,t\nA,120,30,2026-01-01\nA,,,2026-01-01\nA,120,30,\n")
    assert "第 4 行的“t”是空的" in refused(bad)
    bad.write_text("site,lon,lat,t,n\nA,120,30,2026-01-01,-2\n")
    assert "第 2 行的“n”" in refused(bad, "--cases", "n")
    bad.write_text("site,lon,lat,t\n")
    assert "no event" in refused(bad)
