"""What the documentation site rests on: tables that every renderer reads, its sections, its settings."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import atomglass

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("*/README.md"))]
PAGES = [page for page in PAGES if "_generated" not in page.parts]


def tables(text: str) -> list[list[str]]:
    """Return the lines of every table, those in code blocks left out."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def cells(line: str) -> int:
    """Return the number of cells: bars that no backslash precedes separate them, in code and formulas too."""
    return len(re.findall(r"(?<!\\)\|", line.rstrip())) - 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_row_of_a_table_has_the_cells_of_its_heading(page: Path) -> None:
    for table in tables(page.read_text(encoding="utf-8")):
        assert re.fullmatch(r"[|:\- ]+", table[1]), f"no heading: {table[0]}"
        wrong = [line for line in table if cells(line) != cells(table[0])]
        assert not wrong, f"{page.name}: an absolute value in a table is written \\|x\\|: {wrong[0]}"


def test_the_count_of_cells_sees_a_bar_within_a_cell() -> None:
    assert cells("| a | b |") == 2
    assert cells(r"| \|beta\| | b |") == 2
    assert cells("| |beta| | b |") == 4


def test_every_page_is_in_a_section_of_the_site() -> None:
    named = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "site").glob("*.md"))
    entries = set(re.findall(r"^/(\S+)$", named, flags=re.MULTILINE))
    for page in sorted((ROOT / "docs").glob("**/*.md")):
        name = page.relative_to(ROOT / "docs").with_suffix("").as_posix()
        if not name.startswith(("_generated", "site/")) and name not in ("index", "README"):
            assert name in entries, f"docs/{name}.md is in no toctree of docs/site"


@pytest.fixture(scope="module")
def conf() -> ModuleType:
    pytest.importorskip("sphinx_gallery", reason="pip install '.[docs]'")
    spec = importlib.util.spec_from_file_location("docs_conf", ROOT / "docs" / "conf.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_names_every_public_name_once(conf: ModuleType) -> None:
    listed = re.findall(r"^   (\w+)$", conf.public_names(), flags=re.MULTILINE)
    assert sorted(listed) == sorted(set(atomglass.__all__) - {"__version__"})


def test_the_reference_names_every_command(conf: ModuleType) -> None:
    import typer

    from atomglass.cli.main import app

    titles = set(re.findall(r"^##+ `atomglass ([\w -]+)`$", conf.commands(), flags=re.MULTILINE))
    assert set(typer.main.get_command(app).commands) <= titles


@pytest.mark.parametrize(
    "link, shown",
    [
        ("[x](../data/README.md)", "[x](/_generated/data.md)"),
        ("[x](cluster.md#in-portions)", "[x](/cluster.md#in-portions)"),
        ("[cluster.md](cluster.md)", "[](/cluster.md)"),
        ("[x](README.md)", "[x](/index.md)"),
        ("[x](../examples/1_a_glass_by_hand.ipynb)", "[x](/_generated/1_a_glass_by_hand.ipynb)"),
        ("![x](figures/overview.png)", "![x](/figures/overview.png)"),
        ("[x](https://example.org/a)", "[x](https://example.org/a)"),
        ("[x](nowhere.md)", "[x](nowhere.md)"),
    ],
)
def test_links_lead_to_where_the_site_shows_a_page(conf: ModuleType, link: str, shown: str) -> None:
    assert conf.relinked(link, ROOT / "docs") == shown


def test_bars_of_docstrings_are_escaped_outside_of_code(conf: ModuleType) -> None:
    lines = ["|x| and `a | b` and ``|y|``", r"\|z\|"]
    conf.escape_bars(None, "function", "f", None, None, lines)
    assert lines == [r"\|x\| and `a | b` and ``|y|``", r"\|z\|"]
