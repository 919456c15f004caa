"""Photos of the scene: received, handed in, passed or asked for again. The parties of a case share its slots."""

from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import UUID

from django.db import transaction

from kuaichu import clock, rows
from kuaichu.accounts import throttle
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines
from kuaichu.cases.actions import complete_details
from kuaichu.cases.actions.reporting import lock_party
from kuaichu.cases.finding import party_with_case
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.models import Case
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import PhotoState, Stage, require_move
from kuaichu.clock import BEIJING
from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos import RETAKE_REASONS, SLOTS, Claims, Intake, Slots, inspect, limits_at, slots_at
from kuaichu.dossier.states import PhotoCheck
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor

CLOCKS = ("photos.check.target", "photos.check.alarm")


def slots_of(case: Case) -> Slots:
    """The slots of a case: those that must be filled and those that may be."""
    return slots_at(on=clock.local_day(case.created_at), place=case.place_id)


def current_photos(case_id: UUID) -> dict[str, Photo]:
    """The photo in each filled slot (one statement)."""
    return {photo.slot: photo for photo in rows.select(Photo, case=case_id, replaced_at=None)}


def require_room(case: Case, slot: str) -> None:
    """Raise Refused unless the case still takes a photo in `slot`: photo.unknown_slot, photos.too_early,
    photos.passed, case.moved_on, photo.passed."""
    if slot not in slots_of(case).all:
        raise Refused("photo.unknown_slot", "没有这个拍摄位置，请刷新页面")
    if case.stage == Stage.REPORTED:
        raise Refused("photos.too_early", "请先回答安全问题，再拍照")
    if case.photo_state == PhotoState.PASSED:
        raise Refused("photos.passed", "照片已经审核通过，不用再拍了")
    if case.stage not in (Stage.EVIDENCE, Stage.ATTENDANCE):
        require_move("pass_photos", stage=case.stage, who="staff")
    if rows.find(Photo, case=case, slot=slot, replaced_at=None, check_state=PhotoCheck.PASSED):
        raise Refused("photo.passed", "这张已经审核通过，不用重拍")


def receive_photo(
    *, party_id: UUID, slot: str, data: bytes | Path, declared_sha256: str = "", claims: Claims | None = None
) -> Photo:
    """Take a photo into a slot; what was there is replaced, its original kept. The same file again changes nothing.

    The picture is opened and copied before the case is locked. `claims` are the sender's, for want of EXIF.
    Raises Refused: photo.* of `inspect`, photo.altered, photo.same, photo.same_again, those of `require_room`,
    storage.full,
    rate.exceeded.
    """
    party = party_with_case(party_id)
    require_room(party.case, slot)
    throttle.take("photo", str(party.pk), throttle.UPLOAD_PER_PARTY)
    limits = limits_at(on=clock.local_day(party.case.created_at), place=party.case.place_id)
    intake = inspect(data, limits=limits)
    with storage.staged(data) as file:
        if declared_sha256 and declared_sha256.lower() != file.sha256:
            raise Refused("photo.altered", "照片在传送中坏了，请再发一次")
        photo = _place(party_id=party_id, slot=slot, file=file, intake=intake, claims=claims or Claims())
    storage.settle(photo.sha256)
    return photo


@transaction.atomic
def _place(*, party_id: UUID, slot: str, file: storage.Staged, intake: Intake, claims: Claims) -> Photo:
    case, party = lock_party(party_id)
    present = current_photos(case.pk)
    if slot in present and present[slot].sha256 == file.sha256:
        if present[slot].check_state == PhotoCheck.RETAKE:
            raise Refused("photo.same_again", "这是民警看过的那张，请重新拍一张")
        _keep(file, intake)
        return present[slot]
    require_room(case, slot)
    for other in present.values():
        if other.sha256 == file.sha256:
            raise Refused("photo.same", "这张和“%(slot)s”是同一张，请换个角度再拍", slot=SLOTS[other.slot])
    now = clock.now()
    if slot in present:
        rows.update(Photo, {"replaced_at": now}, pk=present[slot].pk)
    said = intake.facts.claims.or_else(claims)
    photo = Photo.objects.create(
        case=case,
        party=party,
        slot=slot,
        sha256=file.sha256,
        size=file.size,
        media_type=intake.facts.media_type,
        width=intake.facts.width,
        height=intake.facts.height,
        arrived_at=now,
        claimed_taken_at=said.taken_at,
        claimed_lon_wgs84=said.lon_wgs84,
        claimed_lat_wgs84=said.lat_wgs84,
        claimed_device=said.device,
    )
    save_case(case)  # the version moves, so that open pages notice
    record(
        "photo.received",
        stream=case.pk,
        actor=Actor("party", str(party.pk)),
        subject=f"photo:{photo.pk}",
        slot=slot,
        sha256=file.sha256,
        size=file.size,
    )
    _keep(file, intake)
    return photo


def _keep(file: storage.Staged, intake: Intake) -> None:
    storage.adopt(file)
    storage.put_thumbnails(file.sha256, intake.thumbnails)


@transaction.atomic
def submit_photos(*, party_id: UUID) -> Case:
    """Hand the photos to the desk and start its clocks. Handing in twice changes nothing.

    Raises Refused: photos.too_early, photos.missing, photos.to_retake, case.moved_on.
    """
    case, party = lock_party(party_id)
    if case.photo_state in (PhotoState.SUBMITTED, PhotoState.PASSED):
        return case
    if case.stage == Stage.REPORTED:
        raise Refused("photos.too_early", "请先回答安全问题，再拍照")
    require_move("pass_photos", stage=case.stage, who="staff")
    present = current_photos(case.pk)
    _require_complete(present, slots_of(case))
    now = clock.now()
    case.photo_state = PhotoState.SUBMITTED
    case.photos_submitted_at = now
    save_case(case, "photo_state", "photos_submitted_at")
    for name in CLOCKS:
        deadlines.start(case, name, started_at=now)
    record("photos.submitted", stream=case.pk, actor=Actor("party", str(party.pk)), count=len(present))
    return case


def _require_complete(present: Mapping[str, Photo], slots: Slots) -> None:
    missing = [slot for slot in slots.required if slot not in present]
    if missing:
        raise Refused(
            "photos.missing", "还差 %(count)s 张，下一张请拍“%(slot)s”", count=len(missing), slot=SLOTS[missing[0]]
        )
    for slot, photo in present.items():
        if photo.check_state == PhotoCheck.RETAKE:
            raise Refused("photos.to_retake", "请先重拍“%(slot)s”，再交给民警", slot=SLOTS[slot])


@transaction.atomic
def pass_photos(*, case_id: UUID, officer: Person, seen: Collection[UUID] | None = None) -> Case:
    """The photos are good: the parties may leave. `seen` are the ids the officer looked at, where the desk knows them.

    Raises Refused: case.not_yours, photos.already_checked, photos.not_submitted, photos.changed, case.moved_on.
    """
    case, present = _lock_for_check(case_id, officer, seen)
    Photo.objects.filter(pk__in=[photo.pk for photo in present.values()]).update(
        check_state=PhotoCheck.PASSED, retake_reason=""
    )
    case.stage = require_move("pass_photos", stage=case.stage, who="staff")
    case.photo_state = PhotoState.PASSED
    case.may_leave_at = clock.now()
    save_case(case, "stage", "photo_state", "may_leave_at")
    deadlines.settle(case, *CLOCKS)
    deadlines.start(case, "details.open", started_at=case.may_leave_at)
    record("photos.passed", stream=case.pk, actor=Actor("staff", str(officer.pk)), count=len(present))
    complete_details(case_id=case.pk)
    case.refresh_from_db()
    return case


@transaction.atomic
def ask_retake(
    *, case_id: UUID, officer: Person, slots: Mapping[str, str], seen: Collection[UUID] | None = None
) -> Case:
    """Ask for some photos again, `slots` being slot -> code of RETAKE_REASONS; the others have passed.

    Raises Refused: photos.no_reason, photos.unknown_reason, photo.unknown_slot, and those of `pass_photos`.
    """
    case, present = _lock_for_check(case_id, officer, seen)
    require_move("pass_photos", stage=case.stage, who="staff")
    if not slots:
        raise Refused("photos.no_reason", "请选择哪张照片需要重拍，以及原因")
    if not set(slots) <= set(present):
        raise Refused("photo.unknown_slot", "没有这个拍摄位置，请刷新页面")
    if not set(slots.values()) <= set(RETAKE_REASONS):
        raise Refused("photos.unknown_reason", "请从列表中选择原因")
    for slot, photo in present.items():
        photo.check_state = PhotoCheck.RETAKE if slot in slots else PhotoCheck.PASSED
        photo.retake_reason = slots.get(slot, "")
    Photo.objects.bulk_update(present.values(), ["check_state", "retake_reason"])
    case.photo_state = PhotoState.RETAKE
    save_case(case, "photo_state")
    deadlines.settle(case, *CLOCKS)
    record("photos.returned", stream=case.pk, actor=Actor("staff", str(officer.pk)), slots=dict(sorted(slots.items())))
    return case


def _lock_for_check(case_id: UUID, officer: Person, seen: Collection[UUID] | None) -> tuple[Case, dict[str, Photo]]:
    case = lock_case(case_id)
    if not may_handle(officer, case):
        raise Refused("case.not_yours", "这个案件不归您的单位办理")
    if case.photo_state == PhotoState.PASSED and case.may_leave_at:
        at = case.may_leave_at.astimezone(BEIJING).strftime("%H:%M")
        raise Refused("photos.already_checked", "这件刚刚（%(at)s）已由同事处理，请看下一件", at=at)
    if case.photo_state == PhotoState.RETAKE:
        raise Refused("photos.already_checked", "这件刚刚已由同事处理，正在等当事人补拍")
    if case.photo_state != PhotoState.SUBMITTED:
        raise Refused("photos.not_submitted", "当事人还没有提交照片")
    present = current_photos(case.pk)
    if seen is not None and {photo.pk for photo in present.values()} != set(seen):
        raise Refused("photos.changed", "当事人刚刚换了照片，请看过新的再决定")
    return case, present
