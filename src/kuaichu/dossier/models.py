"""Evidence in (photos, resumable uploads) and instruments out (drafts, signatures, sealed files)."""

import uuid

from django.db import models
from django.db.models import Q

from kuaichu.accounts.models import Agency, OneTimeCode, Person
from kuaichu.cases.models import Case, Party
from kuaichu.dossier.states import InstrumentKind, InstrumentState, PhotoCheck, SignatureKind
from kuaichu.privacy import EncryptedTextField


class Photo(models.Model):
    """One photo of the scene. The original is kept unmodified under its SHA-256; what its EXIF says are claims."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="photos")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="photos")
    slot = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    arrived_at = models.DateTimeField()
    claimed_taken_at = models.DateTimeField(null=True)
    claimed_lon_wgs84 = models.FloatField(null=True)
    claimed_lat_wgs84 = models.FloatField(null=True)
    claimed_device = models.CharField(max_length=80, blank=True)
    check_state = models.CharField(max_length=8, choices=PhotoCheck.choices, default=PhotoCheck.WAITING)
    retake_reason = models.CharField(max_length=20, blank=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "slot"], condition=Q(replaced_at__isnull=True), name="dossier_photo_one_per_slot"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="dossier_photo_not_empty"),
        ]
        indexes = [models.Index(fields=["case", "arrived_at"], name="dossier_photo_by_case")]


class Upload(models.Model):
    """A photo on its way in (tus 1.0): resumable, gone when finished or expired."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="uploads")
    slot = models.CharField(max_length=12)
    client_key = models.CharField(max_length=64)
    length = models.PositiveIntegerField()
    offset = models.PositiveIntegerField(default=0)
    declared_sha256 = models.CharField(max_length=64, blank=True)
    claims = models.JSONField(default=dict)  # what the sender says of the photo, for want of EXIF
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "client_key"], name="dossier_upload_once"),
            models.CheckConstraint(condition=Q(offset__lte=models.F("length")), name="dossier_upload_offset"),
        ]


class Instrument(models.Model):
    """A document of the case with its number. `content` is the canonical JSON that is rendered, signed and hashed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="instruments")
    kind = models.CharField(max_length=16, choices=InstrumentKind.choices)
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=InstrumentState.choices, default=InstrumentState.DRAFTED)
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT)
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    content = EncryptedTextField()
    content_digest = models.CharField(max_length=64)
    verify_code = models.CharField(max_length=16, unique=True)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state__in=["drafted", "served"]),
                name="dossier_instrument_one_open",
            )
        ]
        indexes = [models.Index(fields=["case"], name="dossier_instrument_served", condition=Q(state="served"))]


class InstrumentFile(models.Model):
    """A sealed PDF of an instrument. A later file (with the parties' signatures) replaces an earlier one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="files")
    edition = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "edition"], name="dossier_file_one_per_edition"),
        ]


class Signature(models.Model):
    """A party's signature, receipt or refusal under an instrument, bound to the content's digest and a one-time
    code.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="signatures")
    party = models.ForeignKey(Party, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=SignatureKind.choices)
    strokes = EncryptedTextField(blank=True)
    content_digest = models.CharField(max_length=64)
    code = models.ForeignKey(OneTimeCode, on_delete=models.PROTECT, null=True)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    note = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "party"], name="dossier_signature_once"),
            models.CheckConstraint(
                condition=~Q(kind="refused") | Q(noted_by__isnull=False), name="dossier_refusal_is_noted"
            ),
        ]
