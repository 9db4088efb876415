"""`/v1/registrations`: documents get their number."""

import falcon

from api import wire
from api.documents import document_view
from api.services import Services
from api.services.documents import Sheet
from api.services.paper import Registration
from api.services.registration import register
from api.session import caller

IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""`true` on an answer that repeats the first one."""


class Registrations:
    """`/v1/registrations`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = wire.read(req, Registration, limit=self._services.limits.max_json)
        key = req.get_header(IDEMPOTENCY_KEY) or ""
        answer = register(self._services.holdings.keeper, caller(req), given, key=key)
        sheet = Sheet(document=answer.document, agency=answer.agency, register=answer.register)
        view = document_view(sheet)
        resp.location = view.url
        if answer.replayed:
            resp.set_header(REPLAYED, "true")
        wire.send(resp, view, status=201)
