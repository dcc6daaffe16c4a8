"""Which definitions are there, and how does one read, stand and hang together?"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import Definition
from quarterdeck.records import comments
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.links import neighbours
from quarterdeck.records.permissions import Permission
from quarterdeck.records.workshop.drafting import drafts_of, open_draft, open_drafts
from quarterdeck.records.workshop.models import Draft
from quarterdeck.records.workshop.seals import Standing
from quarterdeck.records.workshop.shelf import NoSuchDefinition, Place, Shelf, Used, slug_of, word_of
from quarterdeck.records.workshop.signing_off import is_owner, sign_off_of, standings
from quarterdeck.site.shelf import shelf

MOST_HISTORY = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One definition in the list."""

    place: Place
    definition: Definition[Any] | None
    standing: Standing | None
    draft: Draft | None
    findings: tuple[Finding, ...]

    @property
    def title(self) -> str:
        return word_of(self.definition, "title")

    @property
    def owner(self) -> str:
        return word_of(self.definition, "owner")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """All definitions of one kind; `new` is where another begins, if there may be another."""

    kind: str
    new: str
    entries: tuple[Entry, ...]


@door(Permission.READ)
@require_GET
def show_all(request: HttpRequest) -> HttpResponse:
    here = shelf()
    findings = here.findings()
    groups = entries_of(here, findings)
    known = {entry.place.file for group in groups for entry in group.entries}
    person = signed_in(request)
    context = {
        "groups": groups,
        "others": [(here.written(each.file), each) for each in findings if each.file not in known],
        "asked_of_you": [
            entry
            for group in groups
            for entry in group.entries
            if entry.standing == Standing.PROPOSED and is_owner(person, entry.owner)
        ],
        "may_draft": person.may(Permission.CONTRIBUTE),
    }
    return render(request, "site/definitions/all.html", context)


@door(Permission.READ)
@require_GET
def show_one(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    return render_one(request, here, place)


@door(Permission.CONTRIBUTE)
@require_POST
def comment(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    _, place = find_place(kind, name)
    comments.say(subject=place.subject, text=request.POST.get("text", ""), by=signed_in(request))
    return redirect(f"{place.path}#said")


def entries_of(here: Shelf, findings: tuple[Finding, ...]) -> tuple[Group, ...]:
    """Every definition of every kind, with what is known of it."""
    drafts = {(draft.kind, draft.name): draft for draft in open_drafts()}
    read = [(place, here.read(place)) for kind in here.kinds for place in here.places(kind)]
    standing = standings(here, ((place, definition) for place, definition in read if definition is not None))
    groups: dict[str, list[Entry]] = {kind.name: [] for kind in here.kinds}
    for place, definition in read:
        key = (place.kind.name, place.name)
        groups[place.kind.name].append(
            Entry(
                place=place,
                definition=definition,
                standing=standing.get(key),
                draft=drafts.pop(key, None),
                findings=tuple(each for each in findings if each.file == place.file),
            )
        )
    for (kind_name, name), draft in drafts.items():
        if kind_name in groups:
            place = here.place(kind_name, name)
            entry = Entry(place=place, definition=None, standing=None, draft=draft, findings=())
            groups[kind_name].append(entry)
    # What has an owner first: it is what people come for.
    kinds = sorted(
        here.kinds, key=lambda kind: "owner" not in kind.model.model_json_schema().get("required", ())
    )
    return tuple(
        Group(
            kind=kind.name,
            new="" if kind.file and groups[kind.name] else f"/definitions/{slug_of(kind)}/new/",
            entries=tuple(sorted(groups[kind.name], key=lambda entry: entry.place.name)),
        )
        for kind in kinds
    )


def _rests_on(here: Shelf, place: Place) -> list[tuple[Used, Standing | None]]:
    """What the definition names, and whether that is signed: a ratio is no more certain than its parts."""
    named = here.named_by(place)
    read = [(each.place, here.read(each.place)) for each in named]
    standing = standings(
        here, ((at, made) for at, made in read if made is not None and word_of(made, "owner"))
    )
    return [(each, standing.get((each.place.kind.name, each.place.name))) for each in named]


def find_place(kind: str, name: str) -> tuple[Shelf, Place]:
    """The shelf and the place on it that an address names; one that names none leads nowhere."""
    here = shelf()
    try:
        return here, here.place(kind, name)
    except NoSuchDefinition as error:
        raise Http404(error.message) from error


def render_one(
    request: HttpRequest, here: Shelf, place: Place, status: int = 200, **more: object
) -> HttpResponse:
    """The page of one definition."""
    disk, drafts, person = here.on_disk(place), list(drafts_of(place)[:20]), signed_in(request)
    if not disk.digest and not drafts:
        raise Http404
    sign_off, definition = sign_off_of(here, place), here.read(place)
    promoted = next((draft for draft in drafts if draft.state == "promoted"), None)
    context = {
        "place": place,
        "disk": disk,
        "definition": definition,
        "version": here.version_of(definition, place.kind) if definition else "",
        "title": word_of(definition, "title"),
        "description": word_of(definition, "description"),
        "status": word_of(definition, "status"),
        "lines": disk.text.splitlines(),
        "findings": [each for each in here.findings() if each.file == place.file] if disk.digest else [],
        "draft": open_draft(place),
        "drafts": drafts,
        "promoted": promoted,
        "used": here.used_by(place),
        "rests_on": _rests_on(here, place),
        "joined": neighbours(place.subject),
        "sign_off": sign_off,
        "is_owner": is_owner(person, sign_off.owner),
        "history": changes_of(place.subject)[:MOST_HISTORY],
        "said": comments.comments_on(place.subject),
        "may_draft": person.may(Permission.CONTRIBUTE),
        "may_comment": person.may(Permission.CONTRIBUTE),
        "may_promote": person.may(Permission.EDIT),
        **more,
    }
    return render(request, "site/definitions/one.html", context, status=status)
