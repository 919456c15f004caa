"""The driver's addresses."""

from django.urls import URLPattern, path

from kuaichu.web import photos as photo_files
from kuaichu.web.driver import (
    uploads,
    views_account,
    views_after,
    views_device,
    views_invite,
    views_liability,
    views_people,
    views_photos,
    views_place,
    views_scene,
    views_start,
    views_wait,
)


def _own(route: str, view: object, name: str) -> URLPattern:
    """A page of a party, below its unguessable link."""
    return path(f"c/<str:token>/{route}", view, name=name)  # type: ignore[call-overload]


app_name = "driver"
urlpatterns = [
    path("start/", views_start.start, name="start"),
    path("start/report/", views_start.report, name="report"),
    path("join/", views_start.join, name="join"),
    path("j/<str:invitation>/", views_start.join_by_link, name="join_by_link"),
    _own("", views_wait.home, "home"),
    _own("state", views_wait.state, "state"),
    _own("device/", views_device.device, "device"),
    _own("safety/", views_scene.safety, "safety"),
    _own("screening/", views_scene.screening, "screening"),
    _own("screening/<str:code>/", views_scene.question, "question"),
    _own("result/", views_scene.result, "result"),
    _own("place/", views_place.place, "place"),
    _own("invite/", views_invite.invite, "invite"),
    _own("photos/", views_photos.photos, "photos"),
    _own("photos/submit/", views_photos.submit, "submit"),
    _own("photos/samples/", views_photos.samples, "samples"),
    _own("photos/<str:slot>/", views_photos.photo, "photo"),
    _own("wait/", views_wait.wait, "wait"),
    _own("leave/", views_wait.leave, "leave"),
    _own("hand-over/", views_wait.hand_over, "hand_over"),
    _own("officer/", views_wait.officer, "officer"),
    _own("phone/", views_people.phone, "phone"),
    _own("particulars/", views_people.particulars, "particulars"),
    _own("account/", views_account.account, "account"),
    _own("proposal/", views_liability.proposal, "proposal"),
    _own("sign/", views_liability.sign, "sign"),
    _own("timeline/", views_after.timeline, "timeline"),
    _own("money/", views_after.money, "money"),
    _own("review/", views_after.review, "review"),
    _own("files/<uuid:file_id>/", views_after.file, "file"),
    *uploads.routes,
    *photo_files.driver_routes,
]
