"""What is no configuration or no potential is refused by every public function, with one line that says what to do."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.errors import warn_caller
from atomglass.landscape.double_wells import find_second_well
from atomglass.system import arguments
from atomglass.system.interactions import InteractingPairs, energy_forces_stress
from atomglass.vibrations.expansion import barrier_along_mode, energy_profile
from atomglass.vibrations.hessian import pair_rattlers
from atomglass.vibrations.residual_force import largest_force

POTENTIAL = ag.load_potential("kumar2021")
SOLID = ag.load_potential("kumar2021_3d")
SAMPLE = glass("kumar2021", 36, 2, 1)
FIELD = np.ones((36, 2))
EXPANSION = ag.expand(SAMPLE, POTENTIAL, np.arange(72.0).reshape(36, 2))

VERBS = {
    "energy": ag.energy,
    "forces": ag.forces,
    "stress": ag.stress,
    "energy_forces_stress": energy_forces_stress,
    "particle_energies": ag.particle_energies,
    "InteractingPairs": InteractingPairs.of,
    "quench": ag.quench,
    "SwapMonteCarlo": ag.SwapMonteCarlo,
    "hessian": ag.hessian,
    "rattlers": ag.rattlers,
    "lowest_modes": ag.lowest_modes,
    "modes_below": lambda c, p: ag.modes_below(c, p, 1.0),
    "full_spectrum": ag.full_spectrum,
    "expand": lambda c, p: ag.expand(c, p, FIELD),
    "energy_profile": lambda c, p: energy_profile(c, p, FIELD, [0.1]),
    "barrier_along_mode": lambda c, p: barrier_along_mode(c, p, EXPANSION),
    "nonlinear_modes": ag.nonlinear_modes,
    "soft_spots": lambda c, p: ag.soft_spots(c, p, 1.0),
    "pinned_modes": lambda c, p: ag.pinned_modes(c, p, 0.1, count=2),
    "density_of_states": ag.density_of_states,
    "elastic_moduli": ag.elastic_moduli,
    "find_second_well": lambda c, p: find_second_well(c, p, EXPANSION),
}
#: These take an `ase.Atoms` too, which brings its own force field.
OF_ATOMS = ("lowest_modes", "expand")


def refusal(call, *arguments) -> str:
    with pytest.raises(ag.InputError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("verb", VERBS)
def test_a_name_for_a_potential(verb):
    assert "load_potential" in refusal(VERBS[verb], SAMPLE, "kumar2021")
    assert "load_potential" in refusal(VERBS[verb], SAMPLE, Path("mine.toml"))
    assert "a PairPotential" in refusal(VERBS[verb], SAMPLE, None)


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_configuration(verb):
    allowed = "for an ase.Atoms" if verb in OF_ATOMS else "Configuration.from_atoms(atoms)"
    assert allowed in refusal(VERBS[verb], SAMPLE.to_atoms(), POTENTIAL)
    assert "atomglass.read(path)" in refusal(VERBS[verb], "glass.extxyz", POTENTIAL)
    assert "its attribute `configuration`" in refusal(VERBS[verb], ag.quench(SAMPLE, POTENTIAL), POTENTIAL)
    assert "Configuration(positions, diameters, box)" in refusal(VERBS[verb], SAMPLE.positions, POTENTIAL)
    assert "exchanged; give the configuration first" in refusal(VERBS[verb], POTENTIAL, SAMPLE)


@pytest.mark.parametrize("verb", VERBS)
def test_a_solid_model_on_a_flat_sample(verb):
    line = refusal(VERBS[verb], SAMPLE, SOLID)
    assert "dimension of the potential kumar2021_3d is 3; allowed: 2, that of the configuration" in line


def test_other_doors():
    assert "load_potential('kumar2021')" in refusal(ag.Calculator, "kumar2021")
    assert "InteractingPairs.of(configuration, potential)" in refusal(pair_rattlers, SAMPLE)
    state = ag.SwapMonteCarlo(SAMPLE, POTENTIAL).state()
    assert "load_potential" in refusal(ag.SwapMonteCarlo.restore, state, "kumar2021")
    assert "load_potential" in refusal(ag.SwapMonteCarlo.load, "nowhere.npz", "kumar2021")


def test_a_sampler_is_not_saved_where_it_cannot_be(tmp_path):
    sampler = ag.SwapMonteCarlo(SAMPLE, POTENTIAL)
    assert "no folder" in refusal(sampler.save, tmp_path / "nowhere" / "state.npz")
    (tmp_path / "folder.npz").mkdir()
    assert "it is a folder" in refusal(sampler.save, tmp_path / "folder.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.npz"]


@pytest.mark.parametrize(
    "call",
    [
        ag.lowest_modes,
        lambda c, p: ag.modes_below(c, p, 1.0),
        ag.full_spectrum,
        ag.elastic_moduli,
        lambda c, p: ag.pinned_modes(c, p, 0.1, count=2),
    ],
)
def test_a_liquid_is_no_inherent_state(call):
    hot = liquid("kumar2021", 36, 2, 1)
    force = np.linalg.norm(ag.forces(hot, POTENTIAL), axis=1).max()
    with pytest.warns(ag.NotAnInherentStateWarning, match=f"its largest force is {force:.3g}, not below 1e-06") as seen:
        call(hot, POTENTIAL)
    assert {warning.filename for warning in seen} == {__file__}  # the caller's line, not one of the package
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        call(SAMPLE, POTENTIAL)


@pytest.mark.parametrize("name, n, d", [("kumar2021", 36, 2), ("kumar2021_3d", 90, 3)])
def test_the_largest_force(name, n, d):
    hot, potential = liquid(name, n, d, 1), ag.load_potential(name)
    expected = np.linalg.norm(ag.forces(hot, potential), axis=1).max()
    assert largest_force(InteractingPairs.of(hot, potential)) == pytest.approx(expected, rel=1e-12)


def test_a_script_beside_the_package_is_a_caller():
    """A warning names it, though the name of its folder begins like that of the package."""
    script = f"{Path(ag.__file__).parent}_of_mine/script.py"
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        exec(compile("warn_caller('here')", script, "exec"), {"warn_caller": warn_caller})
    assert seen[0].filename == script


def test_more_particles_than_a_neighbor_list_can_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "MAX_PARTICLES", 35)
    with pytest.raises(ag.InputError, match="at most 35"):
        ag.energy(SAMPLE, POTENTIAL)
