"""Every form of pair potential against a twin with fifty digits: with and without species, in 2-D and 3-D."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from form_twin import FORMS, FORMULA, FormTwin

import atomglass as ag
from atomglass.system.potential_settings import SpeciesSettings

OWN = {
    "inverse_power": {"exponent": 10, "order": 3, "cutoff": 1.4},
    "lennard_jones": {"order": 2, "cutoff": 2.5},
    "wca": {},
    "hertz": {},
    "harmonic": {},
    "yukawa": {"kappa": 3.5, "order": 3, "cutoff": 2.2},
    "formula": {"formula": FORMULA, "order": 3, "cutoff": 1.7},
}
TABLE = SpeciesSettings(
    names=["A", "B"], composition=[0.5, 0.5], epsilon=[[1.0, 1.5], [1.5, 0.5]], sigma=[[1.0, 0.8], [0.8, 0.88]]
)
CUTOFFS = TABLE.model_copy(update={"cutoff": [[2.5, 1.8], [1.8, 2.1]]})


def potential_of(form: str, species: bool) -> ag.PairPotential:
    mixing = {"table": TABLE} if species else {"nonadditivity": 0.2}
    return ag.PairPotential(form=form, epsilon=1.3, **OWN[form], **mixing)


def sample(potential: ag.PairPotential, d: int, n: int = 6, seed: int = 0) -> ag.Configuration:
    """Return particles on a jittered lattice: pairs at many distances below the cutoff, none too close."""
    rng = np.random.default_rng(seed)
    side = max(2.01 * potential.max_cutoff([1.2]), 2.05 * n ** (1 / d) * 0.8)
    # A cluster in a large box: neighbors at 0.75 to 1.1, some overlapping (forms with contacts need r < sigma).
    cluster = np.stack(np.meshgrid(*[np.arange(3)] * d), -1).reshape(-1, d)[rng.permutation(3**d)[:n]] * 0.72
    positions = cluster + rng.uniform(-0.12, 0.12, (n, d)) + 0.4
    if potential.species:
        return ag.Configuration(positions, box=np.full(d, side), species=rng.integers(0, 2, n))
    return ag.Configuration(positions, rng.uniform(0.9, 1.2, n), np.full(d, side))


@pytest.fixture(params=[(form, species, d) for form in FORMS for species in (False, True) for d in (2, 3)], ids=str)
def case(request):
    form, species, d = request.param
    potential = potential_of(form, species)
    return potential, sample(potential, d), FormTwin(potential)


def test_energy_forces_and_directional_derivatives(case) -> None:
    potential, configuration, twin = case
    rng = np.random.default_rng(1)
    field = rng.normal(size=configuration.positions.shape)
    field /= np.linalg.norm(field)
    exact = [float(v) for v in twin.derivatives_along(configuration, field, 4)]
    assert ag.energy(configuration, potential) == pytest.approx(exact[0], rel=1e-12)
    forces = ag.forces(configuration, potential)
    scale = np.abs(forces).max()
    assert -float((forces * field).sum()) == pytest.approx(exact[1], abs=1e-12 * scale)
    expansion = ag.expand(configuration, potential, field)
    assert expansion.b2 == pytest.approx(exact[2], rel=1e-10)
    assert abs(expansion.b3) == pytest.approx(abs(exact[3]), rel=1e-10)  # the sign of a mode is arbitrary
    assert expansion.b4 == pytest.approx(exact[4], rel=1e-10)


def test_every_force_and_the_hessian(case) -> None:
    potential, configuration, twin = case
    d, n = configuration.dimension, len(configuration)
    if n * d > 12 and potential.species == 0:
        return  # the same formulas as in two dimensions; the slow twin is spared
    forces, hessian = ag.forces(configuration, potential), ag.hessian(configuration, potential).toarray()
    scale, stiffness = np.abs(forces).max(), np.abs(hessian).max()
    rng = np.random.default_rng(2)
    for k in rng.permutation(n * d)[:5]:
        unit = np.zeros(n * d)
        unit[k] = 1.0
        exact = [float(v) for v in twin.derivatives_along(configuration, unit.reshape(n, d), 2)]
        assert forces.ravel()[k] == pytest.approx(-exact[1], abs=1e-12 * scale)
        assert hessian[k, k] == pytest.approx(exact[2], abs=1e-11 * stiffness)
        other = int(rng.integers(n * d))
        unit[other] += 1.0
        both = float(twin.derivatives_along(configuration, unit.reshape(n, d), 2)[2])
        factor = 2 if other != k else 4
        mixed = both - hessian[k, k] - hessian[other, other] if other != k else both
        assert mixed == pytest.approx(factor * hessian[k, other], abs=1e-10 * stiffness)


@pytest.mark.parametrize("form", FORMS)
def test_phi_and_its_derivatives_by_distance(form: str) -> None:
    potential = potential_of(form, species=False)
    twin = FormTwin(potential)
    for r in (0.7, 0.83, 0.97):
        exact = mp.taylor(lambda s, r=r: twin.phi(r + s, 1.0, 1.0), 0, 4)
        for k in range(5):
            assert float(potential.phi(r, 1.0, k)) == pytest.approx(float(exact[k] * mp.factorial(k)), rel=1e-11)


def test_tables_of_cutoffs() -> None:
    potential = ag.PairPotential(form="lennard_jones", order=2, cutoff=2.5, table=CUTOFFS)
    configuration = sample(potential, 2)
    exact = FormTwin(potential).derivatives_along(configuration, np.ones((6, 2)), 0)[0]
    assert ag.energy(configuration, potential) == pytest.approx(float(exact), rel=1e-12)
    assert float(potential.phi(0.8 * 1.79, species=(0, 1))) != 0
    assert float(potential.phi(0.8 * 1.81, species=(0, 1))) == 0


@pytest.mark.parametrize(
    ("form", "q"),
    [("inverse_power", 3), ("lennard_jones", 2), ("wca", 1), ("hertz", 2), ("harmonic", 1), ("yukawa", 3)],
)
def test_smoothness(form: str, q: int) -> None:
    """phi^(k) for k <= q is continuous at the cutoff, and the next derivative is not."""
    potential = potential_of(form, species=False)
    assert potential.smoothness == q
    edge = potential.cutoff * (1 - 1e-7)
    scale = abs(float(potential.phi(edge, 1.0, q + 1)))
    assert scale > 1e-3
    for k in range(q + 1):
        assert abs(float(potential.phi(edge, 1.0, k))) < 1e-3 * scale


def test_a_lennard_jones_potential_cut_off_without_smoothing_jumps() -> None:
    potential = ag.PairPotential(form="lennard_jones", order="none", cutoff=2.5)
    assert potential.smoothness == -1
    assert float(potential.phi(2.4999)) == pytest.approx(4 * (2.4999**-12 - 2.4999**-6))


def test_a_formula_is_the_form_it_spells() -> None:
    spelled = ag.PairPotential(form="formula", formula="4*(x^-12 - x^-6)", order=2, cutoff=2.5)
    built_in = ag.PairPotential(form="lennard_jones", order=2, cutoff=2.5)
    configuration = sample(built_in, 3, 12)
    assert ag.energy(configuration, spelled) == pytest.approx(ag.energy(configuration, built_in), rel=1e-13)
    assert spelled.smoothness == built_in.smoothness == 2


def test_repulsive_forms_are_positive_and_fall() -> None:
    """The early rejection of Monte Carlo moves relies on it."""
    for form in FORMS:
        potential = potential_of(form, species=False)
        x = np.linspace(0.3, potential.cutoff, 2000)[:-1]
        if potential.parameters.repulsive if hasattr(potential.parameters, "repulsive") else True:
            assert np.all(potential.phi(x) >= 0), form
            assert np.all(potential.phi(x, derivative=1) <= 1e-12), form
        else:
            assert form in ("lennard_jones", "formula")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"form": "formula", "formula": "4*(x^-12 - x^-6", "order": 2, "cutoff": 2.5}, "syntax"),
        ({"form": "formula", "formula": "4*(y^-12)", "order": 2, "cutoff": 2.5}, "unknown name 'y'"),
        ({"form": "formula", "formula": "sin(x)", "order": 2, "cutoff": 2.5}, "unknown function 'sin'"),
        ({"form": "formula", "formula": "__import__('os')", "order": 2, "cutoff": 2.5}, "unknown function"),
        ({"form": "formula", "formula": "x.real", "order": 2, "cutoff": 2.5}, "cannot be used"),
        ({"form": "formula", "formula": "3 + 4", "order": 2, "cutoff": 2.5}, "depends on x"),
        ({"form": "formula", "formula": "x/0", "order": 2, "cutoff": 2.5}, "divides by zero"),
        ({"form": "formula", "formula": "1e400*x", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "1" + "0" * 400 + "*x", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "1e300*1e300*x", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "((10^100)^100)^100 + x", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "x + exp(exp(exp(exp(9))))", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "x*log(0)", "order": 2, "cutoff": 2.5}, "not finite"),
        ({"form": "formula", "formula": "((((1e-300)^100)^100)^100)^100 + x", "order": 2, "cutoff": 2.5}, "too small"),
        ({"form": "formula", "formula": "(((1+1e-300)^100)^100)^100*x", "order": 2, "cutoff": 2.5}, "a number is"),
        ({"form": "formula", "formula": "tanh((((x^100)^100)^100)^100)", "order": 2, "cutoff": 2.5}, "an exponent"),
        ({"form": "formula", "formula": "x^60*x^60", "order": 2, "cutoff": 2.5}, "an exponent"),
        ({"form": "formula", "formula": "x^-12 + sqrt(-1)*x", "order": "none", "cutoff": 2.5}, "a real formula"),
        ({"form": "formula", "formula": "x^-12 + log(-1)", "order": "none", "cutoff": 2.5}, "a real formula"),
        ({"form": "formula", "formula": "1e300*x^9/1e-300", "order": 2, "cutoff": 2.5}, "too large"),
        ({"form": "formula", "formula": "x^1000000000", "order": 2, "cutoff": 2.5}, "exponent"),
        ({"form": "formula", "formula": "2^x", "order": 2, "cutoff": 2.5}, "exponent"),
        ({"form": "formula", "formula": "1/(x - 1)", "order": 2, "cutoff": 2.5}, "not finite"),
        ({"form": "formula", "formula": "1/(x - 1.2345)^2", "order": 2, "cutoff": 2.5}, "not finite"),
        ({"form": "formula", "formula": "log(x - 1)", "order": 2, "cutoff": 2.5}, "not finite"),
        ({"form": "formula", "formula": "sqrt(2 - x)", "order": 2, "cutoff": 2.5}, "not finite"),
        ({"form": "formula", "formula": "(1 - x)^2.5", "order": 2, "cutoff": 2.0}, "not finite"),
        ({"form": "formula", "formula": "2/5*(1-x)^(5/2)", "order": 3, "cutoff": 1.0}, "3 finite derivatives"),
        ({"form": "formula", "formula": "x + x*sqrt(-1)", "order": 1, "cutoff": 1.0}, "a real formula"),
        ({"form": "wca", "table": CUTOFFS}, "species.cutoff"),
        ({"form": "harmonic", "table": CUTOFFS}, "the form harmonic has 1;"),
        ({"form": "lennard_jones", "order": 2, "cutoff": 2.5, "nonadditivity": 0.2, "table": TABLE}, "0 with species"),
        ({"form": "formula", "order": 2, "cutoff": 2.5}, "needs the key 'formula'"),
        ({"form": "formula", "formula": "(" * 400 + "x" + ")" * 90, "order": 2, "cutoff": 2.5}, "formula"),
        ({"form": "yukawa", "order": 2, "cutoff": 2.5}, "needs the key 'kappa'"),
        ({"form": "lennard_jones", "kappa": 2.0, "order": 2, "cutoff": 2.5}, "belongs to the form yukawa"),
        ({"form": "lennard_jones", "order": 2}, "needs the key 'cutoff'"),
        ({"form": "hertz", "cutoff": 2.0}, "has cutoff = 1.0"),
        ({"form": "inverse_power", "order": 2, "cutoff": 1.25}, "needs the key 'exponent'"),
        ({"form": "coulomb", "order": 2, "cutoff": 1.25}, "form"),
    ],
)
def test_bad_forms_are_refused_in_one_line(settings: dict, message: str) -> None:
    with pytest.raises(ag.InputError, match=message) as refused:
        ag.PairPotential(**settings)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma": [[1.0, 0.8], [0.9, 0.88]]}, "sigma is not symmetric: row 0, column 1"),
        ({"epsilon": [[1.0, 1.5]]}, "epsilon must have 2 rows"),
        ({"composition": [0.8, 0.3]}, "composition must be 2 fractions"),
        ({"names": ["A", "A"]}, "the same name"),
        ({"sigma": [[1.0, -0.8], [-0.8, 0.88]]}, "greater than 0"),
    ],
)
def test_bad_tables_are_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpeciesSettings.model_validate(TABLE.model_dump() | change)


def test_species_and_diameters_that_do_not_suit_the_potential() -> None:
    species, sizes = potential_of("lennard_jones", True), potential_of("lennard_jones", False)
    positions, box = [[0.0, 0.0], [1.0, 0.0]], [9.0, 9.0]
    only_species = ag.Configuration(positions, box=box, species=[0, 1])
    only_sizes = ag.Configuration(positions, [1.0, 1.0], box)
    with pytest.raises(ag.InputError, match="mixes diameters"):
        ag.energy(only_species, sizes)
    with pytest.raises(ag.InputError, match="species of the configuration is 'none'"):
        ag.energy(only_sizes, species)
    with pytest.raises(ag.InputError, match="largest species of the configuration is 2"):
        ag.energy(ag.Configuration(positions, box=box, species=[0, 2]), species)
    assert species.sized(only_species).diameters.tolist() == [1.0, 0.88]
    assert ag.quench(species.sized(only_species), species).configuration.species.tolist() == [0, 1]
