"""How is a definition changed in the browser: as a form or as text, saved, compared, promoted?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.definitions.blocks import Block, read_blocks
from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.form import Field, fill_form, form_fields, new_text
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission
from quarterdeck.records.workshop import drafting
from quarterdeck.records.workshop.comparing import compare, merge
from quarterdeck.records.workshop.models import Draft
from quarterdeck.records.workshop.promoting import ChangedOnDisk, Faulty, commit_again, promote
from quarterdeck.records.workshop.shelf import NoSuchDefinition, Place, Shelf, plain_text
from quarterdeck.site.shelf import shelf
from quarterdeck.site.web.workshop.reading import find_place, render_one

MORE_LINES = 40
PREFIX = "field-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A field of the form with what the linters say of it."""

    field: Field
    findings: tuple[Finding, ...]

    @property
    def is_rare(self) -> bool:
        """Whether it may stand aside: nothing was said there, and nothing need be."""
        return not (self.field.value or self.field.required or self.findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedLine:
    """A line of the editor's margin."""

    number: int
    findings: tuple[Finding, ...]


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def begin_new(request: HttpRequest, kind: str) -> HttpResponse:
    here = shelf()
    try:
        wanted = here.kind(kind)
    except NoSuchDefinition as error:
        raise Http404(error.message) from error
    only = Path(wanted.file).stem
    name = request.POST.get("name", only).strip().lower().replace(" ", "_")
    trouble: QuarterdeckError | None = None
    if request.method == "POST":
        try:
            place = here.place(kind, name)
            if here.on_disk(place).digest:
                raise Conflict(
                    f"There is a {wanted.name} '{name}' already.", "Edit that one, or choose another."
                )
            drafting.begin(shelf=here, place=place, by=signed_in(request), text=new_text(wanted))
        except QuarterdeckError as error:
            trouble = error
        else:
            return redirect(f"{place.path}edit/")
    context = {"kind": wanted, "name": request.POST.get("name", only), "trouble": trouble}
    return render(request, "site/definitions/new.html", context, status=400 if trouble else 200)


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    if request.method == "POST":
        return _save(request, here, place)
    draft, disk = drafting.open_draft(place), here.on_disk(place)
    if draft is None and not disk.digest:
        raise Http404
    if draft is not None and draft.author_id != signed_in(request).pk:
        return render_one(request, here, place)
    text = draft.text if draft else disk.text
    return _editor(request, here, place, text, version=draft.version if draft else 0, base=disk.digest)


@door(Permission.CONTRIBUTE)
@require_POST
def check(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """What the linters say of a text while it is written; nothing is kept."""
    here, place = find_place(kind, name)
    text = _given(request, place)
    context = {
        "place": place,
        "view": _view(request),
        "fresh": True,
        **_said(text, here.own_findings(place, text)),
    }
    return render(request, "site/definitions/said.html", context)


@door(Permission.CONTRIBUTE)
@require_POST
def take_over(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    _, place = find_place(kind, name)
    drafting.take_over(draft=_draft(place), by=signed_in(request))
    return redirect(f"{place.path}edit/")


@door(Permission.CONTRIBUTE)
@require_POST
def discard(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    drafting.discard(draft=_draft(place), by=signed_in(request))
    return redirect(place.path if here.on_disk(place).digest else "definitions")


@door(Permission.CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def choose_text(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """After an edit on disk: go on from the file, or keep the draft over what was shown of it."""
    here, place = find_place(kind, name)
    if request.method == "GET":
        return _changed_on_disk(request, here, place, _draft(place), status=200)
    keep = request.POST.get("keep", "")
    choose = drafting.CHOICES.get(keep)
    if choose is None:
        raise QuarterdeckError(f"'{keep}' is no choice.", f"Choices: {', '.join(drafting.CHOICES)}.")
    shown = request.POST.get("shown", "")
    choose(shelf=here, place=place, draft=_draft(place), shown_digest=shown, by=signed_in(request))
    may_promote = signed_in(request).may(Permission.EDIT)
    return redirect(f"{place.path}{'edit' if keep == 'disk' or not may_promote else 'promote'}/")


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """What promoting would change; then the promotion itself."""
    here, place = find_place(kind, name)
    draft = drafting.open_draft(place)
    if draft is None and here.on_disk(place).digest:
        return redirect(place.path)  # asked for twice, or done by somebody else meanwhile
    if draft is None:
        raise Http404
    if request.method == "GET":
        if drafting.is_behind(here, place, draft):
            return _changed_on_disk(request, here, place, draft, status=200)
        return _review(request, here, place, draft)
    try:
        promote(
            shelf=here,
            place=place,
            draft=draft,
            version=_number(request.POST.get("version", "")),
            by=signed_in(request),
            why=plain_text(request.POST.get("why", "")),
        )
    except ChangedOnDisk as error:
        return _changed_on_disk(request, here, place, error.draft, status=409)
    except QuarterdeckError as error:
        status = 409 if isinstance(error, Conflict) else 400
        shown = None if isinstance(error, Faulty) else error
        return _review(request, here, place, draft, status=status, trouble=shown, why=request.POST.get("why"))
    return redirect(place.path)


@door(Permission.EDIT)
@require_POST
def commit(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    here, place = find_place(kind, name)
    draft = drafting.drafts_of(place).filter(state="promoted").order_by("-closed_at").first()
    if draft is None:
        raise Http404
    commit_again(shelf=here, place=place, draft=draft)
    return redirect(place.path)


def _save(request: HttpRequest, here: Shelf, place: Place) -> HttpResponse:
    person, text = signed_in(request), _given(request, place)
    version, base = _number(request.POST.get("version", "")), request.POST.get("base", "")
    draft = drafting.open_draft(place)
    try:
        if draft is not None and version:
            drafting.save(draft=draft, text=text, version=version, by=person)
        elif draft is not None or text != here.on_disk(place).text:
            drafting.begin(shelf=here, place=place, by=person, text=text, shown_digest=base)
    except drafting.SavedMeanwhile as error:
        context = {
            "place": place,
            "view": _view(request),
            "error": error,
            "rows": compare(error.kept.base_text, error.kept.text, error.given),
        }
        return render(request, "site/definitions/two_texts.html", context, status=409)
    except QuarterdeckError as error:
        status = 409 if isinstance(error, Conflict) else 400
        return _editor(request, here, place, text, version=version, base=base, status=status, trouble=error)
    follow = request.POST.get("go", "")
    if follow == "promote" and drafting.open_draft(place) is None:
        nothing = QuarterdeckError("Nothing was changed, so there is nothing to promote.", "Change it first.")
        return _editor(request, here, place, text, version=0, base=base, status=400, trouble=nothing)
    if follow == "promote":
        return redirect(f"{place.path}promote/")
    return redirect(f"{place.path}edit/?view={follow if follow in ('form', 'text') else _view(request)}")


def _editor(
    request: HttpRequest,
    here: Shelf,
    place: Place,
    text: str,
    *,
    version: int,
    base: str,
    status: int = 200,
    trouble: QuarterdeckError | None = None,
) -> HttpResponse:
    findings = here.own_findings(place, text)
    fields = form_fields(place.kind, text)
    asked = _asked(text, fields or (), findings)
    draft = drafting.open_draft(place)
    context = {
        "place": place,
        "text": text,
        "version": version,
        "base": base,
        "draft": draft,
        "behind": draft is not None and drafting.is_behind(here, place, draft),
        "view": "text" if fields is None else _view(request),
        "fields": [each for each in asked if not each.is_rare],
        "more": [each for each in asked if each.is_rare],
        "is_new": not here.on_disk(place).digest,
        "trouble": trouble,
        "may_promote": signed_in(request).may(Permission.EDIT),
        **_said(text, findings),
    }
    return render(request, "site/definitions/edit.html", context, status=status)


def _said(text: str, findings: tuple[Finding, ...]) -> dict[str, object]:
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        by_line.setdefault(finding.line, []).append(finding)
    amount = text.count("\n") + MORE_LINES
    return {
        "findings": findings,
        "faults": sum(not each.warning for each in findings),
        "doubts": sum(each.warning for each in findings),
        "margin": [
            NumberedLine(number=number, findings=tuple(by_line.get(number, ())))
            for number in range(1, amount + 1)
        ],
    }


def _asked(text: str, fields: tuple[Field, ...], found: tuple[Finding, ...]) -> list[Asked]:
    """Each field with the findings of the lines that its key stands on."""
    blocks = read_blocks(text) or {}
    asked = []
    for field in fields:
        block = blocks.get(field.key)
        own = tuple(
            each
            for each in found
            # What is missing stands on no line of its own, so it bears that of the first key.
            if (f"'{field.key}'" in each.message if each.rule == "missing_key" else _is_on(block, each))
        )
        asked.append(Asked(field=field, findings=own))
    return asked


def _is_on(block: Block | None, finding: Finding) -> bool:
    return block is not None and block.first < finding.line <= block.end


def _review(
    request: HttpRequest,
    here: Shelf,
    place: Place,
    draft: Draft,
    *,
    status: int = 200,
    trouble: QuarterdeckError | None = None,
    why: str | None = None,
) -> HttpResponse:
    verdict = here.judge(place, draft.text)
    context = {
        "place": place,
        "draft": draft,
        "verdict": verdict,
        "elsewhere": [(here.written(each.file), each) for each in (*verdict.caused, *verdict.elsewhere)],
        "rows": compare(draft.base_text, draft.base_text, draft.text),
        "trouble": trouble,
        "why": why or "",
    }
    return render(request, "site/definitions/review.html", context, status=status)


def _changed_on_disk(
    request: HttpRequest, here: Shelf, place: Place, draft: Draft, *, status: int
) -> HttpResponse:
    disk = here.on_disk(place)
    rows = compare(draft.base_text, disk.text, draft.text)
    context = {
        "place": place,
        "draft": draft,
        "disk": disk,
        "rows": rows,
        "mergeable": bool(disk.digest) and merge(rows) is not None,
        "is_author": draft.author_id == signed_in(request).pk,
    }
    return render(request, "site/definitions/conflict.html", context, status=status)


def _given(request: HttpRequest, place: Place) -> str:
    """The text that was sent, with what was given in the form, if it was the form."""
    text = plain_text(request.POST.get("text", ""))
    if _view(request) != "form" or form_fields(place.kind, text) is None:
        return text
    return plain_text(fill_form(place.kind, text, _fields_given(request)))


def _fields_given(request: HttpRequest) -> Mapping[str, str]:
    return {
        key.removeprefix(PREFIX): plain_text(value).removesuffix("\n")
        for key, value in request.POST.items()
        if key.startswith(PREFIX) and isinstance(value, str)
    }


def _view(request: HttpRequest) -> str:
    said = request.POST.get("view") or request.GET.get("view", "form")
    return "text" if said == "text" else "form"


def _draft(place: Place) -> Draft:
    draft = drafting.open_draft(place)
    if draft is None:
        raise Http404
    return draft


def _number(said: str) -> int:
    """The save that was read; what is no number is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
