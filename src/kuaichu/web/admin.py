"""Django's admin for reference tables only: places, agencies, people. Cases are never touched here."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from kuaichu.accounts.models import Agency, Person, Place
from kuaichu.accounts.permissions import may_administer
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.web.audience import audience
from kuaichu.web.staff import second_factor


class ReferenceAdmin(admin.AdminSite):
    """For administrators who came in by the staff's own sign-in (with its second factor)."""

    site_header = _("快处 · 机构与人员")
    site_title = _("快处")
    index_title = _("基础资料")
    site_url = "/staff/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Person) and may_administer(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guarded like every page of the staff: sign in first, and 404 for another role."""
        return audience("admin")(super().admin_view(view, cacheable))

    def get_urls(self) -> list[Any]:
        """The same addresses, each marked with its audience."""
        found = super().get_urls()
        for pattern in _leaves(found):
            if pattern.callback is not None and not hasattr(pattern.callback, "audience"):
                pattern.callback.audience = "admin"
        return found

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """No second way in: to the staff's sign-in, or 404 for somebody with another role."""
        if self.has_permission(request):
            return redirect("/admin/")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", "/admin/"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """On the staff's own page, which keeps a record."""
        return redirect("/staff/password/")

    login.audience = "admin"  # type: ignore[attr-defined]


def _leaves(patterns: Iterable[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


site = ReferenceAdmin(name="admin")


class _Reference(admin.ModelAdmin):
    """Administrators see, add and change; nothing is deleted, it is switched off."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Place, site=site)
class PlaceAdmin(_Reference):
    """行政区划"""

    list_display = ["code", "name", "name_en", "parent"]
    search_fields: ClassVar = ["code", "name"]
    ordering = ["code"]


@admin.register(Agency, site=site)
class AgencyAdmin(_Reference):
    """机构"""

    list_display = ["short_name", "kind", "place", "superior", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields: ClassVar = ["code", "name", "short_name"]
    ordering = ["kind", "code"]


class PersonAddForm(BaseUserCreationForm):
    """A new member of staff, with a first password."""

    class Meta:
        model = Person
        fields = ["username", "name", "role", "agency", "officer_number"]


class PersonChangeForm(UserChangeForm):
    """A member of staff; the password is set on its own page."""

    class Meta:
        model = Person
        fields = ["username", "name", "role", "agency", "officer_number", "email", "is_active", "password"]

    def clean(self) -> dict[str, Any]:
        """Everybody but an administrator belongs to an agency (also a constraint of the table)."""
        cleaned = super().clean() or {}
        if cleaned.get("role") not in ("", None, "admin") and cleaned.get("agency") is None:
            raise forms.ValidationError({"agency": _("请选择机构")})
        return cleaned


@admin.register(Person, site=site)
class PersonAdmin(_Reference, UserAdmin):
    """工作人员"""

    add_form = PersonAddForm
    form = PersonChangeForm
    list_display = ["username", "name", "role", "agency", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields: ClassVar = ["username", "name"]
    ordering = ["username"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "role", "agency", "officer_number", "email", "is_active"]})
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "name", "role", "agency", "officer_number", "password1", "password2"]})
    ]
    actions = ("forget_second_factor",)

    @admin.action(description=_("解除验证器绑定（手机丢失时）"))
    def forget_second_factor(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """The chosen people set up a new authenticator app at their next sign-in."""
        assert isinstance(request.user, Person)
        for person in queryset:
            with transaction.atomic():
                Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
                second_factor.forget(person)
                record("person.factor_removed", stream=person.pk, actor=Actor("staff", str(request.user.pk)))
        self.message_user(request, _("已解除，下次登录时会要求重新绑定"), messages.SUCCESS)
