"""How does a list of the API come in pages?"""

from ninja import Field, Schema
from ninja.pagination import LimitOffsetPagination

USUAL = 100
MOST = 500
FARTHEST = 10**9


class Paging(LimitOffsetPagination):
    """`limit` and `offset`, both within what every database can count."""

    class Input(Schema):
        limit: int = Field(USUAL, ge=1, le=MOST, description="How many at most.")
        offset: int = Field(0, ge=0, le=FARTHEST, description="How many to pass over.")
