"""Size distributions against exact distribution functions, in both sampling methods; files of diameters; mistakes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

import atomglass as ag
from atomglass.system.diameters import size_law, size_law_from_text
from atomglass.system.potential import PotentialSettings, potential_from
from atomglass.system.size_laws import LAWS

LOGNORMAL_WIDTH = math.sqrt(math.log(1 + 0.2**2))
#: Continuous laws, and the same distributions by scipy.stats (all with their bounds as support).
CONTINUOUS = [
    ("power", {"maximum": 1.6, "ratio": 2.2, "power": 3.0}, None),
    ("power", {"maximum": 1.6, "ratio": 2.2, "power": 1.0}, stats.loguniform(1.6 / 2.2, 1.6)),
    ("power", {"maximum": 1.6, "ratio": 2.2, "power": 0.0}, stats.uniform(1.6 / 2.2, 1.6 - 1.6 / 2.2)),
    ("uniform", {"minimum": 0.8, "maximum": 1.2}, stats.uniform(0.8, 0.4)),
    ("gaussian", {"mean": 1.1, "polydispersity": 0.1}, stats.truncnorm(-3, 3, 1.1, 0.11)),
    ("gaussian", {"polydispersity": 0.2, "truncation": 1.5}, stats.truncnorm(-1.5, 1.5, 1.0, 0.2)),
]
DISCRETE = {"values": [1.4, 1.0, 1.1], "fractions": [0.25, 0.25, 0.5]}


def lognormal_cumulative(sigma: float, mean: float, truncation: float) -> float:
    """Return the distribution function of the lognormal law of polydispersity 0.2, by quadrature of its density."""
    z = (math.log(sigma / mean) + LOGNORMAL_WIDTH**2 / 2) / LOGNORMAL_WIDTH
    return (
        integrate.quad(stats.norm.pdf, -truncation, z)[0] / integrate.quad(stats.norm.pdf, -truncation, truncation)[0]
    )


@pytest.mark.parametrize("law, parameters, exact", CONTINUOUS)
def test_continuous_laws_by_scipy(law: str, parameters: dict[str, float], exact) -> None:
    if exact is None:  # P(sigma) ~ sigma^-3 is the Pareto distribution of shape 2, truncated
        exact = stats.truncpareto(2, 2.2, scale=1.6 / 2.2)
    drawn = ag.sample_diameters(4000, np.random.default_rng(3), "iid", law, **parameters)
    assert stats.kstest(drawn, exact.cdf).pvalue > 0.01
    u = np.array([0, 1e-9, 1e-3, 0.3, 0.5, 0.9, 1 - 1e-6, 1])
    assert size_law(law, parameters).quantiles(u) == pytest.approx(exact.ppf(u), rel=1e-9)
    assert [size_law(law, parameters).minimum, size_law(law, parameters).maximum] == pytest.approx(exact.support())
    quantiles = ag.sample_diameters(4000, np.random.default_rng(3), "quantile", law, **parameters)
    assert quantiles.mean() == pytest.approx(exact.mean(), rel=1e-6)
    assert quantiles.std() == pytest.approx(exact.std(), rel=1e-3)


@pytest.mark.parametrize("mean, truncation", [(1.0, 3.0), (0.9, 1.0)])
def test_lognormal_by_quadrature(mean: float, truncation: float) -> None:
    parameters = {"mean": mean, "polydispersity": 0.2, "truncation": truncation}
    law = size_law("lognormal", parameters)
    for u in (0.01, 0.3, 0.5, 0.77, 0.999):
        assert lognormal_cumulative(float(law.quantiles(np.array(u))), mean, truncation) == pytest.approx(u, rel=1e-9)
    drawn = ag.sample_diameters(400, np.random.default_rng(5), "iid", "lognormal", **parameters)
    cumulative = np.vectorize(lambda sigma: lognormal_cumulative(sigma, mean, truncation))
    assert stats.kstest(drawn, cumulative).pvalue > 0.01
    wide = ag.sample_diameters(
        10**5, np.random.default_rng(5), "quantile", "lognormal", **parameters | {"truncation": 8}
    )
    assert [wide.mean(), wide.std() / mean] == pytest.approx([mean, 0.2 * wide.mean() / mean], rel=1e-3)


@pytest.mark.parametrize("law", LAWS)
def test_no_diameter_beyond_the_bounds(law: str, tmp_path: Path) -> None:
    """`maximum`, from which studies compute the range of neighbor lists, is the largest diameter of every law."""
    (tmp_path / "sizes.txt").write_text("1.5\n0.7\n")
    parameters = {
        "uniform": {"minimum": 0.1, "maximum": 0.3},
        "gaussian": {"polydispersity": 0.3},
        "lognormal": {"polydispersity": 0.9, "truncation": 8},
        "discrete": DISCRETE,
        "file": {"path": str(tmp_path / "sizes.txt")},
    }.get(law, {})
    found = size_law(law, parameters)
    ends = found.quantiles(np.array([0.0, 1.0]))
    assert list(ends) == pytest.approx([found.minimum, found.maximum], rel=1e-12)
    assert found.minimum <= ends[0]
    assert ends[1] <= found.maximum
    assert found.minimum > 0
    for method in ("iid", "quantile"):
        diameters = ag.sample_diameters(100_000, np.random.default_rng(1), method, law, **parameters)
        assert found.minimum <= diameters.min() <= diameters.max() <= found.maximum


def test_discrete_composition() -> None:
    """At quantiles the composition is exact, in random order; drawn independently it varies binomially."""
    exact = ag.sample_diameters(400, np.random.default_rng(1), "quantile", "discrete", **DISCRETE)
    assert {size: int(np.sum(exact == size)) for size in set(exact)} == {1.0: 100, 1.1: 200, 1.4: 100}
    assert np.any(np.diff(exact) < 0)
    counts = [
        np.sum(ag.sample_diameters(400, np.random.default_rng(seed), "iid", "discrete", **DISCRETE) == 1.4)
        for seed in range(200)
    ]
    assert np.mean(counts) == pytest.approx(100, abs=4 * math.sqrt(75 / 200))
    assert np.var(counts) == pytest.approx(75, rel=4 * math.sqrt(2 / 200))
    equal = ag.sample_diameters(10, np.random.default_rng(1), "quantile", "discrete", values=[1.0, 1.4])
    assert sorted(equal) == [1.0] * 5 + [1.4] * 5


def test_a_file_of_diameters(tmp_path: Path) -> None:
    """As many particles as diameters get exactly these; a relative path starts from the folder of the potential."""
    listed = np.random.default_rng(2).lognormal(size=60)
    (tmp_path / "sizes.txt").write_text("# measured\n\n" + "\n".join(f"{x!r} # sigma" for x in listed.tolist()))
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nsource = "this test"\n[pair]\nexponent = 12\norder = 2\ncutoff = 1.25\n'
        '[diameters]\nlaw = "file"\npath = "sizes.txt"\n'
    )
    law = ag.load_potential(tmp_path / "mine.toml").diameters
    drawn = ag.sample_diameters(60, np.random.default_rng(1), "quantile", law)
    assert sorted(drawn) == sorted(listed)
    assert list(drawn) != list(listed)
    assert sorted(ag.sample_diameters(120, np.random.default_rng(1), "quantile", law)) == sorted([*listed, *listed])
    some = ag.sample_diameters(20_000, np.random.default_rng(1), "iid", law)
    frequencies = np.array([np.mean(some == x) for x in listed])
    assert frequencies == pytest.approx(1 / 60, abs=5 * math.sqrt(1 / 60 / 20_000))


def test_settings_survive_storage(tmp_path: Path) -> None:
    """A potential read, stored and read again is the same; a power law is stored as before there were other laws."""
    (tmp_path / "sizes.txt").write_text("1.0\n1.5\n")
    base = {"name": "x", "source": "x", "pair": {"exponent": 12, "order": 2, "cutoff": 1.25}}
    for section in (
        {"power": 2.0},
        {"law": "power", "ratio": 1.2},
        {"law": "gaussian", "polydispersity": 0.1},
        {"law": "discrete", **DISCRETE},
        {"law": "file", "path": str(tmp_path / "sizes.txt")},
    ):
        stored = PotentialSettings(**base, diameters=section).model_dump(mode="json")
        assert PotentialSettings(**stored).model_dump(mode="json") == stored
        assert potential_from(stored, "x").diameters == PotentialSettings(**base, diameters=section).diameters
    assert stored["diameters"] == {"law": "file", "values": [1.0, 1.5]}
    assert set(PotentialSettings(**base).model_dump()["diameters"]) == {"maximum", "ratio", "power"}


@pytest.mark.parametrize(
    "section, says",
    [
        ({"law": "gauss"}, "diameters: law is 'gauss'; allowed: power, uniform, gaussian, lognormal, discrete, file"),
        ({"law": "gaussian"}, "key 'diameters.polydispersity' is missing"),
        ({"law": "gaussian", "polydispersity": 0.4}, "(3) times polydispersity (0.4) must be below 1"),
        ({"law": "gaussian", "polydispersity": -1}, "diameters.polydispersity is -1; allowed: greater than 0"),
        ({"law": "lognormal", "polydispersity": 0.1, "truncation": 0}, "diameters.truncation is 0; allowed: greater"),
        ({"law": "uniform", "minimum": 2, "maximum": 1}, "minimum is 2, above maximum, which is 1"),
        ({"law": "uniform", "maximum": 1, "ratio": 2}, "unknown key 'diameters.ratio'; allowed: law, maximum, minimum"),
        ({"law": "discrete", "values": []}, "diameters.values is []"),
        ({"law": "discrete", "values": [1, -1]}, "diameters.values.1 is -1; allowed: greater than 0"),
        ({"law": "discrete", "values": [1, 1]}, "a value is given twice"),
        ({"law": "discrete", "values": [1, 2], "fractions": [1]}, "2 values but 1 fractions"),
        ({"law": "discrete", "values": [1, 2], "fractions": [0.5, 0.6]}, "the fractions add up to 1.1"),
        ({"law": "file"}, "path is missing"),
        ({"law": "file", "path": "sizes.txt", "values": [1]}, "give path or values, not both"),
        ({"law": "file", "path": "nowhere.txt"}, "(No such file or directory)"),
        ({"law": "file", "path": "."}, "(Is a directory)"),
        ({"law": "file", "path": "empty.txt"}, "holds 0 diameters"),
        ({"law": "file", "path": "text.txt"}, "line 2 of {folder}/text.txt is '1.0 2.0'; give one positive number"),
        ({"law": "file", "path": "zero.txt"}, "line 1 of {folder}/zero.txt is '0'"),
        ({"law": "file", "path": "infinite.txt"}, "is 'inf'"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, section: dict[str, object], says: str) -> None:
    for name, text in {"empty": "#\n", "text": "1\n1.0 2.0\n", "zero": "0\n", "infinite": "inf\n"}.items():
        (tmp_path / f"{name}.txt").write_text(text)
    data = {"name": "x", "source": "x", "pair": {"exponent": 12, "order": 2, "cutoff": 1.25}, "diameters": section}
    with pytest.raises(ag.InputError) as caught:
        potential_from(data, "x.toml", tmp_path)
    line = str(caught.value)
    assert says.format(folder=tmp_path) in line
    assert line.startswith("x.toml: ")
    assert "\n" not in line


def test_a_law_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sizes.txt").write_text("1.0\n1.5\n")
    assert size_law_from_text("gaussian polydispersity=0.1") == size_law("gaussian", {"polydispersity": 0.1})
    assert size_law_from_text("discrete values=[1.4,1.0]").maximum == 1.4
    assert size_law_from_text(str(tmp_path / "sizes.txt")).minimum == 1.0
    assert size_law_from_text("power") == size_law("power", {})
    for text, says in [
        ("gauss", "size law is 'gauss'; allowed: power"),
        ("", "size law is ''"),
        ("gaussian 0.1", "allowed: name key=value ..."),
        ("gaussian polydispersity=2", "polydispersity is 2"),
    ]:
        with pytest.raises(ag.InputError, match=says):
            size_law_from_text(text)


@pytest.mark.parametrize(
    "arguments, parameters, says",
    [
        ((0,), {}, "number of diameters is 0"),
        ((5, "quantiles"), {}, "method of drawing diameters is 'quantiles'; allowed: 'iid' or 'quantile'"),
        ((5, "iid", "gauss"), {}, "law of the diameters is 'gauss'"),
        ((5, "iid", 1.6), {}, "as in maximum=1.2"),
        ((5, "iid"), {"ratio": 0.5}, "ratio is 0.5; allowed: greater than or equal to 1"),
        ((5, "iid", LAWS["power"]()), {"ratio": 2}, "parameters of the size law is 'ratio'"),
    ],
)
def test_sample_diameters_refuses(arguments, parameters, says: str) -> None:
    number, *rest = arguments
    with pytest.raises(ag.InputError, match=says):
        ag.sample_diameters(number, np.random.default_rng(1), *rest, **parameters)
