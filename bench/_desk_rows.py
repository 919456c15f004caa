"""A million invented calls straight into the table, as fast as the database takes them."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
SPAN = 3 * 365  # days
PLACE = "339900"
CLASSES = {
    "accident": ("two_cars", "nonmotor", "injury"),
    "order": ("parking", "noise"),
    "other": ("jam", "other_other"),
}
SHARES = {"accident": 0.48, "order": 0.34, "other": 0.18}


def fill(rows: int, *, place: str, units: list[str], seed: int = 7) -> None:
    """Calls of the last three years around busy crossings of the place's roads."""
    from django.db import connection

    from kuaichu import clock
    from kuaichu.governance import maps

    random = np.random.default_rng(seed)
    network = maps.network(place)
    assert network is not None
    busy = random.choice(network.nodes, 60, replace=False)
    node = np.where(random.random(rows) < 0.6, random.choice(busy, rows), random.integers(0, network.nodes, rows))
    lon = network.lon[node] + random.normal(0, 0.0012, rows)
    lat = network.lat[node] + random.normal(0, 0.0011, rows)
    hour = np.clip(
        np.where(random.random(rows) < 0.5, random.normal(8.2, 1.6, rows), random.normal(17.6, 2.6, rows)), 0, 23.99
    )
    start = (
        int((clock.now() - timedelta(days=SPAN)).timestamp() + 8 * 3600) // 86400 * 86400 - 8 * 3600
    )  # midnight in China
    day = np.sort(random.integers(0, SPAN + 1, rows))
    t = np.minimum(start + day * 86400 + (hour * 3600).astype(int), int(clock.now().timestamp()) - 60)
    category = random.choice(list(SHARES), rows, p=list(SHARES.values()))
    _insert(connection, rows, t, lon, lat, category, random, place, units)


def _insert(connection, rows, t, lon, lat, category, random, place, units) -> None:
    validity = random.choice(["valid", "duplicate", "invalid"], rows, p=[0.9, 0.06, 0.04])
    is_server = connection.vendor == "postgresql"
    columns = (
        "number, place_id, district, grid, unit_id, source, received_at, stored_at, caller_name, caller_phone,"
        " phone_index, content, location, road, lon_wgs84, lat_wgs84, position, plates, category, subclass,"
        " intake_subclass, classed_by, validity, invalid_reason, injured, dead, trapped, is_hit_and_run, status,"
        " result, case_number, digest, version"
    )

    def row(i):
        at = datetime.fromtimestamp(int(t[i]), UTC)
        stamp = at.isoformat() if is_server else at.strftime("%Y-%m-%d %H:%M:%S")
        subclass = CLASSES[category[i]][i % len(CLASSES[category[i]])]
        has_place = i % 33 != 0
        unit = units[i % len(units)] if is_server else units[i % len(units)].replace("-", "")
        return (
            f"B{i:09d}", place, "339902" if lon[i] > 120.5 else "339903", "", unit, "imported", stamp, stamp, "", "",
            "", "", "", "", float(lon[i]) if has_place else None, float(lat[i]) if has_place else None,
            "exact" if has_place else "none", "", str(category[i]), subclass,
            subclass, "given", str(validity[i]), "", 0, 0, 0, False, "closed",
            "", "", "", 1,
        )  # fmt: skip

    if is_server:
        with connection.cursor() as cursor, cursor.cursor.copy(f"COPY calls_call ({columns}) FROM STDIN") as copy:
            for i in range(rows):
                copy.write_row(row(i))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE calls_call")
        return
    marks = ", ".join(["?"] * (columns.count(",") + 1))
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(f"INSERT INTO calls_call ({columns}) VALUES ({marks})", (row(i) for i in range(rows)))
    raw.execute("COMMIT")


def take_when_told() -> None:
    """For every line on the input one more accident; prints its id and the second (since 1970) after it was stored."""
    from kuaichu import clock
    from kuaichu.accounts.models import Person
    from kuaichu.calls.actions import Intake, take_call

    taker = Person.objects.get(username="calls")
    print("ready", flush=True)
    for number, _ in enumerate(sys.stdin):
        intake = Intake(
            place_code=PLACE,
            received_at=clock.now(),
            content="两车追尾",
            lon_wgs84=120.50 + number * 0.001,
            lat_wgs84=30.0,
        )
        taken = take_call(taker=taker, intake=intake)
        print(taken.call.pk, time.time(), flush=True)


def main(arguments: list[str]) -> None:
    import django

    django.setup()
    from kuaichu.accounts.models import Agency
    from kuaichu.demo.map.making import FOLDER
    from kuaichu.governance import events, maps

    if arguments == ["take"]:
        take_when_told()
        return
    for name in ("boundary", "roads"):
        maps.take(place_code=PLACE, path=FOLDER / f"{name}.geojson")
    fill(int(arguments[0]), place=PLACE, units=[str(unit.pk) for unit in Agency.objects.filter(kind="police")])
    started = time.perf_counter()
    store = events.store(PLACE)
    print(
        f"  {'store filled from the table, without a snapshot':<58} {time.perf_counter() - started:.2f} s", flush=True
    )
    started = time.perf_counter()
    events.Store(PLACE).refresh()
    print(f"  {'store filled from its snapshot':<58} {time.perf_counter() - started:.2f} s", flush=True)
    print(f"  {'calls in the store':<58} {len(store.columns):,}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
