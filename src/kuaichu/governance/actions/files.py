"""Hot-spot files: one hot spot, one plan, one responsible leader; measures; judged before and after."""

from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.states import Category
from kuaichu.errors import NotFound, Refused
from kuaichu.governance.actions.common import moved, next_number, note, words
from kuaichu.governance.figures import Period
from kuaichu.governance.models import HotSpotFile, Measure, Run
from kuaichu.governance.permissions import may_keep_files, may_take_charge, may_work_on_file, scope_of
from kuaichu.governance.queries.bodies import leaders_of, units_of
from kuaichu.governance.queries.files import count_at
from kuaichu.governance.states import FILE_MOVES, FileState

LONGEST_NAME = 80
LONGEST_MEASURE = 200
LONGEST_PLAN = 4000
RADIUS_M = (20.0, 3000.0)


@transaction.atomic
def open_file(
    *,
    person: Person,
    name: str,
    lon_wgs84: float,
    lat_wgs84: float,
    radius_m: float,
    before: Period,
    category: str = "",
    unit_id: UUID | None = None,
    run_id: UUID | None = None,
    file_id: UUID | None = None,
) -> HotSpotFile:
    """Open the file of a hot spot; the calls of `before` are counted now. With a `file_id` that is known already
    nothing is opened: the form was sent twice. Journal: file.opened.

    Raises Refused: file.not_yours, file.radius, file.category, file.unit, text.missing, text.too_long.
    """
    if not may_keep_files(person):
        raise Refused("file.not_yours", "热点档案由研判员和所队领导办理")
    place_code = scope_of(person).place_code
    if not RADIUS_M[0] <= radius_m <= RADIUS_M[1]:
        raise Refused("file.radius", "半径请填 %(least)d 到 %(most)d 米", least=int(RADIUS_M[0]), most=int(RADIUS_M[1]))
    if category not in ("", *Category.values):
        raise Refused("file.category", "请从列表中选择类别")
    chosen = unit_id or person.agency_id
    unit = units_of(place_code).filter(pk=chosen).first() if chosen else None
    if unit is None or not may_take_charge(person, unit.pk):
        raise Refused("file.unit", "请选择负责的单位")
    number = next_number(HotSpotFile, place_code, "R")  # holds the place: of two at the same moment one waits here
    if file_id and (known := HotSpotFile.objects.filter(pk=file_id, place_id=place_code).first()):
        return known
    file = HotSpotFile(
        id=file_id or uuid4(),
        number=number,
        place_id=place_code,
        unit=unit,
        name=words(name, most=LONGEST_NAME, what="热点名称"),
        lon_wgs84=lon_wgs84,
        lat_wgs84=lat_wgs84,
        radius_m=radius_m,
        category=category,
        found_by=Run.objects.filter(pk=run_id, place_id=place_code).first() if run_id else None,
        before_from_on=before.first_on,
        before_until_on=before.last_on,
        before_count=0,
        opened_at=clock.now(),
    )
    file.before_count = count_at(file, before).spot
    file.save(force_insert=True)
    note("file.opened", file.pk, person, number=file.number, before=file.before_count)
    return file


@transaction.atomic
def adopt_plan(*, file_id: UUID, person: Person, leader_id: UUID, plan: str) -> HotSpotFile:
    """One plan and one leader who answers for it; may be changed while the file is open. Journal: file.planned."""
    file = _lock(file_id, person)
    leader = leaders_of(file.place_id).filter(pk=leader_id).first()
    if leader is None:
        raise Refused("file.leader", "请选择一名责任领导")
    file.state = moved(FILE_MOVES, "adopt_plan", FileState(file.state))
    file.leader, file.plan = leader, words(plan, most=LONGEST_PLAN, what="治理方案")
    _save(file, "state", "leader", "plan")
    note("file.planned", file.pk, person, leader=str(leader.pk))
    return file


@transaction.atomic
def add_measure(*, file_id: UUID, person: Person, text: str, from_on: date, until_on: date | None = None) -> Measure:
    """Something that is done from a day on. Journal: measure.added.

    Raises Refused: measure.backwards, measure.too_early, file.closed, text.missing, text.too_long.
    """
    file = _lock(file_id, person)
    _require_open(file)
    if until_on is not None and until_on < from_on:
        raise Refused("measure.backwards", "结束日期不能早于开始日期")
    if from_on <= file.before_from_on:
        raise Refused(
            "measure.too_early", "措施要在 %(day)s 之后开始，才有治理前的警情可比", day=f"{file.before_from_on}"
        )
    measure = Measure.objects.create(
        file=file,
        words=words(text, most=LONGEST_MEASURE, what="措施"),
        from_on=from_on,
        until_on=until_on,
        noted_by=person,
    )
    note("measure.added", file.pk, person, measure=measure.pk, from_on=from_on.isoformat())
    return measure


@transaction.atomic
def end_measure(*, measure_id: int, person: Person, until_on: date) -> Measure:
    """The measure's last day. Journal: measure.ended."""
    found = Measure.objects.filter(pk=measure_id).values_list("file_id", flat=True).first()
    if found is None:
        raise NotFound("measure.unknown", "没有找到这条措施")
    _require_open(_lock(found, person))
    measure = Measure.objects.get(pk=measure_id)
    if until_on < measure.from_on:
        raise Refused("measure.backwards", "结束日期不能早于开始日期")
    measure.until_on = until_on
    measure.save(update_fields=["until_on"])
    note("measure.ended", found, person, measure=measure.pk, until_on=until_on.isoformat())
    return measure


@transaction.atomic
def evaluate(*, file_id: UUID, person: Person) -> HotSpotFile:
    """The measures have had time to work: look at before and after. Journal: file.evaluated."""
    file = _lock(file_id, person)
    if not file.measures.exists():
        raise Refused("file.no_measure", "还没有登记措施，请先登记做了什么、从哪天开始")
    file.state = moved(FILE_MOVES, "evaluate", FileState(file.state))
    _save(file, "state")
    note("file.evaluated", file.pk, person)
    return file


@transaction.atomic
def close_file(*, file_id: UUID, person: Person, conclusion: str) -> HotSpotFile:
    """Done. Journal: file.closed. Raises Refused: file.orders_open while a task order of the file is open."""
    file = _lock(file_id, person)
    if file.orders.filter(closed_at__isnull=True).exists():
        raise Refused("file.orders_open", "还有交办单没有销号，请先办结")
    file.state = moved(FILE_MOVES, "close", FileState(file.state))
    file.closed_at, file.conclusion = clock.now(), words(conclusion, most=LONGEST_PLAN, what="评估结论")
    _save(file, "state", "closed_at", "conclusion")
    note("file.closed", file.pk, person)
    return file


@transaction.atomic
def reopen_file(*, file_id: UUID, person: Person) -> HotSpotFile:
    """It has come back. Journal: file.reopened."""
    file = _lock(file_id, person)
    file.state = moved(FILE_MOVES, "reopen", FileState(file.state))
    file.closed_at = None
    _save(file, "state", "closed_at")
    note("file.reopened", file.pk, person)
    return file


def _lock(file_id: UUID, person: Person) -> HotSpotFile:
    place_code = scope_of(person).place_code
    file = HotSpotFile.objects.select_for_update(of=("self",)).filter(pk=file_id, place_id=place_code).first()
    if file is None:
        raise NotFound("file.unknown", "没有找到这份热点档案")
    if not may_work_on_file(person, file):
        raise Refused("file.not_yours", "这份档案由负责单位、责任领导和支队办理")
    return file


def _save(file: HotSpotFile, *fields: str) -> None:
    file.version += 1
    file.save(update_fields=[*fields, "version"])


def _require_open(file: HotSpotFile) -> None:
    if file.state == FileState.CLOSED:
        raise Refused("file.closed", "这份档案已经销号")
