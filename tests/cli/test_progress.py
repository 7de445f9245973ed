"""Progress on a terminal: brackets in names and messages are text, not markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from atomglass.cli.progress import StudyProgress, _bars


@pytest.mark.parametrize("text", ["chain 3 of [/] has ended", "[red]x[/red]", "No space left: 'out [1]'"])
def test_brackets_are_printed_as_they_are(text: str) -> None:
    file = io.StringIO()
    progress = object.__new__(StudyProgress)
    progress._bars = _bars(Console(file=file, force_terminal=True, color_system=None, width=200))
    progress.notice(text)
    assert text in file.getvalue()
    file.truncate(0)
    with progress._bars as bars:
        bars.add_task(text, total=1)
    assert text in file.getvalue()
