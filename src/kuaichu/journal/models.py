"""Append-only events in one hash chain per stream, what still has to react to them, and who read personal data."""

import uuid

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One thing that happened. `stream` is the case's id (or a person's, for sign-ins); `facts` hold no personal data.

    The row is also the queue: it waits while `handled_at` is empty and rests on a desk once `parked_at` is set.
    """

    id = models.BigAutoField(primary_key=True)
    stream = models.UUIDField()
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    handled_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="journal_event_one_per_seq")]
        indexes = [
            models.Index(
                fields=["id"],
                name="journal_event_waiting",
                condition=Q(handled_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(fields=["name", "at"], name="journal_event_by_name"),
            models.Index(fields=["stream"], name="journal_event_parked", condition=Q(parked_at__isnull=False)),
        ]


class ReactionRun(models.Model):
    """A reaction that has run for an event: the mark that makes a second run change nothing."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="runs")
    reaction = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="journal_reaction_once")]


class Anchor(models.Model):
    """A timestamp over the heads of all chains that grew since the last anchor (RFC 3161 token)."""

    at = models.DateTimeField()
    last_event_id = models.BigIntegerField(unique=True)
    heads_digest = models.CharField(max_length=64)
    token = models.BinaryField()


class PersonalDataRead(models.Model):
    """Who read which personal data of whom, when and on which page (PIPL Art. 51)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    stream = models.UUIDField(db_index=True)
    page = models.CharField(max_length=60)
    fields = models.CharField(max_length=200)
