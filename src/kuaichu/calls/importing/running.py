"""One import from the file to the counts. The same file again changes nothing; one cut off is taken up again."""

import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians
from pathlib import Path
from uuid import UUID, uuid5

import duckdb
from django.conf import settings
from django.db import connection as database
from django.db import transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, AgencyKind, Person, Place
from kuaichu.analysis.errors import BadInput
from kuaichu.calls.importing import checking, matters, reading, references, sealing, storing
from kuaichu.calls.importing.batches import Forms, batch_of
from kuaichu.calls.importing.columns import words
from kuaichu.calls.models import STREAMS, Call, CallImport
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor

BATCH = 10_000
COMPARED_AT_ONCE = 2_000
METRES_PER_DEGREE = 111_195.0
DATUMS = ("wgs84", "gcj02")
CLOCK_TOLERANCE = timedelta(minutes=5)
SQLITE_CACHE_KIB = 400_000
Progress = Callable[[str, int, int], None]  # step, done, total


@dataclass(frozen=True, kw_only=True)
class Imported:
    """Counts of a finished import: rows = new + changed + same + faulty. `faults`: the file of the last, or None."""

    import_id: int
    rows: int
    new: int
    changed: int
    same: int
    faulty: int
    unlocated: int
    faults: Path | None


def import_calls(
    path: Path,
    *,
    place_code: str,
    asked_by: Person | None = None,
    columns: Path | None = None,
    datum: str = "wgs84",
    keeps_outside: bool = False,
    faults: Path | None = None,
    looked_at: int = matters.MOST_LOOKED_AT,
    progress: Progress | None = None,
) -> Imported:
    """Import a file of calls. `datum` gcj02: converted on the way in. `keeps_outside`: positions far from the place
    are dropped and the calls kept as unlocated; else they are faults. `faults`: where bad rows go (default:
    beside the file). `looked_at`: for how many of the newest calls earlier ones are sought.

    Raises BadInput for a file that can't be used, Refused("place.unknown").
    """
    place = Place.objects.filter(pk=place_code).first()
    if place is None:
        raise Refused("place.unknown", "没有这个地区")
    if datum not in DATUMS:
        raise BadInput(f"坐标系只能是 {'、'.join(DATUMS)}", f"the datum is one of {', '.join(DATUMS)}", field="datum")
    run = _begin(path, place, asked_by)
    try:
        with tempfile.TemporaryDirectory(prefix="kuaichu-") as folder, _fast_writes():
            work = _Work(
                path=path, place=place, folder=Path(folder), columns=columns, run=run, progress=progress or _silent,
                setting=_setting(place, datum, keeps_outside),
                faults=faults or path.with_name(f"{path.stem}.faults.csv"), looked_at=looked_at,
            )  # fmt: skip
            return _finish(work, _do(work))
    except Exception as error:
        reason = error.zh if isinstance(error, BadInput) else type(error).__name__
        CallImport.objects.filter(pk=run.pk).update(failed_reason=reason[:200])
        raise


@dataclass(frozen=True, kw_only=True)
class _Work:
    path: Path
    place: Place
    folder: Path
    columns: Path | None
    run: CallImport
    setting: checking.Setting
    faults: Path
    looked_at: int
    progress: Progress


def _begin(path: Path, place: Place, asked_by: Person | None) -> CallImport:
    """A row of its own, or that of the same file when it was cut off."""
    digest = reading.digest_of(path) if path.is_file() else ""
    run = CallImport.objects.filter(place=place, file_digest=digest, finished_at__isnull=True).order_by("-id").first()
    if run is None or not digest:
        run = CallImport(place=place, file_digest=digest)
    run.file_name, run.asked_by, run.started_at, run.failed_reason = path.name[:120], asked_by, clock.now(), ""
    for name in ("rows", "rows_new", "rows_changed", "rows_same", "rows_faulty", "rows_done"):
        setattr(run, name, 0)
    run.save()
    return run


def _do(work: _Work) -> tuple[int, int, Path | None]:
    """Rows that were equal to another row of the file, unlocated rows, and the file of faults."""
    known = words(work.columns)
    work.progress("reading", 0, 1)
    clean = reading.cleaned(work.path, known, work.folder)
    work.run.rows = clean.rows
    work.run.save(update_fields=["rows"])
    work.progress("checking", 0, clean.rows)
    duck = duckdb.connect(str(work.folder / "rows.duckdb"), config={"preserve_insertion_order": "true"})
    try:
        duck.execute("SET TimeZone = 'UTC'")
        checking.load(duck, clean)
        clean.path.unlink()
        checking.check(duck, roles=clean.roles, words=known, setting=work.setting)
        checking.settle_doubles(duck)
        roots = references.settle(duck, work.place.pk)
        is_first = not Call.objects.filter(place=work.place).exists()
        if not is_first:
            work.run.rows_same += _leave_out_same(duck, work)
        _store(duck, work, is_first=is_first)
        matters.tie(roots, work.place.pk)
        matters.propose(work.place.pk, most=work.looked_at)
        doubles, unlocated = duck.execute(
            "SELECT (SELECT count(*) FROM final WHERE is_double AND fault IS NULL),"
            " (SELECT count(*) FROM final WHERE fault IS NULL AND NOT is_double AND lon IS NULL)"
        ).fetchall()[0]
        return int(doubles), int(unlocated), _write_faults(work, duck, clean)
    finally:
        duck.close()


def _store(duck: duckdb.DuckDBPyConnection, work: _Work, *, is_first: bool) -> None:
    total = checking.line_up(duck)
    forms = _forms(work.setting.datum, work.place.pk)
    target = storing.Target(place_code=work.place.pk, forms=forms, run=work.run, is_first=is_first)
    batches = (batch_of(duck, first=first, size=BATCH, forms=forms) for first in range(0, total, BATCH))
    done = 0
    with sealing.sealer(total) as seal:
        for stored in storing.store_all(batches, target, seal):
            work.progress("storing", done, total)
            done += stored
    work.progress("storing", total, total)


def _leave_out_same(duck: duckdb.DuckDBPyConnection, work: _Work) -> int:
    """Rows that are stored already just so, compared all at once; returns how many. A small file is compared row by row
    as it is stored."""
    rows, since, until = checking.span(duck)
    if rows < COMPARED_AT_ONCE:
        return 0
    checking.begin_stored(duck)
    for numbers, digests in storing.stored_digests(work.place.pk, since, until):
        checking.add_stored(duck, numbers, digests)
    return checking.mark_same(duck)


def _finish(work: _Work, done: tuple[int, int, Path | None]) -> Imported:
    doubles, unlocated, faults = done
    run = work.run
    run.rows_same += doubles
    run.rows_faulty = run.rows - run.rows_new - run.rows_changed - run.rows_same
    run.rows_done, run.finished_at, run.faults_path = run.rows, clock.now(), str(faults or "")[:200]
    actor = Actor("staff", str(run.asked_by_id)) if run.asked_by_id else SYSTEM
    with transaction.atomic():
        run.save()
        stream = _stream_of(run)
        facts = {name: getattr(run, name) for name in ("rows", "rows_new", "rows_changed", "rows_same", "rows_faulty")}
        record("import.finished", stream=stream, actor=actor, subject=f"import:{run.pk}", place=run.place_id, **facts)
    return Imported(
        import_id=run.pk,
        rows=run.rows,
        new=run.rows_new,
        changed=run.rows_changed,
        same=run.rows_same,
        faulty=run.rows_faulty,
        unlocated=unlocated,
        faults=faults,
    )


def _stream_of(run: CallImport) -> UUID:
    """The import's own chain in the journal."""
    return uuid5(STREAMS, f"import:{run.pk}")


def _write_faults(work: _Work, duck: duckdb.DuckDBPyConnection, clean: reading.Clean) -> Path | None:
    """Bad rows in the order of the file with the original columns and the reason."""
    width = len(clean.header)
    cells = ", ".join(f"c{at}" for at in range(width))
    rows = duck.execute(
        f"SELECT row, {cells}, fault FROM given JOIN final USING (row) WHERE fault IS NOT NULL"  # noqa: S608
    ).fetchall()
    whole = [(row[0], list(row[1:-1]), row[-1]) for row in rows] + clean.odd
    if not whole:
        return None
    with reading.opened_for_faults(work.faults) as written:
        write = csv.writer(written).writerow
        write([*map(reading.guarded, clean.header), reading.REASON])
        for _, found, reason in sorted(whole, key=lambda item: item[0]):
            padded = [*found, *[""] * (width - len(found))]
            last = "；".join([reason, *padded[width:]])
            write([*map(reading.guarded, padded[:width]), last])
    return work.faults


def _setting(place: Place, datum: str, keeps_outside: bool) -> checking.Setting:
    west, south, east, north = checking.CHINA
    today = clock.today()
    if place.lon_wgs84 is not None and place.lat_wgs84 is not None:
        radius_m = law.value("calls.area_radius", on=today, place=place.pk).number
        high = radius_m / METRES_PER_DEGREE
        wide = high / cos(radians(place.lat_wgs84))
        west, east, south, north = (
            place.lon_wgs84 - wide,
            place.lon_wgs84 + wide,
            place.lat_wgs84 - high,
            place.lat_wgs84 + high,
        )
    years = law.value("calls.oldest_imported", on=today, place=place.pk).number
    return checking.Setting(
        secret=hashlib.sha256(b"import\x00" + settings.INDEX_KEY.encode()).hexdigest(),
        until=str(int((clock.now() + CLOCK_TOLERANCE).timestamp())),
        since=today.replace(year=today.year - years, day=1),
        datum=datum,
        keeps_outside=keeps_outside,
        west=west,
        south=south,
        east=east,
        north=north,
        units=_unit_words(place),
        districts=_district_words(place),
    )


def _unit_words(place: Place) -> dict[str, str]:
    """Code, name and short name of the place's police units -> id in hex; of two with one name, the first code."""
    rows = Agency.objects.filter(kind=AgencyKind.POLICE, place__code__startswith=place.pk[:4]).order_by("-code")
    return {word: row.pk.hex for row in rows for word in (row.short_name, row.name, row.code)}


def _district_words(place: Place) -> dict[str, str]:
    rows = Place.objects.filter(code__startswith=place.pk[:4])
    return {
        word: row.code for row in rows for word in (row.name, row.code) if not row.code.endswith("00")
    } | dict.fromkeys((place.pk, place.name), "")


def _forms(datum: str, place_code: str) -> Forms:
    is_postgres = database.vendor == "postgresql"
    units = Agency.objects.filter(kind=AgencyKind.POLICE).values_list("id", "place_id")
    return Forms(
        time="%Y-%m-%d %H:%M:%S+00" if is_postgres else "%Y-%m-%d %H:%M:%S",
        has_uuid=is_postgres,
        datum=datum,
        place_code=place_code,
        district_of_unit={unit.hex: code for unit, code in units if not code.endswith("00")},
    )


@contextmanager
def _fast_writes() -> Iterator[None]:
    """On SQLite: a cache that holds the indexes, and checkpoints in larger pieces, as long as the import lasts."""
    if database.vendor != "sqlite":
        yield
        return
    with database.cursor() as cursor:
        before = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "wal_autocheckpoint")]
        cursor.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")
        cursor.execute("PRAGMA wal_autocheckpoint = 20000")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {before[0]}")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {before[1]}")


def _silent(step: str, done: int, total: int) -> None:
    """Nobody watches."""
