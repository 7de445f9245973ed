"""ASE's own machinery on these glasses."""

from pathlib import Path

import numpy as np
import pytest
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.constraints import FixAtoms
from ase.filters import FrechetCellFilter
from ase.md.verlet import VelocityVerlet
from ase.mep import NEB
from ase.optimize import BFGS, FIRE
from numpy.testing import assert_allclose, assert_array_equal

import atomglass as ag
from atomglass.system.potential_settings import SpeciesSettings

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def flat_potential():
    return ag.load_potential("kumar2021")


def small_glass(d, n, seed):
    """Particles of many sizes near the points of a square lattice, density 1: far from a minimum, no close pairs."""
    rng = np.random.default_rng(seed)
    sigma = rng.uniform(0.7, 1.3, n)
    box = np.full(d, n ** (1 / d))
    grid = np.stack(np.meshgrid(*[np.arange(round(box[0]))] * d), axis=-1).reshape(-1, d)[:n].astype(float)
    return ag.Configuration(grid + rng.uniform(-0.15, 0.15, (n, d)), sigma, box)


@pytest.fixture(scope="module", params=[2, 3])
def sample(request):
    """A small glass with its calculator, sheared in 3-D."""
    d = request.param
    potential = ag.load_potential("kumar2021" if d == 2 else "kumar2021_3d")
    glass = small_glass(d, {2: 64, 3: 216}[d], seed=d)
    if d == 3:
        shear = np.eye(3) + np.array([[0, 0, 0], [0.1, 0, 0], [-0.05, 0.07, 0]])
        glass = glass.replace(positions=glass.positions @ shear, box=glass.cell @ shear)
    return glass, potential


def with_calculator(glass, potential):
    atoms = glass.to_atoms()
    atoms.calc = ag.Calculator(potential)
    return atoms


def test_energy_and_forces_are_those_of_the_package(sample):
    glass, potential = sample
    atoms = with_calculator(glass, potential)
    d = glass.dimension
    assert atoms.get_potential_energy() == ag.energy(glass, potential)
    assert atoms.get_potential_energy(force_consistent=True) == ag.energy(glass, potential)
    assert_array_equal(atoms.get_forces()[:, :d], ag.forces(glass, potential))
    assert not atoms.get_forces()[:, d:].any()


def test_forces_against_ase_finite_differences(sample):
    atoms = with_calculator(*sample)
    numerical = calculate_numerical_forces(atoms, eps=1e-5, iatoms=[0, 7, 41], icarts=range(sample[0].dimension))
    numerical = np.pad(numerical, ((0, 0), (0, 3 - numerical.shape[1])))
    assert_allclose(atoms.get_forces()[[0, 7, 41]], numerical, atol=1e-6 * np.abs(numerical).max())


def numerical_stress(atoms, axes, eps):
    """Return (1/V) dU/d(strain) by straining cell and atoms together, symmetric strains, as ASE defines it."""
    stress = np.zeros((3, 3))
    cell = np.array(atoms.cell)
    for i in axes:
        for j in axes:
            energies = []
            for sign in (+1, -1):
                strain = np.eye(3)
                strain[i, j] += sign * eps / 2
                strain[j, i] += sign * eps / 2
                strained = atoms.copy()
                strained.calc = atoms.calc
                strained.set_cell(cell @ strain, scale_atoms=True)
                energies.append(strained.get_potential_energy())
            stress[i, j] = (energies[0] - energies[1]) / (2 * eps * atoms.get_volume())
    return stress


def test_stress_against_straining_the_cell(sample):
    glass, potential = sample
    atoms = with_calculator(glass, potential)
    numerical = numerical_stress(atoms, range(glass.dimension), 1e-6)
    atoms = with_calculator(glass, potential)
    assert_allclose(atoms.get_stress(voigt=False), numerical, atol=2e-7 * np.abs(numerical).max())
    assert atoms.get_stress()[:2].sum() < 0  # repulsive particles push outwards: negative stress, positive pressure


def test_stress_against_ase_own_routine():
    atoms = with_calculator(small_glass(3, 216, seed=5), ag.load_potential("kumar2021_3d"))
    assert_allclose(atoms.get_stress(), calculate_numerical_stress(atoms, eps=1e-5), atol=1e-6)


def test_thickness_of_a_flat_sample_divides_the_stress_alone(flat_potential):
    glass = small_glass(2, 64, seed=1)
    thin, thick = (with_calculator(glass, flat_potential) for _ in range(2))
    thick.cell[2, 2] = 4.0
    assert thick.get_potential_energy() == thin.get_potential_energy()
    assert_array_equal(thick.get_forces(), thin.get_forces())
    assert_allclose(4 * thick.get_stress(), thin.get_stress(), rtol=1e-14)
    assert not thin.get_stress()[2:5].any()


def test_a_flat_sample_without_a_third_cell_vector(flat_potential):
    glass = small_glass(2, 64, seed=1)
    thin, none = (with_calculator(glass, flat_potential) for _ in range(2))
    none.cell[2] = 0.0
    assert none.get_potential_energy() == thin.get_potential_energy()
    assert_allclose(none.calc.results["stress"], thin.get_stress(), rtol=1e-13)


@pytest.mark.parametrize("optimizer, options", [(BFGS, {"maxstep": 0.05}), (FIRE, {})])
def test_ase_optimizers_find_a_minimum(optimizer, options, flat_potential):
    atoms = with_calculator(small_glass(2, 36, seed=3), flat_potential)
    before = atoms.get_potential_energy()
    FIRE(atoms, logfile=None).run(fmax=1.0, steps=500)
    assert optimizer(atoms, logfile=None, **options).run(fmax=1e-6, steps=2000)
    relaxed = ag.Configuration.from_atoms(atoms)
    assert np.abs(ag.forces(relaxed, flat_potential)).max() < 1e-6
    assert ag.energy(relaxed, flat_potential) < before
    assert not atoms.positions[:, 2].any()
    # A minimum, not a saddle: the energy rises along random directions.
    rng = np.random.default_rng(0)
    for _ in range(20):
        step = rng.normal(size=relaxed.positions.shape)
        step *= 1e-3 / np.linalg.norm(step)
        moved = relaxed.replace(positions=relaxed.positions + step)
        assert ag.energy(moved, flat_potential) > ag.energy(relaxed, flat_potential)


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")  # ASE's filter; the stress is checked below
def test_ase_relaxes_the_cell_to_a_given_pressure(flat_potential):
    """Positions and the in-plane shape of the box together, until the stress is minus the pressure."""
    atoms = with_calculator(small_glass(2, 36, seed=8), flat_potential)
    FIRE(atoms, logfile=None).run(fmax=1.0, steps=500)
    in_plane = FrechetCellFilter(atoms, mask=[1, 1, 0, 0, 0, 1], scalar_pressure=2.0)
    assert BFGS(in_plane, logfile=None, maxstep=0.05).run(fmax=1e-5, steps=3000)
    relaxed = ag.Configuration.from_atoms(atoms)
    assert not relaxed.orthogonal
    assert_allclose(ag.stress(relaxed, flat_potential), -2.0 * np.eye(2), atol=1e-5)
    assert_allclose(np.array(atoms.cell)[2], [0, 0, 1], atol=1e-9)


def test_neb_finds_the_top_of_a_known_barrier(flat_potential):
    """One particle slips between two held ones: by symmetry the saddle lies between them, its energy known."""
    sigma, gap = 1.0, 2.2
    held = [[6.0, 6.0 - gap / 2], [6.0, 6.0 + gap / 2]]
    # Both ends are beyond the cutoff of the fixed particles; asymmetric, so that no image starts at the maximum.
    ends = [ag.Configuration([*held, [x, 6.0]], np.full(3, sigma), [12.0, 12.0]) for x in (5.2, 7.1)]
    images = [ends[0].to_atoms() for _ in range(6)] + [ends[1].to_atoms()]
    for image in images:
        image.set_constraint([*image.constraints, FixAtoms([0, 1])])
        image.calc = ag.Calculator(flat_potential)
    band = NEB(images, climb=True, method="improvedtangent")
    band.interpolate()
    top = ag.energy(ends[0].replace(positions=[*held, [6.0, 6.0]]), flat_potential)
    assert max(image.get_potential_energy() for image in images) < 0.99 * top
    assert FIRE(band, logfile=None).run(fmax=1e-5, steps=2000)
    highest = max(images, key=lambda image: image.get_potential_energy())
    assert highest.get_potential_energy() == pytest.approx(top, rel=1e-8)
    assert_allclose(highest.positions[2], [6.0, 6.0, 0.0], atol=1e-4)


def test_a_swap_of_diameters_is_noticed(flat_potential):
    """ASE compares positions, species and cell; the sizes must not be overlooked."""
    glass = small_glass(2, 64, seed=4)
    atoms = with_calculator(glass, flat_potential)
    before = atoms.get_potential_energy()
    sizes = glass.diameters.copy()
    sizes[[3, 20]] = sizes[[20, 3]]
    atoms.arrays["diameters"][[3, 20]] = atoms.arrays["diameters"][[20, 3]]
    assert atoms.get_potential_energy() == ag.energy(glass.replace(diameters=sizes), flat_potential)
    assert atoms.get_potential_energy() != before


def test_a_swap_of_species_is_noticed():
    """Species alone, without diameters, determine the forces."""
    table = SpeciesSettings(
        names=["A", "B"], composition=[0.5, 0.5], epsilon=[[1.0, 1.5], [1.5, 0.5]], sigma=[[1.0, 0.8], [0.8, 0.88]]
    )
    potential = ag.PairPotential(form="lennard_jones", order=2, cutoff=2.0, table=table)
    lattice = np.stack(np.meshgrid(*[np.arange(6) * 1.05] * 2), axis=-1).reshape(-1, 2)
    glass = ag.Configuration(lattice, box=[6.3, 6.3], species=np.arange(36) % 2)
    atoms = with_calculator(glass, potential)
    before = atoms.get_potential_energy()
    assert before == ag.energy(glass, potential)
    atoms.arrays["species_index"][3] = 0
    assert atoms.get_potential_energy() == ag.energy(glass.replace(species=atoms.arrays["species_index"]), potential)
    assert atoms.get_potential_energy() != before


def test_nothing_is_computed_twice(flat_potential, monkeypatch):
    import atomglass.ase_calculator as module

    calls = []
    true = module.energy_forces_stress
    monkeypatch.setattr(module, "energy_forces_stress", lambda *a: calls.append(1) or true(*a))
    atoms = with_calculator(small_glass(2, 64, seed=4), flat_potential)
    atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress()
    assert len(calls) == 1
    atoms.positions[0, 0] += 1e-3
    atoms.get_forces()
    assert len(calls) == 2


def test_molecular_dynamics_conserves_energy():
    glass = small_glass(2, 64, seed=6)
    drift = []
    for step in (4e-3, 2e-3):
        atoms = with_calculator(glass, ag.load_potential("kumar2021_smooth"))
        FIRE(atoms, logfile=None).run(fmax=1e-2, steps=300)
        velocities = np.random.default_rng(1).normal(scale=0.3, size=(64, 3))
        velocities[:, 2] = 0
        atoms.set_velocities(velocities)
        start = atoms.get_total_energy()
        energies = []
        with VelocityVerlet(atoms, timestep=step) as dynamics:
            dynamics.attach(lambda a=atoms, e=energies: e.append(a.get_total_energy()))
            dynamics.run(round(0.8 / step))
        drift.append(np.abs(np.array(energies) - start).max())
    assert drift[1] < 0.4 * drift[0]  # second order in the step
    assert drift[1] < 1e-2


def test_atoms_it_cannot_take(flat_potential):
    atoms = with_calculator(small_glass(2, 64, seed=7), flat_potential)
    del atoms.arrays["diameters"], atoms.arrays["radius"]
    with pytest.raises(ag.InputError, match="no particle sizes found"):
        atoms.get_potential_energy()
    atoms = with_calculator(small_glass(2, 4, seed=7), flat_potential)
    with pytest.raises(ag.InputError, match="box"):
        atoms.get_potential_energy()


def test_the_published_sample_is_a_minimum_also_for_ase(flat_potential):
    """Single precision leaves forces of 1e-5; ASE's energy per particle is that of the re-quenched frame to 1e-9."""
    atoms = with_calculator(ag.read(DATA / "polydisperse12.gsd", frame=20), flat_potential)
    assert np.abs(atoms.get_forces()).max() < 1e-3
    assert atoms.get_potential_energy() / len(atoms) == pytest.approx(0.2190219422, abs=1e-8)
