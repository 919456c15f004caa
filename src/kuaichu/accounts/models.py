"""Places, agencies, the people who work for them, one-time codes and rate limits."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q


class Place(models.Model):
    """An administrative division by its six-digit code (GB/T 2260)."""

    code = models.CharField(primary_key=True, max_length=6)
    name = models.CharField("名称", max_length=60)
    name_en = models.CharField("英文名称", max_length=60, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    lon_wgs84 = models.FloatField("经度", null=True, blank=True)
    lat_wgs84 = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class AgencyKind(models.TextChoices):
    """What an agency is."""

    POLICE = "police", "交警部门"
    INSURER = "insurer", "保险公司"
    DEPARTMENT = "department", "政府部门和乡镇街道"
    NATIONAL = "national", "综合应用平台"
    PLATFORM = "platform", "平台运维"


class Agency(models.Model):
    """A police unit, an insurer's branch, the gateway to the national platform, the operator and others.
    `vendor` names the link it is reached by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("代码", max_length=20, unique=True)
    kind = models.CharField("类别", max_length=10, choices=AgencyKind.choices)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=20)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, verbose_name="所在地")
    superior = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name="上级", related_name="subordinates"
    )
    phone = models.CharField("公开电话", max_length=30, blank=True)
    vendor = models.CharField("对接方式", max_length=40, blank=True)
    endpoint = models.URLField("对接地址", blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AgencyKind.values), name="accounts_agency_kind"),
        ]

    def __str__(self) -> str:
        return self.short_name


class Role(models.TextChoices):
    """What a person may do; each role has its own desk."""

    OFFICER = "officer", "民警"
    REVIEWER = "reviewer", "复核民警"
    ADJUSTER = "adjuster", "理赔员"
    CALL_TAKER = "call_taker", "接警员"
    ANALYST = "analyst", "研判员"
    LEADER = "leader", "所队领导"
    PARTNER = "partner", "成员单位联络员"
    ADMIN = "admin", "管理员"


class PersonManager(BaseUserManager["Person"]):
    """Creates people; Django's own commands need it."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Person":
        """A person with a hashed password (unusable when None)."""
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "Person":
        """An administrator."""
        return self.create_user(username, password, role=Role.ADMIN, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone on the staff of an agency. Drivers have no account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=10, choices=Role.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, verbose_name="机构")
    officer_number = models.CharField("警号", max_length=12, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField("启用", default=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        verbose_name = verbose_name_plural = "工作人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(role=Role.ADMIN) | Q(agency__isnull=False), name="accounts_person_has_agency"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's admin (reference tables) is for administrators."""
        return self.role == Role.ADMIN


class OneTimeCode(models.Model):
    """A six-digit code sent by text message. The code itself is never stored: it is derived from the row's id and a
    key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    purpose = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    phone_index = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "purpose", "issued_at"], name="accounts_code_newest")]


class Bucket(models.Model):
    """A rate limit's state for one key: when (seconds since 1970) the bucket would be full again if nobody took
    more.
    """

    key = models.CharField(primary_key=True, max_length=120)
    full_at_s = models.FloatField()
