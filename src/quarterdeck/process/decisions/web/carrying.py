"""How do decisions and promises come in by the browser: looked at first, mended, then kept?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from quarterdeck.errors import QuarterdeckError
from quarterdeck.process.decisions.service import carrying
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission

MOST_BYTES = 2_000_000


@door(Permission.EDIT)
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Show what a file would bring; kept is what was shown, or mended in the page, at the second press."""
    if request.method == "GET":
        return render(request, "decisions/bring_in.html", {"limit": MOST_BYTES // 1_000_000})
    name, text = "", ""
    carried: carrying.Carried | None = None
    trouble: QuarterdeckError | None = None
    keeping = request.POST.get("do") == "keep"
    try:
        name, text = _given(request)
        found = carrying.read_rows(name, text)
        carried = carrying.take_in(found, by=signed_in(request)) if keeping else carrying.preview(found)
    except QuarterdeckError as error:
        trouble = error
    # What came in needs no mending; what did not stays at hand.
    whole = keeping and carried is not None and not carried.bad
    context = {
        "limit": MOST_BYTES // 1_000_000,
        "name": name,
        "text": "" if whole else text,
        "carried": carried,
        "kept": keeping and carried is not None,
        "trouble": trouble,
    }
    return render(request, "decisions/bring_in.html", context, status=400 if trouble else 200)


def _given(request: HttpRequest) -> tuple[str, str]:
    """The file that was sent, or the text of one as it was shown."""
    file = request.FILES.get("file")
    if file is None:
        name, text = request.POST.get("name", "")[:120], request.POST.get("text", "")
        if not name or not text.strip():
            raise QuarterdeckError("No file came.", "Choose an export of decisions or actions.")
        return name, text.replace("\r\n", "\n")
    name = str(file.name)[-120:]
    if (file.size or 0) > MOST_BYTES:
        raise QuarterdeckError(
            f"{name} is larger than {MOST_BYTES // 1_000_000} MB.",
            "On the server: quarterdeck decisions import FILE",
        )
    try:
        return name, file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuarterdeckError(f"{name} is not UTF-8.", "Save it as UTF-8.") from error
