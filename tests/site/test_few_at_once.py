"""Pages are made two at a time; what sends something waits for nobody."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from quarterdeck.records.turns import PAGES_AT_ONCE, step_aside
from quarterdeck.site.middleware import FewAtOnce


class Busy:
    """Pages that are made until they are let go; how many were at it at the same time, at most."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.full = threading.Event()
        self.most = self._now = 0
        self._counting = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with self._counting:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == PAGES_AT_ONCE:
                self.full.set()
        if request.method == "GET":
            self.let_go.wait(10)
        with self._counting:
            self._now -= 1
        return HttpResponse(request.method)


def test_two_pages_are_made_at_once_and_an_upload_meanwhile() -> None:
    busy, factory = Busy(), RequestFactory()
    answer = FewAtOnce(busy)
    with ThreadPoolExecutor(8) as readers:
        pages = [readers.submit(answer, factory.get("/")) for _ in range(6)]
        assert busy.full.wait(10)
        assert answer(factory.post("/", {"a": "b"})).content == b"POST"
        assert not any(page.done() for page in pages)
        busy.let_go.set()
        assert [page.result(10).content for page in pages] == [b"GET"] * 6
    assert busy.most == PAGES_AT_ONCE + 1  # the upload


def test_a_page_that_fails_gives_its_turn_back() -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    answer = FewAtOnce(fail)
    for _ in range(PAGES_AT_ONCE + 1):
        try:
            answer(RequestFactory().get("/"))
        except ZeroDivisionError:
            continue


def test_a_page_that_waits_for_facts_lets_others_go_and_takes_its_turn_again() -> None:
    facts, waiting = threading.Event(), threading.Barrier(PAGES_AT_ONCE + 1)

    def page(request: HttpRequest) -> HttpResponse:
        if request.path == "/slow/":
            with step_aside():
                waiting.wait(10)
                facts.wait(10)
        return HttpResponse(request.path)

    answer, factory = FewAtOnce(page), RequestFactory()
    with ThreadPoolExecutor(4) as readers:
        slow = [readers.submit(answer, factory.get("/slow/")) for _ in range(PAGES_AT_ONCE)]
        waiting.wait(10)
        for _ in range(3):
            assert answer(factory.get("/quick/")).content == b"/quick/"
        facts.set()
        assert [each.result(10).content for each in slow] == [b"/slow/"] * PAGES_AT_ONCE
