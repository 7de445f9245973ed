"""The commands with models other than the default: contacts that open are flagged, dimensions asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from atomglass.cli import main as cli


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command line in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["atomglass", *words])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_groups_that_lean_on_contacts_about_to_open_are_flagged(tmp_path: Path, monkeypatch, capsys) -> None:
    liquid, table = tmp_path / "liquid.npz", tmp_path / "modes.csv"
    model = ("--potential", "hertz")
    assert command(monkeypatch, "sample", "-n", "100", "-t", "0.001", "--sweeps", "20", *model, "-o", str(liquid)) == 2
    assert "dimension" in capsys.readouterr().err
    words = ("sample", "-n", "100", "-t", "0.001", "--sweeps", "20", *model, "--dimension", "2", "-o", str(liquid))
    assert command(monkeypatch, *words) == 0
    capsys.readouterr()
    assert command(monkeypatch, "modes", str(liquid), *model, "--quench", "--count", "6", "--out", str(table)) == 0
    text = capsys.readouterr().out
    assert "contacts that are about to open" in text
    assert "A*" in text or "B*" in text
