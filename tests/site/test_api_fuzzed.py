"""Whatever a program sends, the API answers as documented and never with a fault of its own."""

import json

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, settings

from quarterdeck.records.permissions import Permission
from quarterdeck.records.tokens import make_token
from quarterdeck.site.api import api

# A journey is so deep that the bounds of all its parts are 7,000 requests: it is drawn at random alone.
DEEP = ["/api/journeys/run", "/api/journeys/stopped", "/api/journeys/moved"]
config = schemathesis.Config.from_dict(
    {"operations": [{"include-path": DEEP, "phases": {"coverage": {"enabled": False}}}]}
)
schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(), default=str)), config=config
)


@pytest.fixture
def administrator(alice):
    _, secret = make_token(person=alice, name="fuzz", scopes=list(Permission), lasts_days=1, by=alice)
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
def test_no_request_breaks_the_api(case, administrator):
    given = case.as_transport_kwargs()
    body = given.get("json")
    answer = administrator.generic(
        case.method,
        case.formatted_path,
        json.dumps(body) if body is not None else (given.get("data") or ""),
        content_type="application/json",
        query_params=given.get("params") or None,
    )
    documented = {str(status) for status in case.operation.definition.raw["responses"]}
    if case.method.upper() != case.operation.method.upper():
        documented |= {"405"}
    assert str(answer.status_code) in documented, answer.content[:500]
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
