"""Addresses of the call-taker's desk, below /calls/. A call's own address ends with its number, as on paper."""

from django.urls import path

from kuaichu.web.calls import deciding, entry, importing, reading, views

urlpatterns = [
    path("", entry.desk),
    path("judge/", entry.judge),
    path("spots/", entry.spots),
    path("pulse/", views.pulse),
    path("search/", views.search),
    path("map/<str:kind>/", views.layer),
    path("import/", importing.page),
    path("import/rows/", importing.rows),
    path("import/<int:import_id>/faults.csv", importing.faults),
    path("links/<int:link_id>/", deciding.link),
    path("handovers/<int:handover_id>/", deciding.receipt),
    path("call-backs/<int:call_back_id>/", deciding.call_back),
    path("transfers/<int:transfer_id>/", deciding.transfer_receipt),
    path("<path:number>/take-on/", deciding.take_on),
    path("<path:number>/class/", deciding.classed),
    path("<path:number>/validity/", deciding.validity),
    path("<path:number>/dispatch/", deciding.dispatch),
    path("<path:number>/arrive/", deciding.arrive),
    path("<path:number>/close/", deciding.close),
    path("<path:number>/offer/", deciding.offer),
    path("<path:number>/transfer/", deciding.transfer),
    path("<path:number>/", reading.page),
]
