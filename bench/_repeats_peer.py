"""splink on the same calls, as well as one knows how: the peer of `analysis_repeats`.

It is given what it cannot learn by itself: m from the true labels of the training calls, u from random pairs and the
true share
of matches, a threshold chosen on the training calls, and pairs from blocks of place and time, phone, and plate. The
better of
its pairs and of its clusters counts.
"""

import logging
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]
NEAR = "sqrt(power(x_l - x_r, 2) + power(y_l - y_r, 2))"
LATER = "abs(t_l - t_r)"
PLATES = "[plate_a_l, plate_b_l]", "[plate_a_r, plate_b_r]"
BLOCKS = (
    "l.cell = r.cell and abs(l.t - r.t) < 5400",
    "l.cell_two = r.cell_two and abs(l.t - r.t) < 5400",
    "l.phone = r.phone and abs(l.t - r.t) < 43200",
    "l.plate_a = r.plate_a and abs(l.t - r.t) < 43200",
    "l.plate_a = r.plate_b and abs(l.t - r.t) < 43200",
    "l.plate_b = r.plate_b and abs(l.t - r.t) < 43200",
)


def _level(sql: str, label: str, **more: Any) -> dict[str, Any]:
    return {"sql_condition": sql, "label_for_charts": label, **more}


def _comparison(name: str, unknown: str, levels: list[str]) -> dict[str, Any]:
    found = [_level(unknown, "unknown", is_null_level=True)]
    found += [_level(sql, sql[:40]) for sql in levels]
    return {"output_column_name": name, "comparison_levels": [*found, _level("ELSE", "else")]}


def _settings(share: float) -> dict[str, Any]:
    one_off = " or ".join(
        f"levenshtein(plate_{a}_l, plate_{b}_r) <= 1" for a in "ab" for b in "ab"
    )  # fmt: skip
    same = " or ".join(f"plate_{a}_l = plate_{b}_r" for a in "ab" for b in "ab")
    both = "(plate_a_l = plate_a_r and plate_b_l = plate_b_r) or (plate_a_l = plate_b_r and plate_b_l = plate_a_r)"
    no_plate = "coalesce(plate_a_l, plate_b_l) is null or coalesce(plate_a_r, plate_b_r) is null"
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": share,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in BLOCKS],
        "comparisons": [
            _comparison("place", "x_l is null or x_r is null",
                        [f"{NEAR} < {m}" for m in (20, 50, 120, 300, 700, 1500)]),
            _comparison("moment", "t_l is null", [f"{LATER} < {s}" for s in (180, 600, 1200, 2400, 5400, 14400)]),
            _comparison("phone", "phone_l is null or phone_r is null", ["phone_l = phone_r"]),
            _comparison("plates", no_plate, [both, same, one_off]),
            _comparison("roads", "road_one_l is null or road_one_r is null", [
                "road_one_l in (road_one_r, road_two_r) and road_two_l in (road_one_r, road_two_r)",
                "road_one_l in (road_one_r, road_two_r) or road_two_l in (road_one_r, road_two_r)",
            ]),
            _comparison("typ", "typ_l is null or typ_r is null", ["typ_l = typ_r"]),
        ],
    }  # fmt: skip


def records(columns: dict[str, NDArray[Any]], event: NDArray[np.int64]) -> Any:
    """An Arrow table with roads parsed and plates brought to one form, so that the peer has the same words as ours."""
    import pyarrow

    from kuaichu.analysis.repeats.texts import road_names

    def text(name: str) -> list[str | None]:
        return [value.replace("·", "").upper() or None for value in columns[name]]

    roads = [[*road_names(value), None, None][:2] for value in columns["road"]]
    x, y = columns["x"], columns["y"]
    cells = [_cell(x, y, shift) for shift in (0.0, 500.0)]
    return pyarrow.table({
        "unique_id": pyarrow.array(range(len(x))),
        "t": columns["t"], "x": pyarrow.array(x, mask=np.isnan(x)), "y": pyarrow.array(y, mask=np.isnan(y)),
        "phone": text("phone"), "plate_a": text("plate_a"), "plate_b": text("plate_b"), "typ": text("typ"),
        "road_one": [pair[0] for pair in roads], "road_two": [pair[1] for pair in roads],
        "cell": cells[0], "cell_two": cells[1], "event": event,
    })  # fmt: skip


def _cell(x: NDArray[np.float64], y: NDArray[np.float64], shift: float) -> list[str | None]:
    places = zip(x + shift, y + shift, strict=True)
    return [None if np.isnan(a) else f"{a // 1000:.0f}/{b // 1000:.0f}" for a, b in places]


class Peer:
    """Trained on labelled calls; `found` gives incident numbers of other calls."""

    def __init__(self, train: Any, share: float) -> None:
        warnings.simplefilter("ignore")
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._settings: dict[str, Any] = _settings(share)
        linker = self._linker(train)
        linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000)
        linker.training.estimate_m_from_label_column("event")
        self._settings = linker.misc.save_model_to_json()

    def _linker(self, table: Any) -> Any:
        from splink import Linker
        from splink.backends.duckdb import DuckDBAPI

        api = DuckDBAPI()
        return Linker(api.register(table), self._settings, log_level=logging.ERROR)

    def scored(self, table: Any) -> "Scored":
        linker = self._linker(table)
        return Scored(linker, linker.inference.predict(threshold_match_probability=0.05), table.num_rows)


class Scored:
    def __init__(self, linker: Any, predicted: Any, rows: int) -> None:
        self._linker, self._predicted, self._rows = linker, predicted, rows

    def pairs(self, threshold: float) -> Pairs:
        """Pairs of calls at or above the threshold, shape (pairs, 2)."""
        found = self._predicted.as_pyarrow_table() if hasattr(self._predicted, "as_pyarrow_table") else self._arrow()
        likely = np.asarray(found["match_probability"]) >= threshold
        both = [np.asarray(found[f"unique_id_{side}"])[likely].astype(np.int64) for side in "lr"]
        return np.sort(np.stack(both, axis=1), axis=1)

    def _arrow(self) -> Any:
        return self._predicted.as_duckdbpyrelation().arrow().read_all()

    def clusters(self, threshold: float) -> NDArray[np.int64]:
        """Connected components, one whole number a call."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        pairs = self.pairs(threshold)
        ones = np.ones(len(pairs))
        graph = coo_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(self._rows, self._rows))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def thresholds() -> Iterator[float]:
    yield from (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
