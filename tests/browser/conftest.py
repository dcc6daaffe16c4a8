"""One Chromium for all browser tests, and one served demo company."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None and os.environ.get("QUARTERDECK_REQUIRE_BROWSER") != "1":
        pytest.skip("no Chromium is installed; QUARTERDECK_REQUIRE_BROWSER=1 makes this an error")
    # Playwright's event loop stays in this thread; tests of records that come later run in it, too.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        launched.close()


class Deck:
    """A served demo company, and browser contexts in which somebody is signed in."""

    def __init__(self, browser: Browser, address: str, workspace: Path) -> None:
        self.browser = browser
        self.address = address
        self.workspace = workspace
        self._state: dict | None = None

    def enter(self, link: str) -> None:
        page = self.browser.new_page()
        page.goto(self.address + link)
        page.click("main button.main")
        page.wait_for_url(re.compile("/brief/"))
        self._state = page.context.storage_state()
        page.context.close()

    def context(self, *, signed_in: bool = True, **options) -> BrowserContext:
        state = self._state if signed_in else None
        return self.browser.new_context(storage_state=state, base_url=self.address, **options)


class Watched:
    """A page with everything it complained of, and every request that left this server."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url, address))

    def _note(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.foreign.append(url)


@pytest.fixture(scope="session")
def deck(browser, tmp_path_factory) -> Iterator[Deck]:
    workspace = tmp_path_factory.mktemp("deck") / "demo"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QUARTERDECK_")}
    environment.pop("DATABASE_URL", None)
    command = [str(Path(sys.executable).with_name("quarterdeck")), "demo", "--events", "20000"]
    with subprocess.Popen(
        [*command, "--workspace", str(workspace), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as server:
        link = None
        for line in server.stdout:
            if found := re.search(r"(/sign-in/link/\S+)", line):
                link = found[1]
                break
        assert link, "the demo did not start"
        deck = Deck(browser, f"http://127.0.0.1:{port}", workspace)
        deck.enter(link)
        yield deck
        server.terminate()
        server.wait(60)
