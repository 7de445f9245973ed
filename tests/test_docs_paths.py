"""Files that the documentation names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("*/README.md"))]
PAGES = [page for page in PAGES if "_generated" not in page.parts]
#: A path in backticks, with a folder in it and a suffix that files of this repository have.
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|toml|md|npz|sbatch|c))`")
LINK = re.compile(r"\]\(([^)#:]+?)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_files_exist(page: Path) -> None:
    text = page.read_text()
    for name in PATH.findall(text):
        places = (ROOT / name, page.parent / name, ROOT / "atomglass" / name, ROOT / "atomglass" / "theory" / name)
        assert any(place.exists() for place in places), f"{page.name} names {name}"
    for name in LINK.findall(text):
        assert (page.parent / name).exists(), f"{page.name} links to {name}"
