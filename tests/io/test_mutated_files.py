"""A short run of `tests/campaigns/mutated_files.py`."""

from __future__ import annotations

from pathlib import Path

import mutated_files
import pytest

pytestmark = pytest.mark.extended


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    assert list(mutated_files.complaints(mutations=60, seed=2, folder=tmp_path)) == []
