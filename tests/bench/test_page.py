"""The table that the benchmark writes into a page: only the table changes, and a page without a place is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import atomglass as ag
from atomglass.bench.clock import Timing
from atomglass.bench.page import check_page, marks, write_page
from atomglass.bench.runner import results_data
from atomglass.bench.table import Row

BEGIN, END = marks()
PAGE = f"# Speed\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter: é.\n"


def test_only_the_table_changes_and_it_can_be_written_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    rows = [Row("a", "a quench", Timing((2.0, 1.0, 3.0)), note="seven samples"), Row("b", "nothing lost", claim=True)]
    check_page(page)
    write_page(page, rows, results_data(rows, quick=True))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Speed\n\nBefore.\n\n") and text.endswith("\n\nAfter: é.\n") and "old" not in text
    assert "| a quench [1] | 2 s ± 50% |" in text and "[1] seven samples" in text
    assert f"with atomglass {ag.__version__}" in text
    write_page(page, rows[1:], results_data(rows[1:], quick=True))
    assert "a quench" not in page.read_text(encoding="utf-8")
    check_page(page)


@pytest.mark.parametrize("text", ["# Speed\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"])
def test_a_page_without_one_place_for_the_table_is_refused_before_the_work(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ag.InputError, match=r"allowed: a page with the lines"):
        check_page(page)
    with pytest.raises(ag.InputError, match=r"allowed: an existing page"):
        check_page(tmp_path / "none.md")


def test_the_command_refuses_such_a_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "atomglass", "bench", "--write", str(tmp_path / "none.md")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
