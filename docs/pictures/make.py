"""Takes the pictures of the README from a made-up company: `python docs/pictures/make.py`, needs Chromium."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("quarterdeck")


def main() -> None:
    """The brief in light and dark, and the page behind one of its sentences."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = Path(folder) / "demo"
        subprocess.run([COMMAND, "demo", "--workspace", workspace, "--no-serve"], check=True)  # noqa: S603
        (brief,) = (workspace / "briefs").iterdir()
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, page, scheme in (
            ("brief-light", "brief.html", "light"),
            ("brief-dark", "brief.html", "dark"),
            ("evidence-light", "evidence/metric-activation.html", "light"),
        ):
            size = {"width": 1200, "height": 800}
            shown = browser.new_context(
                viewport=size, color_scheme=scheme, device_scale_factor=1.5
            ).new_page()  # type: ignore[arg-type]
            shown.goto((brief / page).as_uri())
            shown.screenshot(path=HERE / f"{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
