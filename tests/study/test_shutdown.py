"""Wall times, as users and SLURM write them."""

from __future__ import annotations

import pytest

from atomglass.errors import InputError
from atomglass.study.execution.shutdown import parse_duration

WALL_TIMES = {
    "90s": 90, "1.5h": 5400, "2d": 172_800, "04:00:00": 14_400, "1-02:03:04": 93_784, "10:30": 630
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WALL_TIMES.items())
def test_wall_times(text: str, expected: float) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "0s", "-5m", "1:2:3:4"])
def test_invalid_wall_times(text: str) -> None:
    with pytest.raises(InputError, match="--max-walltime"):
        parse_duration(text)
