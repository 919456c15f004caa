"""Rows of an answer to a file: CSV for a spreadsheet, GeoJSON for a map, and a summary in JSON beside it."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
ENDINGS = (".csv", ".geojson", ".json")
MARK = "utf-8-sig"  # spreadsheets guess another encoding without it


def write_rows(path: Path, rows: Sequence[Row], *, names: Sequence[str]) -> None:
    """`names` in this order to .csv; or, by `lon` and `lat`, points to .geojson."""
    if path.suffix == ".csv":
        with path.open("w", encoding=MARK, newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows({name: _cell(row.get(name)) for name in names} for row in rows)
    else:
        path.write_text(_geojson(rows, names), "utf-8")


def write_summary(path: Path, summary: Row) -> Path:
    """The summary beside the output: plan.csv -> plan.summary.json. Where it stands."""
    beside = path.with_suffix(".summary.json")
    beside.write_text(json.dumps(finite(summary), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return beside


def finite(value: Any) -> Any:
    """The value with None for what JSON can't say: NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list | tuple) else value


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
    return "" if value is None else value


def _geojson(rows: Sequence[Row], names: Sequence[str]) -> str:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(row["lon"], 7), round(row["lat"], 7)]},
            "properties": {name: finite(row.get(name)) for name in names if name not in {"lon", "lat"}},
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
