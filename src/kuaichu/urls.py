"""The roots of the addresses; each audience keeps its own below."""

from importlib.util import find_spec

from django.urls import include, path

from kuaichu.web.admin import site

urlpatterns = [
    path(prefix, include(module))
    for prefix, module in (
        ("", "kuaichu.web.public.urls"),
        ("", "kuaichu.web.driver.urls"),
        ("staff/", "kuaichu.web.staff.urls"),
        ("police/", "kuaichu.web.police.urls"),
        ("insurer/", "kuaichu.web.insurer.urls"),
        ("calls/", "kuaichu.web.calls.urls"),
        ("command/", "kuaichu.web.command.urls"),
        ("orders/", "kuaichu.web.orders.urls"),
        ("api/v1/", "kuaichu.web.api.urls"),
        ("api/v1/partner/", "kuaichu.web.partner.urls"),
    )
    if find_spec(module)
] + [path("admin/", site.urls)]
handler500 = "kuaichu.web.unavailable.failed"
