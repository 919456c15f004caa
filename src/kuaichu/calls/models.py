"""Calls, links between them, the ledger of repeats, hand-overs, call-backs, transfers and imports."""

import uuid

from django.db import models
from django.db.models import F, Q

from kuaichu.accounts.models import Agency, Person, Place
from kuaichu.calls.states import (
    Category,
    Cause,
    ClassedBy,
    LinkState,
    Notion,
    Position,
    Source,
    Status,
    Validity,
)
from kuaichu.privacy import EncryptedTextField

STREAMS = uuid.UUID("6d1f3a52-8a0b-5c0e-9a55-2b7a6f2f8f10")


class Call(models.Model):
    """One call 警情 to 110/122, or one accident reported online. `id` grows in the order of storing.

    `subclass` is the class in force: what came back from handling wins over what was taken down (反馈 over 接警).
    Coordinates are WGS-84. `district` is the county-level code (GB/T 2260) or empty.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=40)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="calls", db_index=False)
    district = models.CharField(max_length=6, blank=True)
    grid = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="calls")
    source = models.CharField(max_length=10, choices=Source.choices)
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    caller_name = EncryptedTextField(blank=True)
    caller_phone = EncryptedTextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    content = EncryptedTextField(blank=True)
    location = models.CharField(max_length=160, blank=True)
    road = models.CharField(max_length=60, blank=True)
    lon_wgs84 = models.FloatField(null=True)
    lat_wgs84 = models.FloatField(null=True)
    position = models.CharField(max_length=12, choices=Position.choices, default=Position.NONE)
    plates = models.CharField(max_length=60, blank=True)  # at most five, separated by spaces

    category = models.CharField(max_length=8, choices=Category.choices)
    subclass = models.CharField(max_length=20)
    intake_subclass = models.CharField(max_length=20)
    classed_by = models.CharField(max_length=6, choices=ClassedBy.choices)
    confidence = models.FloatField(null=True)
    validity = models.CharField(max_length=9, choices=Validity.choices, default=Validity.VALID)
    invalid_reason = models.CharField(max_length=60, blank=True)
    incident = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates", db_index=False)
    repeat_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="repeats", db_index=False)

    injured = models.PositiveSmallIntegerField(default=0)
    dead = models.PositiveSmallIntegerField(default=0)
    trapped = models.PositiveSmallIntegerField(default=0)
    is_hit_and_run = models.BooleanField(default=False)

    first_receiver = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="calls", db_index=False)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.RECEIVED)
    dispatched_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    result = EncryptedTextField(blank=True)
    case_number = models.CharField(max_length=24, blank=True)
    digest = models.CharField(max_length=32, blank=True)  # of an imported row: the same row again changes nothing
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="calls_call_number"),
            models.UniqueConstraint(
                fields=["case_number"], condition=~Q(case_number=""), name="calls_call_one_per_case"
            ),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="calls_call_category"),
            models.CheckConstraint(condition=Q(validity__in=Validity.values), name="calls_call_validity"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="calls_call_status"),
            models.CheckConstraint(
                condition=Q(lon_wgs84__isnull=True, lat_wgs84__isnull=True)
                | Q(lon_wgs84__gte=-180, lon_wgs84__lte=180, lat_wgs84__gte=-90, lat_wgs84__lte=90),
                name="calls_call_position",
            ),
        ]
        # Millions of rows come in at once: only what somebody asks for is indexed, and nothing that is mostly empty.
        indexes = [
            models.Index(fields=["place", "received_at"], name="calls_call_by_time"),
            models.Index(fields=["incident"], name="calls_call_by_incident", condition=Q(incident__isnull=False)),
            models.Index(fields=["repeat_of"], name="calls_call_by_matter", condition=Q(repeat_of__isnull=False)),
            models.Index(
                fields=["phone_index", "received_at"], name="calls_call_by_phone", condition=~Q(phone_index="")
            ),
            models.Index(fields=["owner", "status"], name="calls_call_by_owner", condition=Q(owner__isnull=False)),
            models.Index(
                fields=["place", "received_at"], name="calls_call_unlocated", condition=Q(lon_wgs84__isnull=True)
            ),
            models.Index(
                fields=["place", "received_at"],
                name="calls_call_unowned",
                condition=Q(owner__isnull=True, status__in=["received", "dispatched", "on_scene"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> uuid.UUID:
        """The call's chain in the journal."""
        return uuid.uuid5(STREAMS, str(self.pk))


class CallChange(models.Model):
    """A stored call was changed: those who keep calls in memory read these in order and look at the call again."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()


class CallLink(models.Model):
    """The engine's proposal that `call` is about what `earlier` was about, with its evidence, and a person's answer.

    `evidence`: list of {"kind", "value", "weight"}: codes and numbers, no personal data.
    """

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="links")
    earlier = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="later_links")
    notion = models.CharField(max_length=12, choices=Notion.choices)
    score = models.FloatField()
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=LinkState.choices, default=LinkState.PROPOSED)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "earlier", "notion"], name="calls_link_once"),
            models.CheckConstraint(condition=~Q(call=F("earlier")), name="calls_link_of_two"),
            models.CheckConstraint(
                condition=Q(state=LinkState.PROPOSED) | Q(decided_at__isnull=False), name="calls_link_decided_at"
            ),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="calls_link_open", condition=Q(state=LinkState.PROPOSED))]


class RepeatChain(models.Model):
    """One line of the ledger of repeats: a matter that people call about again and again. `root` is its first call."""

    id = models.BigAutoField(primary_key=True)
    root = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="chain")
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    calls = models.PositiveIntegerField(default=1)  # the first call and its repeats
    last_call_at = models.DateTimeField()
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="chains")
    next_step = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["place", "due_on"], name="calls_chain_open", condition=Q(closed_at__isnull=True))
        ]


class Handover(models.Model):
    """A call offered to another person; its first receiver stays the owner until the other one has signed for it."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120, blank=True)
    offered_at = models.DateTimeField()
    receipted_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(receipted_at__isnull=True, refused_at__isnull=True),
                name="calls_handover_one_open",
            )
        ]


class CallBack(models.Model):
    """A call-back 回访 after the call was handled. `satisfaction` 1 (poor) to 5 (very good)."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="call_backs")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    note = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="calls_call_back_satisfaction",
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="calls_call_back_open", condition=Q(done_at__isnull=True))]


class Transfer(models.Model):
    """A matter outside the duty of the police given to those whose duty it is, with their receipt."""

    id = models.BigAutoField(primary_key=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transfers")
    recipient = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    receipt_number = models.CharField(max_length=60, blank=True)
    receipted_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)


class CallImport(models.Model):
    """One imported file of calls. The same file again adds nothing; rows at fault come back as a file with reasons."""

    id = models.BigAutoField(primary_key=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    file_digest = models.CharField(max_length=64)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed_reason = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_faulty = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    faults_path = models.CharField(max_length=200, blank=True)
