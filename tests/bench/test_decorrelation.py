"""The benchmark of decorrelation."""

from __future__ import annotations

import pytest
from samples import liquid

import atomglass as ag
from atomglass.bench import decorrelation
from atomglass.bench import samples as bench_samples
from atomglass.bench.context import BenchmarkContext


@pytest.mark.extended
def test_a_scheme_with_twice_the_moves_needs_half_the_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sweeps counted as one: half the number of sweeps, and no gain in core time."""

    class Double(ag.SwapMonteCarlo):
        def run(self, sweeps: int, record_every: int | None = None, progress=None):
            return super().run(2 * sweeps, 2 * (record_every or sweeps), progress)

    def double(sample: ag.Configuration, seed: int) -> ag.SwapMonteCarlo:
        return Double(sample, bench_samples.potential(2), 0.3, 0.2, 0.12, seed)

    def plain(sample: ag.Configuration, seed: int) -> ag.SwapMonteCarlo:
        return ag.SwapMonteCarlo(sample, bench_samples.potential(2), 0.3, 0.2, 0.12, seed)

    schemes = {"default": decorrelation.Scheme("one", plain, 6), "double": decorrelation.Scheme("two", double, 3)}
    starts = [liquid("kumar2021", 100, 2, seed=k) for k in range(6)]
    monkeypatch.setattr(decorrelation, "SCHEMES", schemes)
    monkeypatch.setattr(decorrelation, "FIRST_SWEEPS", 20)
    monkeypatch.setattr(decorrelation, "RECORDS", 80)
    monkeypatch.setattr(decorrelation, "starting_configurations", lambda count: starts)
    rows = list(decorrelation.decorrelation_times(BenchmarkContext(False, None)))
    assert [row.unit for row in rows] == ["core-s"] * 4
    for one, two in (rows[:2], rows[2:]):
        assert one.ratio is None and two.ratio is not None and one.measured is not None
        assert two.ratio.median == pytest.approx(1, abs=max(0.5, 4 * two.ratio.spread))
        sweeps = [float(row.note.split("(")[0].replace(",", "")) for row in (one, two)]
        assert sweeps[0] / sweeps[1] == pytest.approx(2, rel=0.5)
