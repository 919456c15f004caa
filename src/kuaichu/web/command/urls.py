"""Addresses of the command desk, below /command/."""

from django.urls import path

from kuaichu.web.command import bulletins, finding, hours, lists, mapping, today

urlpatterns = [
    path("", today.page),
    path("numbers/", today.numbers),
    path("map/", mapping.page),
    path("map/heat/", mapping.heat),
    path("map/layers/<str:kind>/", mapping.layer),
    path("live/", mapping.live),
    path("hotspots/", finding.hot_spots),
    path("clusters/", finding.clusters),
    path("hours/", hours.page),
    path("list/", lists.page),
    path("figures/", bulletins.definitions),
    path("bulletins/", bulletins.index),
    path("bulletins/make/", bulletins.make),
    path("bulletins/<uuid:bulletin_id>/", bulletins.page),
    path("bulletins/<uuid:bulletin_id>/remark/", bulletins.remark),
    path("bulletins/<uuid:bulletin_id>/bulletin.pdf", bulletins.pdf),
    path("bulletins/<uuid:bulletin_id>/bulletin.xlsx", bulletins.excel),
    path("runs/", finding.run),
    path("runs/<uuid:run_id>/", finding.kept),
    path("runs/<uuid:run_id>/repeat/", finding.repeat),
]
