"""Stored analyses, bulletins, hot-spot files with their measures, and task orders with their steps."""

import uuid

from django.db import models
from django.db.models import F, Q

from kuaichu.accounts.models import Agency, Person, Place
from kuaichu.calls.models import Call
from kuaichu.governance.states import BulletinKind, Element, FileState, Level, OrderStage, RunKind


class Run(models.Model):
    """One analysis as it was run: everything that is needed to get the same answer to the bit.

    `settings` are its arguments, `input_digest` the SHA-256 of the events it saw, `rows` how many they were; the answer
    lies in `result_path` (below settings.FILES), with its own digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=12, choices=RunKind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField()
    settings = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    code_version = models.CharField(max_length=64)
    input_digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    result_path = models.CharField(max_length=120)
    result_digest = models.CharField(max_length=64)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    seconds = models.FloatField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="governance_run_period")]
        indexes = [models.Index(fields=["place", "kind", "started_at"], name="governance_run_newest")]


class Bulletin(models.Model):
    """A day's analysis, a week's bulletin or a month's assessment, with the figures as they stood when it was made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=5, choices=BulletinKind.choices)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    first_on = models.DateField()
    last_on = models.DateField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="bulletin")
    remarks = models.TextField(blank=True)  # what the analyst writes beneath the tables
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "place", "first_on"],
                condition=Q(replaced_by__isnull=True),
                name="governance_bulletin_one_in_force",
            )
        ]


class HotSpotFile(models.Model):
    """One hot spot, one plan, one responsible leader. The area is a circle around a point (WGS-84)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=40, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    lon_wgs84 = models.FloatField()
    lat_wgs84 = models.FloatField()
    radius_m = models.FloatField()
    category = models.CharField(max_length=8, blank=True)  # of the calls that count; empty: all
    found_by = models.ForeignKey(Run, on_delete=models.PROTECT, null=True)
    before_from_on = models.DateField()
    before_until_on = models.DateField()
    before_count = models.PositiveIntegerField()
    leader = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="hot_spot_files")
    plan = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    conclusion = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(radius_m__gt=0), name="governance_file_radius"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="governance_file_state"),
        ]


class Measure(models.Model):
    """Something done about a hot spot, from a day to a day (or still)."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(HotSpotFile, on_delete=models.CASCADE, related_name="measures")
    words = models.CharField(max_length=200)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["from_on", "id"]


class TaskOrder(models.Model):
    """A task order 交办单: a problem, who has to mend it by when, and whether it helped."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=40, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT)
    file = models.ForeignKey(HotSpotFile, on_delete=models.PROTECT, null=True, related_name="orders")
    calls = models.ManyToManyField(Call, related_name="task_orders")
    element = models.CharField(max_length=12, choices=Element.choices)
    level = models.CharField(max_length=6, choices=Level.choices)
    problem = models.TextField()
    proposed_measure = models.TextField()
    lead = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="task_orders")
    helpers = models.ManyToManyField(Agency, related_name="helped_orders")
    stage = models.CharField(max_length=10, choices=OrderStage.choices, default=OrderStage.ISSUED)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    deduction_points = models.FloatField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stage__in=OrderStage.values), name="governance_order_stage")]
        indexes = [
            models.Index(fields=["lead", "due_at"], name="governance_order_open", condition=Q(closed_at__isnull=True))
        ]


class TaskStep(models.Model):
    """One step of a task order, with its words and a photo as proof (a digest in the photo store)."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(TaskOrder, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    photo_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
