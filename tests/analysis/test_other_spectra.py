"""Smallest frequencies, D - D_Debye and pinned glasses: on tables of known law, and against counts one by one."""

from __future__ import annotations

import math
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import atomglass as ag
from atomglass.analysis.report.other_spectra_tables import other_spectra_tables
from atomglass.analysis.results.debye import excess_density, excess_exponents
from atomglass.analysis.results.glasses_below_bound import counted_glasses
from atomglass.analysis.results.other_spectra import other_spectra
from atomglass.analysis.results.phonons import sound_of_glasses, waves_below
from atomglass.analysis.results.pinned_exponents import pinned_exponents
from atomglass.analysis.results.smallest_frequencies import smallest_frequencies, smallest_frequency_table
from atomglass.analysis.results.spectrum import debye_level, density_of_states
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.study.followup.pinned_modes import PinnedTables

CHAINS = 20


def realizations_of(
    count: int, rng: np.random.Generator, dimension: int = 2, spread: float = 0.0, known: float = 10.0
) -> pd.DataFrame:
    """Glasses whose sound speeds vary between chains and within them by the relative spread; one in 50 has failed."""
    table = pd.DataFrame({"realization": np.arange(count)})
    table["chain"] = table["realization"] % CHAINS
    table["status"] = np.where(np.arange(count) % 50 == 49, "not_converged", "ok")
    table["complete"], table["complete_below"] = table["status"] == "ok", known
    table["number"], table["rattlers"], table["dimension"], table["density"] = 400, 0, dimension, 1.0
    mean = 2.0 * (1 + spread * rng.standard_normal(CHAINS)[table["chain"]])
    table["transverse_speed"] = mean * (1 + spread * rng.standard_normal(count))
    table["longitudinal_speed"] = 2.1 * mean
    return table


def modes_of(
    realizations: pd.DataFrame,
    rng: np.random.Generator,
    laws: dict[str, tuple[float, float]],
    top: float,
    phonons: bool = False,
) -> pd.DataFrame:
    """A Poisson number of modes of each group, {group: (exponent, mean number below `top`)}, and perhaps phonons."""
    parts = []
    for group, (exponent, mean) in laws.items():
        home = np.repeat(realizations["realization"], rng.poisson(mean, len(realizations))).to_numpy()
        frequency = top * rng.random(len(home)) ** (1 / (exponent + 1))
        parts.append(pd.DataFrame({"realization": home, "frequency": frequency, "group": group}))
    if phonons:
        d = int(realizations["dimension"].iloc[0])
        waves = np.sqrt([sum(n * n for n in v) for v in product(range(-3, 4), repeat=d) if any(v)])
        waves *= 2 * math.pi / 400 ** (1 / d)
        for name, branches in (("transverse_speed", d - 1), ("longitudinal_speed", 1)):
            found = np.outer(realizations[name], np.repeat(waves, branches))
            found *= 1 + 0.01 * rng.standard_normal(found.shape)
            home, place = np.nonzero(found < top)
            numbers = realizations["realization"].to_numpy()[home]
            parts.append(pd.DataFrame({"realization": numbers, "frequency": found[home, place], "group": "A"}))
    modes = pd.concat(parts, ignore_index=True)
    modes["chain"] = modes["realization"] % CHAINS
    modes["participation_ratio"] = 0.5
    return modes.sample(frac=1, random_state=1, ignore_index=True)


@pytest.mark.parametrize("dimension", [2, 3])
def test_waves_are_counted_one_by_one(dimension: int) -> None:
    radii = np.array([0.5, 1.0, 1.01, 1.5, 2.3, 5.7])
    count, logs = waves_below(radii, dimension)
    reach = range(-6, 7)
    lengths = np.array([math.sqrt(sum(n * n for n in v)) for v in product(reach, repeat=dimension) if any(v)])
    for k, radius in enumerate(radii):
        inside = lengths[lengths < radius]
        assert count[k] == len(inside)
        assert logs[k] == pytest.approx(np.log(radius / inside).sum(), abs=1e-9)


@pytest.mark.parametrize("dimension", [2, 3])
def test_the_continuum_is_an_integral_and_the_box_approaches_it(dimension: int) -> None:
    radius = 7.3
    n = np.linspace(1, radius, 200_001)
    surface = {2: 2 * math.pi, 3: 4 * math.pi}[dimension] * n ** (dimension - 1)
    count, logs = waves_below(np.array([radius, 0.9]), dimension, "continuum")
    assert count[0] == pytest.approx(np.trapezoid(surface, n), rel=1e-8) and count[1] == logs[1] == 0
    assert logs[0] == pytest.approx(np.trapezoid(surface * np.log(radius / n), n), rel=1e-7)
    large = np.array([38.3])
    assert waves_below(large, dimension)[0] == pytest.approx(waves_below(large, dimension, "continuum")[0], rel=0.01)


@pytest.mark.parametrize("dimension", [2, 3])
def test_many_waves_have_the_level_of_debye(dimension: int) -> None:
    """Against A_D of another module: d N A_D omega^d / d, less what lies below the first waves."""
    table = realizations_of(1, np.random.default_rng(0), dimension).assign(rattlers=8)
    frequency = 8.0
    counted = counted_glasses(table, frequency)
    phonons = sound_of_glasses(counted).phonons_below(counted.bound, "continuum")[0][0]
    row = table.iloc[0]
    held = row["number"] - row["rattlers"]
    level = debye_level(row["transverse_speed"], row["longitudinal_speed"], held / row["number"], dimension)
    volume = {2: math.pi, 3: 4 * math.pi / 3}[dimension]
    expected = held * level * frequency**dimension - dimension * volume
    assert phonons == pytest.approx(expected, rel=1e-10)


def test_the_distance_to_the_nearest_band() -> None:
    table = realizations_of(40, np.random.default_rng(0), spread=0.1).assign(status="ok", complete=True)
    table.loc[3, "transverse_speed"] = np.nan
    counted = counted_glasses(table, 1.5)
    found = sound_of_glasses(counted).band_distance(counted.bound)
    lengths = np.array([math.hypot(*v) for v in product(range(-9, 10), repeat=2) if any(v)]) * 2 * math.pi / 20
    for k, row in enumerate(table.itertuples()):
        bands = np.concatenate([row.transverse_speed * lengths, row.longitudinal_speed * lengths])
        expected = math.inf if k == 3 else np.abs(1.5 / bands - 1).min()
        assert found[k] == pytest.approx(expected, rel=1e-12)


def test_below_the_first_phonon_nothing_is_subtracted() -> None:
    """There the exponent is that of the truncated power law, and D_G is D."""
    rng = np.random.default_rng(1)
    table = realizations_of(3000, rng)
    modes = modes_of(table, rng, {"A": (4.0, 0.3)}, 0.6)
    assert (table["transverse_speed"] * 2 * math.pi / 20 > 0.6).all()
    found = excess_exponents(modes, table, 0.6)
    good = modes[modes["realization"].isin(table.loc[table["status"] == "ok", "realization"])]
    for row in found.itertuples():
        inside = good[good["frequency"] < row.bound]
        assert row.phonons == 0 and row.modes == row.excess == len(inside)
        assert row.glasses == 2940 and row.left_out == 60 and row.not_rigid == 0
        if row.modes >= 10:
            fit = truncated_power_law(inside["frequency"] / row.bound, inside["chain"])
            assert row.exponent == pytest.approx(fit.exponent, rel=1e-12)
            assert row.error == pytest.approx(fit.standard_error, rel=0.1)
    edges = np.linspace(0, 0.6, 7)
    ours, theirs = excess_density(modes, table, edges), density_of_states(modes, table, edges)
    assert ours["density"].to_numpy() == pytest.approx(theirs["density"].to_numpy(), rel=1e-12)
    assert ours["excess"].equals(ours["density"]) and ours["debye"].eq(0).all()


@pytest.mark.parametrize("dimension", [2, 3])
def test_phonons_are_subtracted(dimension: int) -> None:
    """omega^4 and the phonons of the box together; in gaps between bands the exponent comes back, without them not."""
    rng = np.random.default_rng(2)
    table = realizations_of(1500, rng, dimension, spread=0.01)
    first = 2 * 2 * math.pi / 400 ** (1 / dimension)
    top = 1.3 * first  # between the first and the second band of transverse waves
    modes = modes_of(table, rng, {"A": (4.0, 1.0)}, top, phonons=True)
    found = excess_exponents(modes, table, top)
    whole = found[found["share"] == 1].set_index(["moduli", "waves"])
    for moduli in ("own", "chain"):
        row = whole.loc[(moduli, "box")]
        assert row["phonons"] == 4 * 1470 if dimension == 2 else row["phonons"] == 6 * 2 * 1470
        assert row["exponent"] == pytest.approx(4.0, abs=3.5 * row["error"])
        assert 0.05 < row["error"] < 0.8
    good = modes[modes["realization"].isin(table.loc[table["status"] == "ok", "realization"])]
    with_phonons = truncated_power_law(good["frequency"] / top)
    assert abs(with_phonons.exponent - 4) > 8 * with_phonons.error
    below = found[(found["share"] == 0.7) & (found["waves"] == "box")]
    assert below["phonons"].eq(0).all()
    density = excess_density(modes, table, np.linspace(0, top, 5), "chain")
    total = density["excess"].sum() * density["high"].diff().iloc[1] * 1470 * dimension * 400
    assert total == pytest.approx(whole.loc[("chain", "box"), "excess"], rel=1e-9)


def test_errors_of_the_excess_cover() -> None:
    rng = np.random.default_rng(3)
    pulls = []
    for _ in range(150):
        table = realizations_of(400, rng)
        modes = modes_of(table, rng, {"A": (4.0, 1.0)}, 0.75, phonons=False)
        extra = modes_of(table, rng, {"A": (1.0, 0.0)}, 0.75, phonons=True)
        both = pd.concat([modes, extra], ignore_index=True)
        row = excess_exponents(both, table, 0.75, ("chain",), ("box",)).iloc[-1]
        pulls.append((row["exponent"] - 4) / row["error"])
    assert np.mean(np.square(pulls)) == pytest.approx(1, abs=0.35)
    assert np.mean(np.abs(pulls) < 1) == pytest.approx(0.68, abs=0.12)


def test_glasses_that_are_not_rigid_keep_their_modes() -> None:
    rng = np.random.default_rng(4)
    table = realizations_of(400, rng)
    table.loc[table["realization"] % 160 == 0, "transverse_speed"] = np.nan  # G <= 0
    table.loc[table["realization"] == 3, "transverse_speed"] = 1e-4  # nearly
    modes = modes_of(table, rng, {"A": (4.0, 1.0)}, 0.8)
    found = excess_exponents(modes, table, 0.8).set_index(["moduli", "waves", "share"])
    own, chain = (found.loc[(name, "box", 1.0)] for name in ("own", "chain"))
    assert own["not_rigid"] == 4 and chain["not_rigid"] == 0
    assert own["modes"] == chain["modes"] and own["glasses"] == chain["glasses"] == 392
    assert own["phonons"] == 4 * (392 - 4) and chain["phonons"] == 4 * 392


def test_a_modulus_that_is_not_positive_is_the_lowest_of_the_median() -> None:
    table = realizations_of(100, np.random.default_rng(5))  # chains of five
    table["transverse_speed"] = 1.0 + 0.1 * (table["realization"] // CHAINS)
    table.loc[table["realization"].isin([80, 60]), "transverse_speed"] = np.nan  # the two highest of chain 0
    counted = counted_glasses(table, 0.1)
    sound = sound_of_glasses(counted, "chain")
    first = counted.glasses["chain"].to_numpy() == 0
    unit = 2 * math.pi / 20
    assert sound.transverse[first] == pytest.approx(1.0 * unit)  # of 0, 0, 1.0, 1.1, 1.2
    assert sound.transverse[counted.glasses["chain"].to_numpy() == 1] == pytest.approx(1.2 * unit)


def test_smallest_frequencies_are_found_one_by_one() -> None:
    rng = np.random.default_rng(6)
    table = realizations_of(300, rng)
    modes = modes_of(table, rng, {"A": (4.0, 1.0), "B": (3.0, 0.5)}, 1.0)
    bound = np.where(table["chain"] < 10, 0.9, 0.7)
    found = smallest_frequencies(modes, counted_glasses(table, bound))
    assert found["realization"].tolist() == table.loc[table["status"] == "ok", "realization"].tolist()
    for row in found.itertuples():
        own = modes[modes["realization"] == row.realization].sort_values("frequency")
        limit = 0.9 if row.chain < 10 else 0.7
        assert row.bound == limit
        if len(own) and own["frequency"].iloc[0] < limit:
            assert row.frequency == own["frequency"].iloc[0] and row.group == own["group"].iloc[0]
        else:
            assert math.isnan(row.frequency) and row.group == ""


def test_each_group_has_its_own_exponent() -> None:
    """Competing risks: omega^4 in A, omega^3 in B, omega^2 in a third group."""
    rng = np.random.default_rng(7)
    table = realizations_of(20_000, rng)
    modes = modes_of(table, rng, {"A": (4.0, 1.0), "B": (3.0, 0.7), "unbounded": (2.0, 0.3)}, 1.0)
    found = smallest_frequency_table(modes, table, 1.0, rng)
    assert found["kind"].eq("harmonic").all() and found["left_out"].eq(400).all()
    by_chain = found[(found["share"] == 1) & (found["scale_of"] == "chain")].set_index("group")
    whole = found[(found["share"] == 1) & (found["scale_of"] == "common")].set_index("group")
    assert by_chain["exponent"].to_numpy() == pytest.approx(whole["exponent"].to_numpy(), abs=0.1)  # chains are alike
    for group, exponent, mean in (("A", 4.0, 1.0), ("B", 3.0, 0.7)):
        row = whole.loc[group]
        assert row["exponent"] == pytest.approx(exponent, abs=3.5 * row["error"])
        assert row["scale"] == pytest.approx(mean ** (-1 / (exponent + 1)), rel=0.03)
        assert row["low95"] < row["low68"] < row["exponent"] < row["high68"] < row["high95"]
        assert row["high68"] - row["low68"] == pytest.approx(2 * row["error"], rel=0.3)
    assert (
        whole.loc["A", "events"] + whole.loc["B", "events"] < whole.loc["all", "events"] < whole.loc["all", "glasses"]
    )
    lower = found[(found["share"] == 0.6) & (found["group"] == "A")].iloc[0]
    assert lower["exponent"] == pytest.approx(4.0, abs=3.5 * lower["error"]) and math.isnan(lower["low68"])


def test_chains_that_differ() -> None:
    """Modes ten times as frequent in some chains as in others: the exponent needs a scale for each chain."""
    rng = np.random.default_rng(11)
    table = realizations_of(6000, rng)
    soft = table["chain"] % 2 == 0
    modes = pd.concat([modes_of(table[s], rng, {"A": (4.0, m)}, 1.0) for s, m in ((soft, 5.0), (~soft, 0.5))])
    found = smallest_frequency_table(modes, table, 1.0, rng)
    whole = found[(found["share"] == 1) & (found["group"] == "A")].set_index("scale_of")
    own, common = whole.loc["chain"], whole.loc["common"]
    assert own["exponent"] == pytest.approx(4.0, abs=3.5 * own["error"]) and own["low95"] < 4 < own["high95"]
    assert own["error"] < 0.15 and common["exponent"] < 3.3


def test_a_bound_above_the_tables_is_refused() -> None:
    table = realizations_of(100, np.random.default_rng(8), known=1.0)
    table.loc[5, "complete_below"] = 0.4
    modes = modes_of(table, np.random.default_rng(8), {"A": (4.0, 1.0)}, 1.0)
    counted_glasses(table, 0.4)
    with pytest.raises(ag.InputError, match=r"<= 0\.4") as found:
        excess_exponents(modes, table, 0.6)
    assert "\n" not in str(found.value)
    counted_glasses(table, np.where(table.index == 5, 0.4, 0.9))
    table.loc[5, "status"] = "not_converged"  # such a glass does not count
    counted_glasses(table, 0.9)
    for bad in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ag.InputError, match="> 0"):
            counted_glasses(table, bad)


def pinned_tables(count: int, rng: np.random.Generator) -> PinnedTables:
    glasses = realizations_of(count, rng, known=1.0)[["realization", "chain", "complete", "complete_below"]]
    glasses["fraction"] = 0.03
    return PinnedTables(modes_of(glasses, rng, {"A": (4.0, 0.6), "B": (3.0, 0.4)}, 1.0), glasses)


def test_exponents_of_pinned_glasses() -> None:
    rng = np.random.default_rng(9)
    pinned = pinned_tables(4000, rng)
    found = pinned_exponents(pinned, realizations_of(4100, rng))
    whole = found[found["share"] == 1].set_index("group")
    for group, exponent in (("A", 4.0), ("B", 3.0)):
        assert whole.loc[group, "exponent"] == pytest.approx(exponent, abs=3.5 * whole.loc[group, "error"])
    assert found["glasses"].eq(3920).all() and found["left_out"].eq(180).all() and found["fraction"].eq(0.03).all()
    counted = pinned.modes[pinned.modes["realization"] % 50 != 49]
    assert whole.loc["all", "modes"] == len(counted)
    fit = truncated_power_law(counted["frequency"], counted["chain"])
    assert whole.loc["all", "exponent"] == pytest.approx(fit.exponent)
    empty = PinnedTables(pd.DataFrame(columns=["realization", "chain", "mode", "frequency", "group"]), pinned.glasses)
    assert pinned_exponents(empty, realizations_of(4100, rng))["modes"].eq(0).all()


def test_smallest_spots_are_those_of_the_glasses_that_were_searched() -> None:
    """Half of the glasses were searched, up to 0.8, whatever is known of harmonic modes: omega^4 comes back."""
    rng = np.random.default_rng(13)
    table = realizations_of(6000, rng).assign(first_phonon_frequency=1.0, spots_below=0.8)
    spots = modes_of(table, rng, {"A": (4.0, 2.0)}, 1.0).assign(converged=True)
    spots = spots[(spots["realization"] % 2 == 0) & (spots["frequency"] < 0.8)]
    counts = spots.groupby("realization").size().reindex(table["realization"], fill_value=0).to_numpy(dtype=float)
    searched = (table["realization"] % 2 == 0) & (table["status"] == "ok")
    table = table.assign(spot_count=np.where(searched, counts, np.nan), complete=table["complete"] & (table.index > 99))
    study = SimpleNamespace(modes=modes_of(table, rng, {"A": (4.0, 0.3)}, 1.0), realizations=table, spots=spots)
    found = other_spectra(study, 0.9, rng)["smallest_frequencies"]
    rows = found[(found["kind"] == "spots") & (found["group"] == "A") & (found["share"] == 1)]
    assert rows["glasses"].eq(searched.sum()).all() and rows["left_out"].eq((~searched).sum()).all()
    assert rows["bound"].to_numpy() == pytest.approx(0.8)
    for row in rows.itertuples():
        assert row.exponent == pytest.approx(4.0, abs=3 * row.error) and row.error < 0.3
    harmonic = found[found["kind"] == "harmonic"]
    assert harmonic["glasses"].eq(table["complete"].sum()).all() and harmonic["bound"].max() == 0.9


def test_all_tables_together() -> None:
    rng = np.random.default_rng(10)
    table = realizations_of(1000, rng)
    modes = modes_of(table, rng, {"A": (4.0, 0.6), "B": (3.0, 0.4)}, 1.0)
    study = SimpleNamespace(modes=modes, realizations=table)
    found = other_spectra(study, 0.6, np.random.default_rng(0))
    assert list(found) == ["smallest_frequencies", "excess_exponents", "excess_density"]
    study.spots = modes.assign(frequency=0.9 * modes["frequency"], converged=modes.index % 7 != 0)
    study.realizations = table.assign(first_phonon_frequency=1.0, spot_count=1.0)
    again = other_spectra(study, 0.6, np.random.default_rng(0), pinned_tables(500, rng))
    smallest = again["smallest_frequencies"]
    assert smallest["kind"].unique().tolist() == ["harmonic", "spots"]
    pd.testing.assert_frame_equal(smallest[smallest["kind"] == "harmonic"], found["smallest_frequencies"])
    assert len(again["pinned_exponents"]) and again["excess_density"]["high"].iloc[-1] == 0.6
    by_glass = other_spectra(study, np.full(len(table), 0.6), np.random.default_rng(0))
    assert "excess_density" not in by_glass
    pd.testing.assert_frame_equal(by_glass["excess_exponents"], found["excess_exponents"])
    nothing = SimpleNamespace(modes=modes, realizations=table.assign(status="not_converged"))
    assert other_spectra(nothing, 0.6, rng)["smallest_frequencies"]["glasses"].eq(0).all()


def test_the_text_has_all_rows() -> None:
    rng = np.random.default_rng(12)
    table = realizations_of(600, rng)
    study = SimpleNamespace(modes=modes_of(table, rng, {"A": (4.0, 0.6), "B": (3.0, 0.4)}, 1.0), realizations=table)
    found = other_spectra_tables(other_spectra(study, 0.6, rng, pinned_tables(500, rng)))
    assert [len(rows) for _, _, rows in found] == [6, 4, 3]
    assert all(len(row) == len(header) for _, header, rows in found for row in rows)
