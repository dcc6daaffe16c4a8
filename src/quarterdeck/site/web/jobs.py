"""Which work waits, runs, or failed, and what comes around next?"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from quarterdeck.jobs.models import Job, Schedule
from quarterdeck.jobs.queue import ask
from quarterdeck.jobs.tasks import rhythms
from quarterdeck.records.change_log import log_change
from quarterdeck.records.doors import door, signed_in
from quarterdeck.records.permissions import Permission
from quarterdeck.records.subjects import Subject

ON_A_PAGE = 50


@door(Permission.READ)
@require_http_methods(["GET"])
def show_jobs(request: HttpRequest) -> HttpResponse:
    page = Paginator(Job.objects.select_related("asked_by"), ON_A_PAGE).get_page(request.GET.get("page"))
    kept = {schedule.name: schedule for schedule in Schedule.objects.select_related("last_job")}
    coming = [(rhythm, kept.get(name)) for name, rhythm in sorted(rhythms().items())]
    return render(request, "site/jobs.html", {"page": page, "coming": coming, "administers": _may(request)})


@door(Permission.READ)
@require_http_methods(["GET"])
def show_job(request: HttpRequest, number: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.select_related("asked_by"), pk=number)
    template = "site/job_state.html" if request.headers.get("HX-Request") else "site/job.html"
    return render(request, template, {"job": job, "administers": _may(request)})


@door(Permission.ADMINISTER)
@require_POST
def run_again(request: HttpRequest, number: int) -> HttpResponse:
    old = get_object_or_404(Job, pk=number)
    if old.is_open:
        return redirect("job", number=number)
    job = ask(old.task, title=old.title, arguments=old.arguments, key=old.key, by_id=signed_in(request).pk)
    return redirect("job", number=job.pk)


@door(Permission.ADMINISTER)
@require_POST
def change_schedule(request: HttpRequest, name: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule, name=name)
    paused = request.POST.get("paused") == "yes"
    if paused != schedule.paused:
        Schedule.objects.filter(pk=schedule.pk).update(paused=paused)
        log_change(
            by=signed_in(request),
            verb="paused" if paused else "resumed",
            subject=Subject(type="schedule", key=name, title=rhythms()[name].title),
        )
    return redirect("jobs")


def _may(request: HttpRequest) -> bool:
    return signed_in(request).may(Permission.ADMINISTER)
