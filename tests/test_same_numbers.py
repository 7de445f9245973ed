"""The numbers that were pinned before the code was rebuilt: the quick part of `tests/campaigns/same_numbers.py`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.extended

ROOT = Path(__file__).parents[1]
PROGRAM, REFERENCE = ROOT / "tests/campaigns/same_numbers.py", ROOT / "tests/data/same_numbers.npz"


def test_the_numbers_stay() -> None:
    """Bits are compared on the processor of the reference; elsewhere, what does not depend on rounding is."""
    command = [sys.executable, str(PROGRAM), "compare", str(REFERENCE), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.match(r"[1-9]\d+ ok", done.stdout.splitlines()[-1])
