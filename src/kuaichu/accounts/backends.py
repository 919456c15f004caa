"""Who is signed in, read with the agency in one statement that is composed once: every page of a desk asks."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import UUIDField

from kuaichu.accounts.models import Person
from kuaichu.prepared import Prepared

_PERSON = Prepared(
    lambda person: Person.objects.filter(pk=person).select_related("agency").order_by("pk")[:1], person=UUIDField()
)


class StaffBackend(ModelBackend):
    """Django's, by name and password."""

    def get_user(self, user_id: UUID) -> Person | None:
        """The person with its agency; None for an unknown or an inactive one."""
        person = _PERSON.first(person=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
