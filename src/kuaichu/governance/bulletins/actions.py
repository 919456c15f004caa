"""Making a bulletin and writing beneath it."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import runs
from kuaichu.governance.bulletins.counting import periods
from kuaichu.governance.events import Wanted
from kuaichu.governance.figures import period_of
from kuaichu.governance.models import Bulletin
from kuaichu.governance.permissions import may_run_analyses, scope_of
from kuaichu.governance.states import BulletinKind, RunKind
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor

MOST_REMARKS = 4000
LETTER = {BulletinKind.DAY: "D", BulletinKind.WEEK: "W", BulletinKind.MONTH: "M"}


def make(*, kind: str, day: date, person: Person) -> Bulletin:
    """The bulletin of the day, week or month in which `day` lies. An older one of the same period is replaced by it.

    A period that still runs is counted up to yesterday, and so are those that it is compared with.

    Journal: bulletin.made. Raises Refused: bulletin.not_yours, bulletin.unknown_kind, bulletin.future,
    bulletin.running.
    """
    if not may_run_analyses(person):
        raise Refused("bulletin.not_yours", "出通报由研判员或支队领导办理")
    if kind not in BulletinKind.values:
        raise Refused("bulletin.unknown_kind", "请选日分析、周通报或月考核")
    period = period_of(kind, day)
    today = clock.today()
    if period.first_on > today:
        raise Refused("bulletin.future", "这段时间还没有到")
    if period.first_on == today:
        raise Refused("bulletin.running", "这一期还没有过完一整天；今天的数字请看“今日”页")
    place_code = scope_of(person).place_code
    settings = {"kind": kind, "first_on": period.first_on.isoformat(), "last_on": period.last_on.isoformat()}
    if period.last_on >= today:
        settings["through_on"] = (today - timedelta(days=1)).isoformat()
    spans = periods(settings)
    wanted = Wanted(since=min(span.since for span in spans.values()), until=spans["now"].until, validity="")
    run = runs.carry_out(kind=RunKind.BULLETIN, place_code=place_code, wanted=wanted, settings=settings, person=person)
    with transaction.atomic():
        same = Bulletin.objects.filter(kind=kind, place_id=place_code, first_on=period.first_on)
        earlier = same.select_for_update().filter(replaced_by__isnull=True).first()
        made = Bulletin(
            number=f"{place_code}-{LETTER[BulletinKind(kind)]}{period.first_on:%Y%m%d}-{same.count() + 1}",
            kind=kind,
            place_id=place_code,
            first_on=period.first_on,
            last_on=period.last_on,
            run=run,
            remarks=earlier.remarks if earlier else "",
            made_at=clock.now(),
            made_by=person,
        )
        if earlier is not None:
            _replace(earlier, made)
        else:
            made.save(force_insert=True)
        record("bulletin.made", stream=made.pk, actor=Actor("staff", str(person.pk)), kind=kind, run=str(run.pk))
    return made


def _replace(earlier: Bulletin, made: Bulletin) -> None:
    """One in force at any moment: the new row points away from itself until the old one points to it."""
    made.replaced_by = earlier
    made.save(force_insert=True)
    earlier.replaced_by = made
    earlier.save(update_fields=["replaced_by"])
    made.replaced_by = None
    made.save(update_fields=["replaced_by"])


@transaction.atomic
def remark(*, bulletin_id: UUID, person: Person, words: str) -> Bulletin:
    """What the analyst writes beneath the tables. Journal: bulletin.remarked (without the words)."""
    if not may_run_analyses(person):
        raise Refused("bulletin.not_yours", "出通报由研判员或支队领导办理")
    bulletin = Bulletin.objects.select_for_update().filter(pk=bulletin_id, place_id=scope_of(person).place_code).first()
    if bulletin is None:
        raise NotFound("bulletin.unknown", "没有找到这份通报")
    if len(words) > MOST_REMARKS:
        raise Refused("bulletin.long", "说明最多 %(most)s 个字", most=MOST_REMARKS)
    bulletin.remarks = words.strip()
    bulletin.save(update_fields=["remarks"])
    record("bulletin.remarked", stream=bulletin.pk, actor=Actor("staff", str(person.pk)), characters=len(words))
    return bulletin
