"""Tasks in a process of their own: results, time limit, errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomglass.bench import samples
from atomglass.bench.child_process import ChildError, run_child

MODULE = """
def count(sample):
    return {"particles": len(sample)}

def never(sample):
    while True:
        pass
"""


def test_a_child_returns_its_result_or_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text(MODULE)
    assert run_child("tasks:count", samples.reference(), 60, [tmp_path]) == {"particles": 4000}
    with pytest.raises(ChildError, match=r"^not done after 0.5 s$"):
        run_child("tasks:never", samples.reference(), 0.5, [tmp_path])


def test_an_error_in_a_child_is_one_line() -> None:
    with pytest.raises(ChildError, match=r"^ModuleNotFoundError: No module named 'nothing'$"):
        run_child("nothing:at_all", samples.reference(), 60)
