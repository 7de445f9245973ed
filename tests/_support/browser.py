"""An HTML file in a real browser: errors, overflow, pictures, pages when printed."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

#: Widths in CSS pixels: a phone held upright, a desktop.
WIDTHS = {"phone": 390, "desktop": 1280}
#: Browsers to try; the environment variable ATOMGLASS_BROWSER names another one.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")

_MEASURE = """() => ({
  inner: window.innerWidth,
  width: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
  beyond: [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > window.innerWidth + 1)
    .map(e => e.tagName + '.' + e.className).slice(0, 5),
  cut: [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll') && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.tagName + ': ' + e.textContent.slice(0, 40)).slice(0, 5),
  pictures: [...document.querySelectorAll('img, svg')].map(e => {
    const box = e.getBoundingClientRect();
    return {name: e.alt || e.id, natural: e.naturalWidth ?? box.width, width: box.width, height: box.height};
  }),
  small: [...document.querySelectorAll('p, li, td, dt, dd, figcaption')]
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.tagName).slice(0, 5),
  anchors: [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1))
    .filter(id => !document.getElementById(id)),
  text: document.body.innerText,
})"""


@dataclass
class RenderedPage:
    """A page as rendered at one width."""

    errors: list[str] = field(default_factory=list)
    inner: int = 0
    width: int = 0
    beyond: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    pictures: list[dict] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    text: str = ""


def find_browser() -> str | None:
    """Return the path of a browser, None where there is none."""
    named = os.environ.get("ATOMGLASS_BROWSER")
    return named or next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def render(path: Path, program: str, shots: Path | None = None) -> tuple[dict[str, RenderedPage], int]:
    """Open a file at every width; return the rendered pages, and the number of pages when printed."""
    from playwright.sync_api import sync_playwright

    views = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900}, is_mobile=name == "phone")
            views[name] = RenderedPage()
            record_errors(page, views[name].errors)
            page.goto(path.resolve().as_uri(), wait_until="load")
            for key, value in page.evaluate(_MEASURE).items():
                setattr(views[name], key, value)
            if shots:
                page.screenshot(path=shots / f"{name}.png", full_page=True)
        pdf = page.pdf(format="A4")
        if shots:
            (shots / "print.pdf").write_bytes(pdf)
        browser.close()
    return views, len(re.findall(rb"/Type\s*/Page\b", pdf))


def record_errors(page, errors: list[str]) -> None:
    """Record errors and every request for another file."""
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(f"failed: {request.url[:80]}"))

    def record_request(request) -> None:
        if not request.url.startswith(("file:", "data:")):
            errors.append(f"asks for {request.url[:80]}")

    page.on("request", record_request)


if __name__ == "__main__":  # python tests/_support/browser.py report.html [folder for screenshots]
    found, pages = render(Path(sys.argv[1]), find_browser() or "chromium", Path(sys.argv[2]) if sys.argv[2:] else None)
    for name, view in found.items():
        view.text = f"{len(view.text)} characters"
        print(name, view)
    print(pages, "pages")
