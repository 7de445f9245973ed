"""The report in a real browser, on a phone, on a desktop and in print.

Skipped without a browser or playwright; with ATOMGLASS_REQUIRE_BROWSER=1, as in `.ci/run`, that is a failure.
"""

from __future__ import annotations

import importlib.util
import os

import pytest
from browser import WIDTHS, find_browser, render
from report_pages import HOSTILE, write_study

from atomglass.analysis.report.html_report import write_report

pytestmark = pytest.mark.extended

MISSING = [
    what
    for what, there in (
        ("a Chromium", find_browser() is not None),
        ("playwright (pip install playwright)", importlib.util.find_spec("playwright") is not None),
    )
    if not there
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    if MISSING:
        reason = f"NOT TESTED: the report in a browser; missing: {', '.join(MISSING)}"
        if os.environ.get("ATOMGLASS_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    program = find_browser()
    assert program is not None
    return render(write_report(write_study(tmp_path_factory.mktemp("study"), HOSTILE)), program)


@pytest.mark.parametrize("name", WIDTHS)
def test_the_page_is_whole_at_this_width(rendered, name):
    page = rendered[0][name]
    assert page.errors == []
    assert page.inner == WIDTHS[name]
    assert page.width <= page.inner and not page.beyond, "the page is wider than the screen"
    assert not page.cut, "text overflows its box"
    assert len(page.pictures) == 8
    for picture in page.pictures:
        assert picture["natural"] > 100 and picture["width"] > 200 and picture["height"] > 100, picture
    assert not page.small, "text below 12 pixels"
    assert not page.anchors, "links that lead nowhere"
    for words in ("The paper and this study", "Do the second wells exist?", "Provenance", "undecided", HOSTILE):
        assert words in page.text


def test_it_can_be_printed(rendered):
    assert 4 <= rendered[1] <= 25
