"""Which work items does a quote in the inbox ask for, and where is another one chosen?"""

from urllib.parse import quote as escaped

from quarterdeck.feedback.backlog.service.items import work_items
from quarterdeck.feedback.backlog.service.linking import items_of_quote
from quarterdeck.feedback.intake.service.book import Quote
from quarterdeck.feedback.intake.service.leading import Lead, Target
from quarterdeck.records.here import workspace


def lead(quote: Quote) -> Lead:
    """The work items that it asks for."""
    linked = items_of_quote(quote.same_as or quote.quote)
    known = work_items(workspace()).by_key if linked else {}
    return Lead(
        label="Link to a work item",
        heading="Asks for",
        path="/backlog/items/link/",
        key="l",
        targets=tuple(
            Target(
                name=f"{key} {known[key].title}" if key in known else key,
                path=f"/backlog/items/{escaped(key)}/",
            )
            for key in linked
        ),
    )
