#!/usr/bin/env python3
"""Open every page of the built site in a browser, at the width of a phone and of a desktop: nothing may leave the page.

python .ci/check_site.py                     all pages of build/docs; exit status 1 if anything is wrong
python .ci/check_site.py index --shots DIR   only pages whose name holds this text, with pictures of them

Nothing is loaded from elsewhere, so that formulas stay unset: MathJax is the one thing that readers load.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "build" / "docs"
sys.path.insert(0, str(ROOT / "tests" / "_support"))
from browser import WIDTHS, find_browser  # noqa: E402

#: What a page may ask for outside of the site.
ALLOWED = ("https://cdn.jsdelivr.net/npm/mathjax@",)
#: Elements that reach beyond the right edge of the window and are in no element that scrolls.
BEYOND = """() => [...document.querySelectorAll('article *, header *, footer *')].filter(element => {
  if (!element.getClientRects().length || element.getBoundingClientRect().right <= window.innerWidth + 1) return false;
  for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement)
    if (getComputedStyle(outer).overflowX !== 'visible') return false;
  return true;
}).map(element => element.tagName + ' ' + (element.textContent || '').trim().slice(0, 40)).slice(0, 3)"""


def main() -> int:
    """Check the pages, print what is wrong, and return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wanted", nargs="*")
    parser.add_argument("--shots", type=Path)
    options = parser.parse_args()
    pages = [path for path in sorted(SITE.rglob("*.html")) if not {"_static", "_downloads"} & set(path.parts)]
    pages = [path for path in pages if not options.wanted or any(text in name(path) for text in options.wanted)]
    if not pages:
        print(f"no page in {SITE}: run `make docs` first")
        return 1
    with sync_playwright() as playwright:
        program = find_browser()
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        found = [line for width in WIDTHS for line in faults(browser, pages, width, options.shots)]
        browser.close()
    print("\n".join(found) or f"{len(pages)} pages fit a phone and a desktop")
    return 1 if found else 0


def name(page: Path) -> str:
    """Return the name of a page within the site."""
    return page.relative_to(SITE).with_suffix("").as_posix()


def faults(browser: Browser, pages: list[Path], width: str, shots: Path | None) -> Iterator[str]:
    """Yield what is wrong with pages at a width: what overflows, errors of scripts, requests for files elsewhere."""
    view = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}).new_page()
    seen: list[str] = []
    view.on("pageerror", lambda error: seen.append(str(error)))

    def refuse(route: Route) -> None:
        url = route.request.url
        if url.startswith("file:") or url.startswith("data:"):
            route.continue_()
            return
        if not url.startswith(ALLOWED):
            seen.append(f"asks for {url}")
        route.abort()

    view.route("**/*", refuse)
    for page in pages:
        seen.clear()
        view.goto(page.as_uri(), wait_until="load")
        for fault in [*seen, *(f"overflows: {text}" for text in view.evaluate(BEYOND))]:
            yield f"{width}, {name(page)}: {fault}"
        if shots:
            shots.mkdir(parents=True, exist_ok=True)
            view.screenshot(path=shots / f"{width}_{name(page).replace('/', '_')}.png")


if __name__ == "__main__":
    sys.exit(main())
