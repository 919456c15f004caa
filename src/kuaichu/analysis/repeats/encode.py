"""Columns of calls turned into numbers for the kernel, in order of time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.repeats.run import Batch, empty_batch
from kuaichu.analysis.repeats.texts import Words, pack_plate, phone_key

NEEDED = ("call_id", "t")
FAR_M = 1e8  # beyond any place on earth


def order_of(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Rows by time, equal times as given. BadInput names the column and row that cannot be used."""
    for name in NEEDED:
        if name not in columns:
            raise BadInput(f"缺少列 {name}", f"column {name} is missing", field=name)
    rows = len(columns["call_id"])
    for name, values in columns.items():
        if len(values) != rows:
            zh, en = f"列 {name} 的长度与其他列不同", f"column {name} has another length than the others"
            raise BadInput(zh, en, field=name)
    t = np.asarray(columns["t"], float)
    bad = np.flatnonzero(~np.isfinite(t))
    if bad.size:
        row = int(bad[0])
        raise BadInput(f"第 {row + 1} 条没有时间", f"row {row + 1} has no time", field="t", row=row)
    return np.argsort(t, kind="stable")


def encode(
    columns: Mapping[str, NDArray[Any]], words: Words, secret: bytes = b"", order: NDArray[np.int64] | None = None
) -> Batch:
    """The calls in that order; columns that are missing stay unknown."""
    order = order_of(columns) if order is None else order
    batch = empty_batch(order.size)
    batch.t[:] = np.asarray(columns["t"], float)[order]
    if "x" in columns and "y" in columns:
        x, y = np.asarray(columns["x"], float)[order], np.asarray(columns["y"], float)[order]
        is_usable = np.isfinite(x) & np.isfinite(y) & (np.abs(x) < FAR_M) & (np.abs(y) < FAR_M)
        batch.x[:], batch.y[:] = np.where(is_usable, x, np.nan), np.where(is_usable, y, np.nan)
    for at, row in enumerate(order):
        _texts(batch, at, {name: columns[name][row] for name in TEXTS if name in columns}, words, secret)
    return batch


TEXTS = ("phone", "road", "plate_a", "plate_b", "typ")


def _texts(batch: Batch, at: int, texts: Mapping[str, Any], words: Words, secret: bytes) -> None:
    phone, road, plate_a, plate_b, typ = (_text(texts.get(name)) for name in TEXTS)
    batch.phone[at] = phone_key(phone, secret) if phone else 0
    batch.plates[at, 0] = pack_plate(plate_a) if plate_a else 0
    batch.plates[at, 1] = pack_plate(plate_b) if plate_b else 0
    batch.roads[at] = words.roads(road) if road else (-1, -1)
    batch.typ[at] = words.kind(typ)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(value)


def fill_one(batch: Batch, call: Mapping[str, Any], words: Words, secret: bytes) -> None:
    """One call into row 0 of a batch of one."""
    t = float(call["t"])
    if not np.isfinite(t):
        raise BadInput("这条警情没有时间", "this call has no time", field="t", row=0)
    x, y = (_number(call.get(name)) for name in ("x", "y"))
    is_usable = np.isfinite(x) and np.isfinite(y) and abs(x) < FAR_M and abs(y) < FAR_M
    batch.t[0], batch.x[0], batch.y[0] = t, x if is_usable else np.nan, y if is_usable else np.nan
    _texts(batch, 0, call, words, secret)


def _number(value: Any) -> float:
    return float("nan") if value is None or value == "" else float(value)
