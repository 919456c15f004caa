"""`./kuaichu analyse quality` from a file to flags and a summary."""

import csv
import json

import numpy as np

from kuaichu.analysis import networks
from kuaichu.command import analysing
from kuaichu.law.identifiers.coordinates import gcj02_from_wgs84


def test_flags_and_a_summary(tmp_path, capsys):
    rng = np.random.default_rng(1)
    town = networks.lattice(columns=12, rows=12, spacing_m=300, lon=113.0, lat=28.0)
    x, y = town.plane.metres(town.lon, town.lat)
    lon, lat = town.plane.degrees(x + rng.normal(0, 70, 144), y + rng.normal(0, 70, 144))
    lines = [[[lon[a], lat[a]], [lon[b], lat[b]]] for a, b in zip(town.from_node, town.to_node, strict=True)]
    features = [{"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}} for line in lines]
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    places = [np.array(line[0]) + rng.random() * (np.array(line[1]) - line[0]) for line in lines for _ in range(3)]
    rows = [(*gcj02_from_wgs84(*place), f"2026-03-0{k % 8 + 1} 0{k % 9}:15") for k, place in enumerate(places)]
    rows[0], rows[1] = (0, 0, "2026-03-01"), ("", "", "")
    points = tmp_path / "calls.csv"
    points.write_text("lon,lat,at\n" + "".join(f"{a},{b},{at}\n" for a, b, at in rows))
    out = tmp_path / "flags.csv"
    given = ["quality", "--in", str(points), "--out", str(out), "--time", "at", "--network", str(roads)]
    assert analysing.main(given) == 0
    with out.open(encoding="utf-8") as read:
        found = list(csv.DictReader(read))
    assert len(found) == len(rows)
    assert [(row["usable"], row["flags"]) for row in found[:3]] == [
        ("0", "ZERO"),
        ("0", "MISSING|TIME_MISSING"),
        ("1", ""),
    ]
    summary = json.loads((tmp_path / "flags.json").read_text("utf-8"))
    assert (summary["rows"], summary["usable_places"]) == (len(rows), len(rows) - 2)
    assert summary["places"]["ZERO"] == summary["times"]["MISSING"] == 1
    assert (summary["datum"]["is_shifted"], summary["datum"]["looks_like"]) == (True, "GCJ-02")
    assert "GCJ-02" in capsys.readouterr().err
