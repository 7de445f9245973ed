"""The summary: correct numbers in text of at most 80 columns."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.report.summary import summarize
from atomglass.analysis.selection import Selection
from atomglass.errors import InputError

FAILURES = (
    ("not_converged", "quench iterations_exhausted: raise max_iterations"),
    ("not_converged", "quench iterations_exhausted: raise max_iterations"),
    ("error", "MemoryError: out of memory"),
    ("odd", ""),
)


def flat(text: str) -> str:
    """Return a text on one line, as it reads."""
    return " ".join(text.split())


def row(text: str, name: str) -> str:
    """Return the line of a table that begins with a name."""
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(f"{name} "))


@pytest.mark.extended
@pytest.mark.parametrize(
    "study",
    [
        fake_study(278, 125, failures=FAILURES),
        fake_study(0, 0),
        fake_study(1, 0, hidden=0, chains=1),
        fake_study(0, 12, hidden=0),
        fake_study(40_000, 20_000, chains=200),
    ],
    ids=["full", "none", "one", "B alone", "large"],
)
def test_the_summary_is_plain_text_of_80_columns(study):
    text = summarize(*study)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "nan" not in re.findall(r"[a-z]+", text.lower())


def test_counts_and_failures():
    modes, realizations = fake_study(278, 125, hidden=2, failures=FAILURES)
    text = flat(summarize(modes, realizations))
    good = int((realizations["status"] == "ok").sum())
    assert f"{good + 4} realizations from 10 independent chains: {good} analyzed, 4 failed." in text
    assert "2 x not_converged: quench iterations_exhausted" in text
    assert "1 x error: MemoryError: out of memory. What to do:" in text
    assert "1 x odd: no reason given." in text
    number = int(realizations["rattlers"].sum())
    assert f"{number} rattlers" in text
    assert f"403 QLMs found, {403 / good:.2g} per glass" in text


def test_groups():
    modes, realizations = fake_study(278, 125, hidden=2)
    text = summarize(modes, realizations)
    assert row(text, "modes").split() == ["modes", "278", "125"]
    # Wilson (1927), z = 0.99446: center (p + z^2/2n) / (1 + z^2/n), written out by hand.
    z, n, p = 0.994457883, 403, 278 / 403
    center, half = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2) / (1 + z**2 / n),
    )
    low, high = 100 * (center - half), 100 * (center + half)
    assert f"69 % ({low:.0f} to {high:.0f} %)" in row(text, "share")
    assert "2 (hidden, higher)" in row(text, "with")
    frequency = modes.loc[modes["is_qlm"] & (modes["group"] == "A"), "frequency"]
    assert f"{frequency.min():.3g} to {frequency.max():.3g}" in row(text, "frequency")
    barrier = modes.loc[modes["is_qlm"] & (modes["group"] == "B"), "barrier"]
    assert row(text, "barrier").endswith(f"{barrier.min():.3g} to {barrier.max():.3g}")


def exponents(text: str) -> dict[str, str]:
    table = text[text.index("HOW D(omega) GROWS") :]
    return {name: row(table, name) for name in ("A", "B", "all")}


@pytest.mark.extended
def test_many_modes_determine_the_exponents():
    lines = exponents(summarize(*fake_study(20_000, 20_000, hidden=0)))
    value = {name: float(line.split()[2]) for name, line in lines.items()}
    assert value["A"] == pytest.approx(4, abs=0.15)
    assert value["B"] == pytest.approx(3, abs=0.15)
    assert "agrees: 4 fits, 3 does not" in lines["A"]
    assert "agrees: 3 fits, 4 does not" in lines["B"]
    assert "differs: neither 4 nor 3 fits" in lines["all"] or "differs: no power law fits" in lines["all"]


def test_a_modest_study_is_undecided_and_a_small_one_has_no_exponent():
    lines = exponents(summarize(*fake_study(30, 9, hidden=0)))
    assert "undecided: 4 and 3 both fit" in lines["A"]
    assert "too few to say" in lines["B"]
    assert lines["all"].split()[1] == "39"


def test_modes_without_a_known_bound_are_left_out_of_the_exponents():
    modes, realizations = fake_study(100, 40)
    lost = modes["realization"] < len(realizations) // 2
    modes.loc[lost, "complete_below"] = np.nan
    realizations.loc[: len(realizations) // 2 - 1, "complete"] = False
    text = summarize(modes, realizations)
    left = int((modes["is_qlm"] & ~lost).sum())
    assert 0 < left < 140
    assert exponents(text)["all"].split()[1] == str(left)
    assert f"{len(realizations) // 2} of {len(realizations)} glasses are not proven complete" in flat(text)


def test_correlation_is_always_mentioned():
    for chains in (1, 10):
        text = flat(summarize(*fake_study(40, 20, chains=chains)))
        assert "Realizations of one chain are correlated" in text
    assert "With only one chain" in flat(summarize(*fake_study(40, 20, chains=1)))


def test_repeated_modes_widen_the_error():
    """The same QLMs ten times over, as in the realizations of a chain that hardly moves."""
    modes, realizations = fake_study(600, 0, hidden=0, chains=300)
    repeated = pd.concat([modes] * 10, ignore_index=True)

    def error(table: pd.DataFrame) -> float:
        return float(exponents(summarize(table, realizations))["A"].split()[4])

    assert error(repeated) == pytest.approx(error(modes), rel=0.15)


def test_cutoff_dominated_and_unbounded_modes_are_mentioned():
    modes, realizations = fake_study(40, 20)
    assert "cutoff" not in summarize(modes, realizations)
    first = modes.index[modes["is_qlm"]][:3]
    modes.loc[first, "b3_cutoff_share"] = -0.8
    modes.loc[first[:1], "group"] = "unbounded"
    text = flat(summarize(modes, realizations))
    assert "In 3 QLMs most of b3 comes from pairs within 5 %" in text
    assert "In addition, 1 unbounded (b4 <= 0" in text


def test_no_qlm_gives_advice():
    text = flat(summarize(*fake_study(0, 0), rule=Selection(frequency_share=0.5, participation_ratio=0.1)))
    assert "omega < 0.5 of the chain's median omega_1, PR < 0.1" in text
    assert "0 QLMs found" in text and "What to do: make more glasses" in text


def test_all_failed():
    _, realizations = fake_study(0, 0, failures=FAILURES)
    modes, _ = fake_study(0, 0)
    text = flat(summarize(modes.iloc[:0], realizations[realizations["status"] != "ok"]))
    assert "4 realizations from" in text and "0 analyzed, 4 failed" in text
    assert "0 QLMs found." in text


def test_a_missing_column_is_named():
    modes, realizations = fake_study(3, 2)
    with pytest.raises(InputError, match="realizations table lacks the column rattlers"):
        summarize(modes, realizations.drop(columns="rattlers"))
