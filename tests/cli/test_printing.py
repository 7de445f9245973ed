"""Names on a terminal and in a report: control characters in any name are shown, never obeyed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import atomglass as ag
from atomglass.cli import main as cli
from atomglass.cli.printing import say, say_above
from atomglass.cli.text_table import print_table
from atomglass.errors import InputError, printable, shell_command
from atomglass.study.followup.part_files import read_part

TINY = Path(__file__).parents[2] / "workflows" / "tiny.toml"
#: A space and two, an escape sequence, line feeds, a tab, another order of reading, brackets, quotes, a backslash.
WILD = "a  b\x1b[31m\nroot\rx\ty\u202ez\x9b2J[red]é'\"\\"
SHOWN = "a  b\\x1b[31m\\nroot\\rx\\ty\\u202ez\\x9b2J[red]é'\"\\"


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command line in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["atomglass", *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def is_plain(text: str) -> bool:
    """Whether a text holds nothing that a terminal obeys but line feeds."""
    return all(line.isprintable() for line in text.split("\n"))


def test_printable_keeps_what_can_be_shown() -> None:
    assert printable(WILD) == printable(printable(WILD)) == SHOWN
    shown = "Gläser, 玻璃 😀, 4\u00a0±\u00a02 of 1\u202f000 [1]"
    assert printable(shown) == shown
    assert printable(os.fsdecode(b"\xff")) == "\\udcff"


@pytest.mark.parametrize("name", [WILD, "plain", "my study", "", "it's", "$HOME `x` \n", os.fsdecode(b"caf\xe9 \n\\'")])
def test_a_shell_reads_a_printed_command_as_it_was(name: str) -> None:
    line = shell_command("printf", "%s", name)
    assert is_plain(line) and "\n" not in line
    found = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert found.stdout == os.fsencode(name)
    if name.isprintable():
        assert line == shlex.join(["printf", "%s", name])


def test_say_prints_each_line_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    say("one", WILD)
    say()
    say("error " + WILD, err=True)
    assert capsys.readouterr() == (f"one\n{SHOWN}\n\n", f"error {SHOWN}\n")


def test_a_notice_above_the_bars_and_the_cells_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(width=200)
    say_above(console, WILD)
    print_table(WILD, [WILD, "n"], [[WILD, "1"]])
    notice, title, header, row = capsys.readouterr().out.splitlines()
    assert notice == title.strip() == SHOWN
    assert header.rstrip() == f"{SHOWN}  n" and row.rstrip() == f"{SHOWN}  1"


def test_an_error_is_one_line_in_python_too() -> None:
    assert str(InputError(f"cannot read {WILD}", WILD)) == f"cannot read {SHOWN} is {WILD!r}"
    with pytest.raises(InputError) as error:
        ag.read(Path("nowhere") / WILD / "x.extxyz")
    assert is_plain(str(error.value)) and "\n" not in str(error.value) and SHOWN in str(error.value)


def test_a_warning_shows_the_name_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / WILD
    path.write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="is damaged") as warned:
        assert read_part(path) is None
    assert SHOWN in str(warned[0].message)


def test_every_command_shows_names_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(WILD).mkdir()
    liquid, glass = f"{WILD}/{WILD}.npz", f"{WILD}/glass.extxyz"
    assert command(monkeypatch, "sample", "-n", "64", "--sweeps", "1", "--out", liquid) == 0
    assert command(monkeypatch, "modes", liquid) == 2
    assert command(monkeypatch, "quench", liquid, "--out", glass) == 0
    assert command(monkeypatch, "modes", glass, "--count", "1", "--out", f"{WILD}/modes.csv") == 0
    assert command(monkeypatch, "quench", glass, "--out", glass, f"--{WILD}") == 2
    assert command(monkeypatch, "quench", WILD, "--out", glass) == 2
    assert command(monkeypatch, WILD) == 2
    out, error = capsys.readouterr()
    assert is_plain(out) and is_plain(error)
    assert f"written: {SHOWN}/{SHOWN}.npz" in out.splitlines()
    assert [line.partition(":")[0] for line in error.splitlines()] == ["atomglass"] * 4
    assert shell_command("atomglass", "quench", liquid) in error


def test_every_command_shows_names_of_studies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = WILD.replace("\\", "").replace('"', "")
    toml = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)
    file = Path(f"{WILD}.toml")
    file.write_text(TINY.read_text().replace('name = "tiny"', f'name = "{toml}"'))
    assert command(monkeypatch, "plan", str(file), "--no-measure") == 0
    assert command(monkeypatch, "run", str(file), "--out", WILD, "--dry-run") == 0
    assert command(monkeypatch, "run", str(file), "--out", WILD, "--max-walltime", "1ms") == 2
    assert command(monkeypatch, "run", str(file), "--out", WILD) == 0
    for words in (["status"], ["collect", "--no-figures"], ["analyze"], ["report"], ["doctor"]):
        command(monkeypatch, *words, WILD)
    command(monkeypatch, "compare", WILD, WILD)
    command(monkeypatch, "join", WILD, WILD, "--out", f"{WILD}2")
    command(monkeypatch, "publish", WILD, "--out", f"{WILD}3")
    command(monkeypatch, "export", WILD, "99", "--out", f"{WILD}.npz")
    (Path(WILD) / "study.json").write_text("{")
    command(monkeypatch, "status", WILD)
    out, error = capsys.readouterr()
    assert is_plain(out) and is_plain(error)
    shown = printable(name)
    assert f"study {shown}: 1 chains" in out and f"written: {SHOWN}/report.html" in out
    html = (Path(WILD) / "report.html").read_text()
    assert html.replace("\t", " ") == "\n".join(map(printable, html.replace("\t", " ").split("\n")))
    assert "\\x1b[31m" in html and "\\xa0" not in html and "\\u202f" not in html
