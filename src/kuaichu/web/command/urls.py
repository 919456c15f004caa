"""Addresses of the command desk, below /command/."""

from django.urls import path

from kuaichu.web.command import bulletins, files, finding, hours, issuing, ledger, lists, mapping, orders, today

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
    path("repeats/", ledger.index),
    path("repeats/<int:chain_id>/", ledger.line),
    path("files/", files.index),
    path("files/new/", files.new),
    path("files/<str:number>/", files.page),
    path("files/<str:number>/<str:act>/", files.act),
    path("orders/", orders.index),
    path("orders/new/", issuing.page),
    path("orders/<str:number>/", orders.page),
    path("orders/<str:number>/check/", orders.check),
    path("orders/<str:number>/close/", orders.close),
    path("orders/<str:number>/order.pdf", orders.pdf),
    path("orders/<str:number>/photos/<int:step_id>/", orders.photo),
    path("runs/", finding.run),
    path("runs/<uuid:run_id>/", finding.kept),
    path("runs/<uuid:run_id>/repeat/", finding.repeat),
]
