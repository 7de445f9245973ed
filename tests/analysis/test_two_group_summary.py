"""The summary of modes of any model, with few modes."""

from __future__ import annotations

import pandas as pd
import pytest

from atomglass.analysis.report.two_group_summary import summarize


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_few_modes_are_summarized(count: int) -> None:
    modes = pd.DataFrame({"frequency": [0.1 * k + 0.1 for k in range(count)], "beta": 0.5, "group": "A"})
    realizations = pd.DataFrame({"chain": [0], "status": ["ok"], "reason": [""]})
    text = summarize(modes, realizations)
    assert f"{count} modes expanded" in text
    windows = [line[24:32] for line in text.splitlines() if line.startswith("  0.")]
    assert sum(map(int, windows)) == count
