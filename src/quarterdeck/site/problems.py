"""How does the API tell trouble (RFC 9457, problem+json)?"""

import json
from http import HTTPStatus

from django.http import HttpResponse
from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What went wrong, and what to do."""

    title: str = Field(description="What and where.")
    detail: str = Field("", description="What to do.")
    status: int = Field(description="The HTTP status, again.")


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """A problem+json answer."""
    told = Problem(title=title or HTTPStatus(status).phrase, detail=detail, status=status)
    return HttpResponse(json.dumps(told.model_dump()), status=status, content_type="application/problem+json")
