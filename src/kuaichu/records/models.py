"""What the national platform has of a case, and what it says of a vehicle."""

import uuid

from django.db import models
from django.db.models import Q

from kuaichu.cases.models import Case, Party
from kuaichu.records.states import CheckState, RecordState


class Record(models.Model):
    """One closing of a case as the national platform has it. `closed_at` is the case's own at that closing: a case that
    is reopened and closed again files the next revision. `number` is the platform's 登记编号 (djbh).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    revision = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RecordState.choices, default=RecordState.WAITING)
    number = models.CharField(max_length=40, blank=True)
    filed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "revision"], name="records_record_revision"),
            models.UniqueConstraint(fields=["case", "closed_at"], name="records_record_one_per_closing"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="records_record_revision_from_one"),
            models.CheckConstraint(condition=Q(state__in=RecordState.values), name="records_record_state"),
            models.CheckConstraint(
                condition=(Q(state=RecordState.RECORDED) & ~Q(number="") & Q(recorded_at__isnull=False))
                | (~Q(state=RecordState.RECORDED) & Q(number="", recorded_at__isnull=True)),
                name="records_record_number_when_recorded",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)


class VehicleCheck(models.Model):
    """What the national platform says of a party's vehicle, in its own words and codes. It holds for this plate only:
    another plate is another check. An owner's name is never asked for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="vehicle_check")
    plate = models.CharField(max_length=20)
    plate_kind = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=CheckState.choices, default=CheckState.WAITING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    vehicle_kind = models.CharField(max_length=10, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    condition = models.CharField(max_length=10, blank=True)
    inspected_until_on = models.DateField(null=True)
    insured_until_on = models.DateField(null=True)
    insurer_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CheckState.values), name="records_check_state"),
            models.CheckConstraint(condition=~Q(plate=""), name="records_check_has_plate"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | ~Q(state__in=[CheckState.FOUND, CheckState.UNKNOWN]),
                name="records_check_answered_when_known",
            ),
        ]
