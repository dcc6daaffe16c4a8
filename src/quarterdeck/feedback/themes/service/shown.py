"""How does a change to the taxonomy look before it is saved?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.feedback.themes.service.previewing import Example, Preview, Size, preview
from quarterdeck.feedback.themes.service.reshaping import Reshaping, reshaped, taxonomy_of
from quarterdeck.feedback.themes.service.seeing import money
from quarterdeck.stats.figures import counted, whole

NO_TAG = "no tag"


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowSeen:
    """Quotes that go from one to another, in words."""

    before: str
    after: str
    quotes: str
    customers: str
    arr: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSeen:
    """A theme before and after, in words."""

    theme: str
    quotes: tuple[str, str]
    customers: tuple[str, str]
    arr: tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewSeen:
    """A preview in words: its claim, the base, the flows, and the themes that move."""

    claim: str
    base: str
    flows: tuple[FlowSeen, ...]
    themes: tuple[ChangeSeen, ...]
    text: str


def see_preview(workspace: Workspace, text: str, change: Reshaping, *, sees_personal: bool) -> PreviewSeen:
    """What a change to a taxonomy's text would do to the quotes."""
    made = reshaped(text, change)
    found = preview(workspace, taxonomy_of(made).model, sees_personal=sees_personal)
    return told(found, made, workspace.currency)


def told(found: Preview, text: str, currency: str) -> PreviewSeen:
    """A preview in words."""
    if found.changed:
        claim = f"{counted(found.changed, 'quote')} of {found.looked_at:,} would have other tags"
    else:
        claim = f"No quote of {found.looked_at:,} would have another tag"
    newest = (
        "" if found.looked_at >= found.quotes else " The newest were looked at, beside those people sorted."
    )
    return PreviewSeen(
        claim=claim,
        base=f"Nothing is saved yet. What people decided follows its tag.{newest}",
        flows=tuple(
            FlowSeen(
                before=", ".join(flow.before) or NO_TAG,
                after=", ".join(flow.after) or NO_TAG,
                quotes=whole(flow.quotes),
                customers=whole(flow.customers),
                arr=money(flow.arr, currency),
                examples=flow.examples,
            )
            for flow in found.flows
        ),
        themes=tuple(
            ChangeSeen(
                theme=each.theme,
                quotes=(whole(each.before.quotes), whole(each.after.quotes)),
                customers=(whole(each.before.customers), whole(each.after.customers)),
                arr=_both(each.before, each.after, currency),
            )
            for each in found.themes
        ),
        text=text,
    )


def _both(before: Size, after: Size, currency: str) -> tuple[str, str]:
    return money(before.arr, currency), money(after.arr, currency)


def preview_lines(seen: PreviewSeen) -> Iterator[str]:
    """A preview for the command line."""
    yield f"{seen.claim}. {seen.base}"
    for each in seen.themes:
        quotes, customers, arr = (
            f"{before} to {after}" for before, after in (each.quotes, each.customers, each.arr)
        )
        yield f"{each.theme}: quotes {quotes}, customers {customers}, ARR {arr}"
    for flow in seen.flows:
        yield ""
        yield f"{flow.before} -> {flow.after}: {flow.quotes} quotes, {flow.customers} customers, {flow.arr}"
        yield from (f"  {each.words}" for each in flow.examples)
