"""The case, its parties, what they answered, its deadlines and open matters."""

import uuid

from django.db import models
from django.db.models import Q

from kuaichu.accounts.models import Agency, Place
from kuaichu.cases.states import Outcome, Path, PhotoState, Stage
from kuaichu.privacy import EncryptedTextField, mask_name


class Case(models.Model):
    """One accident from the first tap to the last matter. Coordinates are WGS-84; `version` counts every change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=24, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    stage = models.CharField(max_length=14, choices=Stage.choices, default=Stage.REPORTED)
    track = models.CharField(max_length=24, blank=True)
    path = models.CharField(max_length=8, choices=Path.choices, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    occurred_at = models.DateTimeField(null=True)
    location = models.CharField(max_length=120, blank=True)
    lon_wgs84 = models.FloatField(null=True)
    lat_wgs84 = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    location_source = models.CharField(max_length=8, blank=True)
    weather = models.CharField(max_length=2, blank=True)
    collision_form = models.CharField(max_length=2, blank=True)

    photo_state = models.CharField(max_length=10, choices=PhotoState.choices, default=PhotoState.NONE)
    photos_submitted_at = models.DateTimeField(null=True)
    may_leave_at = models.DateTimeField(null=True)
    officer_requested_at = models.DateTimeField(null=True)
    officer_request_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="cases_case_stage"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(stage=Stage.CLOSED), name="cases_case_closed_has_stage"
            ),
        ]
        indexes = [models.Index(fields=["unit", "stage", "created_at"], name="cases_case_queue")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether anything can still happen to the case."""
        return self.stage != Stage.CLOSED


class PartyKind(models.TextChoices):
    """What a party moved with."""

    MOTOR = "motor", "机动车"
    NONMOTOR = "nonmotor", "非机动车"


class PhoneMode(models.TextChoices):
    """Whose phone a party uses."""

    OWN = "own", "自己的手机"
    SHARED = "shared", "同一部手机"
    NONE = "none", "没有手机"


class Party(models.Model):
    """One side of the accident: a person and, mostly, a vehicle. Letters run A, B, C (甲 乙 丙)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    letter = models.CharField(max_length=1)
    kind = models.CharField(max_length=10, choices=PartyKind.choices, default=PartyKind.MOTOR)
    phone_mode = models.CharField(max_length=6, choices=PhoneMode.choices, default=PhoneMode.OWN)
    host = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="guests")
    token_digest = models.CharField(max_length=64, unique=True)
    link_expires_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)

    name = EncryptedTextField(blank=True)
    document_kind = models.CharField(max_length=10, blank=True)
    document_number = EncryptedTextField(blank=True)
    document_index = models.CharField(max_length=64, blank=True)
    phone = EncryptedTextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True)
    vehicle_kind = models.CharField(max_length=4, blank=True)
    plate_kind = models.CharField(max_length=6, blank=True)  # 号牌种类, or ebike
    plate = models.CharField(max_length=20, blank=True)
    insurer = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    policy_number = EncryptedTextField(blank=True)
    particulars_at = models.DateTimeField(null=True)

    situations = models.JSONField(default=dict)  # letter of each side -> codes, as this party says
    damaged_parts = models.JSONField(default=list)
    collision_form = models.CharField(max_length=2, blank=True)
    statement = EncryptedTextField(blank=True)
    account_at = models.DateTimeField(null=True)

    payout_account = EncryptedTextField(blank=True)
    payout_account_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "letter"], name="cases_party_one_per_letter"),
            models.CheckConstraint(condition=Q(letter__in=["A", "B", "C"]), name="cases_party_letter"),
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="cases_party_kind"),
        ]
        ordering = ["letter"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.letter}"

    @property
    def title(self) -> str:
        """甲方, 乙方, 丙方."""
        return "甲乙丙"["ABC".index(self.letter)] + "方"

    @property
    def masked_name(self) -> str:
        """The name as other people may see it."""
        return mask_name(self.name)


class PartyDevice(models.Model):
    """A browser that is trusted as the party's own after a one-time code (the cookie's secret is kept as a digest)."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="devices")
    secret_digest = models.CharField(max_length=64, unique=True)
    bound_at = models.DateTimeField()


class ScreeningAnswer(models.Model):
    """One answer to a screening question."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=20)
    answer = models.CharField(max_length=10)
    party = models.ForeignKey(Party, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "question"], name="cases_answer_one_per_question")]


class JoinCode(models.Model):
    """An invitation to the case for another party: six digits to type, or a token in a QR code or text message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="join_codes")
    code_digest = models.CharField(max_length=64)
    token_digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    invited_phone = EncryptedTextField(blank=True)
    used_by = models.OneToOneField(Party, on_delete=models.CASCADE, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code_digest"],
                condition=Q(withdrawn_at__isnull=True, used_by__isnull=True),
                name="cases_join_code_open_once",
            )
        ]


class Deadline(models.Model):
    """A clock of the law (or of the service promise) that runs on a case. `subject` tells two of one kind apart."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deadlines")
    clock = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    fired_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clock", "subject"],
                condition=Q(settled_at__isnull=True),
                name="cases_deadline_one_running",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(settled_at__isnull=True, fired_at__isnull=True),
                name="cases_deadline_running",
            )
        ]


class Matter(models.Model):
    """Something that keeps the case open: a claim, a review, an officer on the way. The last one settled closes it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="matters")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "subject"], name="cases_matter_once"),
        ]
