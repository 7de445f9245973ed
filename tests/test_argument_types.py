"""Arguments of a wrong type: every public function refuses them with one line, never with an error from inside."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from ase import Atoms
from samples import glass

import atomglass as ag
from atomglass.types import typed_arguments

POTENTIAL = ag.load_potential("kumar2021")
WRONG = [
    *(None, "kumar2021", Atoms("H"), 2.5, True, np.nan, [1, 2], {}, np.inf, -1, 10**30, b"x", "", object()),
    *(np.array([]), np.ma.masked_array([1.0, 2.0], [True, False])),
]
RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Functions of one argument, by name; what they accept must not take long."""
    sample = glass("kumar2021", 100, 2, 1)
    mode = ag.lowest_modes(sample, POTENTIAL, 1).eigenvectors[0]
    file = tmp_path_factory.mktemp("files") / "sample.extxyz"
    ag.write(file, sample)
    sampler = ag.SwapMonteCarlo
    return {
        "energy": lambda x: ag.energy(x, POTENTIAL),
        "energy, potential": lambda x: ag.energy(sample, x),
        "quench": lambda x: ag.quench(x, POTENTIAL),
        "quench, tolerance": lambda x: ag.quench(sample, POTENTIAL, x),
        "quench, iterations": lambda x: ag.quench(sample, POTENTIAL, 1e-3, x),
        "quench, method": lambda x: ag.quench(sample, POTENTIAL, method=x),
        "lowest_modes, count": lambda x: ag.lowest_modes(sample, POTENTIAL, x),
        "modes_below": lambda x: ag.modes_below(sample, POTENTIAL, x),
        "expand": lambda x: ag.expand(sample, POTENTIAL, x),
        "expand, configuration": lambda x: ag.expand(x, POTENTIAL, mode),
        "sampler": lambda x: sampler(x, POTENTIAL),
        "sampler, temperature": lambda x: sampler(sample, POTENTIAL, x),
        "sampler, swap_fraction": lambda x: sampler(sample, POTENTIAL, 0.1, swap_fraction=x),
        "sampler, max_displacement": lambda x: sampler(sample, POTENTIAL, 0.1, max_displacement=x),
        "sampler, seed": lambda x: sampler(sample, POTENTIAL, 0.1, seed=x),
        "sampler, trajectories": lambda x: sampler(sample, POTENTIAL, 0.1, trajectories=x),
        "run": lambda x: sampler(sample, POTENTIAL).run(x),
        "restore": lambda x: sampler.restore(x, POTENTIAL),
        "HybridMonteCarlo, steps": lambda x: ag.HybridMonteCarlo(steps=x),
        "HybridMonteCarlo, time_step": lambda x: ag.HybridMonteCarlo(time_step=x),
        "nonlinear_modes": lambda x: ag.nonlinear_modes(sample, POTENTIAL, [mode] if x is None else x),
        "density_of_states": lambda x: ag.density_of_states(sample, POTENTIAL, 64 if x is None else x),
        "sample_diameters": lambda x: ag.sample_diameters(x, RNG),
        "sample_diameters, rng": lambda x: ag.sample_diameters(5, x),
        "sample_diameters, method": lambda x: ag.sample_diameters(5, RNG, x),
        "load_potential": ag.load_potential,
        "read": ag.read,
        "read, frame": lambda x: ag.read(file, x),
        "write": lambda x: ag.write(file.with_name("other.extxyz"), x),
        "write, path": lambda x: ag.write(x, sample),
        "load_study": ag.load_study,
        "PairPotential, exponent": lambda x: ag.PairPotential(exponent=x, order=2, cutoff=1.25),
        "PairPotential, order": lambda x: ag.PairPotential(exponent=12, order=x, cutoff=1.25),
        "PairPotential, form": lambda x: ag.PairPotential(form=x, order=2, cutoff=1.5),
        "PairPotential, formula": lambda x: ag.PairPotential(form="formula", formula=x, order=2, cutoff=1.5),
        "phi": POTENTIAL.phi,
        "phi, derivative": lambda x: POTENTIAL.phi(1.0, 1.0, x),
        "Configuration": lambda x: ag.Configuration(x, [1.0, 1.0], [3.0, 3.0]),
        "Configuration, diameters": lambda x: ag.Configuration([[0, 0], [1, 1]], x, [3.0, 3.0]),
        "Configuration, species": lambda x: ag.Configuration([[0, 0], [1, 1]], [1, 1], [3, 3], x),
    }


def test_wrong_types_are_one_line_each(calls) -> None:
    wrong = []
    for name, call in calls.items():
        for value in WRONG:
            if name == "run" and not isinstance(value, str | bytes | dict | float | type(None)):
                continue  # what is taken for a number of sweeps, or compared by the test's own machinery
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    call(value)
            except ag.InputError as error:
                if "\n" in str(error):
                    wrong.append(f"{name}, {value!r}: several lines")
            except Exception as error:
                wrong.append(f"{name}, {value!r}: {type(error).__name__}: {error}")
    assert not wrong, "\n".join(wrong)


def test_numbers_of_numpy_are_numbers_and_booleans_are_not() -> None:
    @typed_arguments
    def function(count: int, size: float = 1.0, name: str | None = None) -> tuple[object, ...]:
        """Return the arguments."""
        return count, size, name

    assert function(np.int32(3), np.float32(0.5)) == (3, 0.5, None)
    assert function(3, size=2, name="x") == (3, 2, "x")
    assert function.__doc__ == "Return the arguments."
    for bad in ((True,), (2.0,), (1, True), (1, "2"), (1, 1.0, 3), (2**70,)):
        with pytest.raises(ag.InputError):
            function(*bad)
    with pytest.raises(TypeError, match="missing"):
        function()
