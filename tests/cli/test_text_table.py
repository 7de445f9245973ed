"""Tables as text: alignment, uncut columns, and names that look like markup."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from atomglass.cli import main as cli
from atomglass.cli.text_table import print_table

TINY = Path(__file__).parents[2] / "workflows" / "tiny.toml"
#: What rich would read as a style, as the end of one (an error if none began), as an emoji, and as an escape.
NAMES = ["[red]glass[/red]", "[/]", ":warning:", "\\[a]", "T=0.1 [kumar2021]"]


def test_numbers_are_aligned_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("title", ["name", "count"], [["a", "5"], ["b", "12,345"]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["title", "name   count", "a          5", "b     12,345"]


def test_without_a_title_or_rows_only_the_header_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ["name", "count"], [])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == ["name  count"]


def test_long_cells_are_not_cut_in_a_log_file(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ["one", "two"], [["x" * 90, "y" * 90]])
    assert "x" * 90 + "  " + "y" * 90 in capsys.readouterr().out


def test_a_long_title_is_not_wrapped_to_the_width_of_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("frequencies in sqrt(epsilon/m)/length", ["a"], [["1"]])
    assert capsys.readouterr().out.splitlines()[0] == "frequencies in sqrt(epsilon/m)/length"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_printed_as_they_are(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(name, [name, "n"], [[name, "1"]])
    title, header, row = capsys.readouterr().out.splitlines()
    assert title.strip() == name
    assert header.split("  ")[0].rstrip() == row.split("  ")[0].rstrip() == name


@pytest.mark.parametrize("name", ["[red]glass[/red]", "[/]", ":warning:"])
def test_a_study_may_have_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "study.toml"
    file.write_text(TINY.read_text().replace('name = "tiny"', f'name = "{name}"'))
    monkeypatch.setattr(sys, "argv", ["atomglass", "plan", str(file), "--no-measure"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f"study {name}")
