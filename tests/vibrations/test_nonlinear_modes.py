"""Nonlinear modes against a dense twin, as minima of their cost, and at the edges of what can be asked for."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from nonlinear_twin import DEGREES, KINDS, Twin
from samples import glass, liquid, loose
from scipy import sparse

import atomglass as ag
from atomglass.analysis.figures.mode_pictures import draw_mode
from atomglass.errors import InputError
from atomglass.landscape.double_wells import WellOutcome, find_second_well
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations import nonlinear_search
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.nonlinear_modes import NonlinearModes, nonlinear_modes_of_hessian
from atomglass.vibrations.nonlinear_search import NonlinearKind, NonlinearSearch, pair_sums
from atomglass.vibrations.sparse_hessian import SHIFT

SMOOTH = "kumar2021_smooth"
#: Small samples: name, N, d, seed, sheared.
SMALL = [(SMOOTH, 100, 2, 5, False), (SMOOTH, 100, 2, 6, True), (SMOOTH, 100, 3, 5, True)]
#: Samples of the size of the studies.
LARGE = [("kumar2021", 400, 2, 31, False), (SMOOTH, 400, 2, 31, False), ("kumar2021_3d", 400, 3, 31, False)]


def named(sample: tuple) -> str:
    return f"{sample[0]}-{sample[1]}-{sample[2]}d-{'sheared' if sample[4] else 'cubic'}"


@cache
def twin_of(sample: tuple) -> Twin:
    return Twin(glass(*sample), ag.load_potential(sample[0]))


@cache
def modes_of(sample: tuple, kind: str, count: int = 8) -> NonlinearModes:
    """The modes reached from the lowest harmonic ones."""
    configuration, potential = glass(*sample), ag.load_potential(sample[0])
    starts = ag.lowest_modes(configuration, potential, count).eigenvectors
    return ag.nonlinear_modes(configuration, potential, starts, kind)


small = pytest.mark.parametrize("sample", SMALL, ids=named)
every_kind = pytest.mark.parametrize("kind", KINDS)


@small
@every_kind
def test_modes_satisfy_their_equation(sample: tuple, kind: str) -> None:
    """H z = (kappa / n F) grad F, with the Hessian and the sums of the twin."""
    found, twin = modes_of(sample, kind), twin_of(sample)
    assert found.converged.all()
    assert np.all(np.diff(found.stiffnesses) > 0)
    assert found.kind == kind
    hessian = ag.hessian(glass(*sample), ag.load_potential(sample[0]))
    for k, z in enumerate(found.eigenvectors):
        assert np.linalg.norm(z) == pytest.approx(1, abs=1e-12)
        assert np.abs(z.sum(axis=0)).max() < 1e-10
        assert not z[found.rattlers].any()
        f, gradient = twin.f_and_gradient(kind, z)
        force = hessian @ z.ravel()
        kappa = float(z.ravel() @ force)
        residual = np.linalg.norm(force - kappa / (DEGREES[kind] * f) * gradient.ravel()) / np.linalg.norm(force)
        assert residual < 1e-8
        assert found.residuals[k] < 1e-8
        assert found.stiffnesses[k] == pytest.approx(kappa, rel=1e-9)
        assert found.frequencies[k] == pytest.approx(np.sqrt(kappa), rel=1e-9)
        assert found.costs[k] == pytest.approx(twin.cost(kind, z), rel=1e-8)
        if kind == "cubic":
            assert f < 0  # the barrier lies ahead
        else:
            assert z.ravel()[np.abs(z).argmax()] > 0


@small
@every_kind
def test_modes_are_minima_of_their_cost(sample: tuple, kind: str) -> None:
    """Every small step in any direction, and along the softest ones, raises the cost."""
    found, twin = modes_of(sample, kind), twin_of(sample)
    rng = np.random.default_rng(1)
    soft = ag.lowest_modes(glass(*sample), ag.load_potential(sample[0]), 12).eigenvectors
    for z in found.eigenvectors:
        begin = twin.cost(kind, z)
        steps = [*rng.standard_normal((10, *z.shape)), *soft, *np.tensordot(rng.standard_normal((10, 12)), soft, 1)]
        for step in steps:
            across = step - z * (step * z).sum()
            across[twin.rattlers] = 0
            across *= 1e-3 / np.linalg.norm(across)
            assert twin.cost(kind, z + across) > begin
            assert twin.cost(kind, z - across) > begin


@pytest.mark.parametrize(
    "sample, kind",
    [(sample, kind) for sample in LARGE for kind in KINDS if kind == "pseudoharmonic" or sample[0] == SMOOTH],
    ids=lambda value: value if isinstance(value, str) else named(value),
)
def test_stiffnesses_are_those_of_a_dense_twin(sample: tuple, kind: str) -> None:
    """The dense map from each start alone reaches the same distinct modes: no shift, no merging on the way."""
    configuration, potential, twin = glass(*sample), ag.load_potential(sample[0]), twin_of(sample)
    starts = ag.lowest_modes(configuration, potential, 8).eigenvectors
    found = modes_of(sample, kind)
    reached = [twin.descend(kind, start)[0] for start in starts]
    stiffnesses = np.array([twin.stiffness(z) for z in reached])
    assert found.converged.all()
    assert stiffnesses == pytest.approx(found.stiffnesses[found.origins], rel=1e-8)
    distinct = [k for k, z in enumerate(reached) if all(abs((z * y).sum()) < 0.99 for y in reached[:k])]
    assert np.sort(stiffnesses[distinct]) == pytest.approx(found.stiffnesses, rel=1e-8)


@small
@every_kind
def test_the_map_never_raises_the_cost(monkeypatch, sample: tuple, kind: str) -> None:
    """From harmonic modes and from noise; the cost is infinite where F is not positive."""
    configuration, potential = glass(*sample), ag.load_potential(sample[0])
    pairs = InteractingPairs.of(configuration, potential)
    reduced = ReducedHessian(pairs)
    noise = np.random.default_rng(2).standard_normal((6, *configuration.positions.shape))
    starts = np.concatenate([ag.lowest_modes(configuration, potential, 6).eigenvectors, noise])
    monkeypatch.setattr(nonlinear_search.NonlinearSearch, "_join", lambda self: None)
    steps = []
    honest = NonlinearSearch._step

    def watched(self, now):
        after = honest(self, now)
        steps.append((self._kind.cost(now.kappa, now.f), self._kind.cost(after.kappa, after.f)))
        return after

    monkeypatch.setattr(NonlinearSearch, "_step", watched)
    nonlinear_modes_of_hessian(pairs, reduced, np.ascontiguousarray(reduced.reduce(starts).T), NonlinearKind(kind))
    assert len(steps) > 5
    for before, after in steps:
        assert np.all(after <= before * (1 + 1e-10))


@small
def test_the_twins_map_never_raises_the_cost(sample: tuple) -> None:
    start = np.random.default_rng(2).standard_normal(glass(*sample).positions.shape)
    costs = twin_of(sample).descend("pseudoharmonic", start)[1]
    assert np.all(np.diff(costs) <= 1e-10 * costs[0])


@every_kind
def test_sign_norm_and_translation_of_a_start_do_not_matter(kind: str) -> None:
    sample = SMALL[0]
    configuration, potential = glass(*sample), ag.load_potential(SMOOTH)
    start = ag.lowest_modes(configuration, potential, 1).eigenvectors[0]
    expected = ag.nonlinear_modes(configuration, potential, start, kind)
    assert len(expected) == 1
    for other in (-start, 1e200 * start, 1e-250 * start, start + 7.0):
        found = ag.nonlinear_modes(configuration, potential, other, kind)
        assert found.stiffnesses == pytest.approx(expected.stiffnesses, rel=1e-9)
        assert found.eigenvectors == pytest.approx(expected.eigenvectors, abs=1e-7)
        assert found.overlaps == pytest.approx(expected.overlaps, rel=1e-7)


@every_kind
def test_equal_starts_lead_to_one_mode(kind: str) -> None:
    sample = SMALL[0]
    configuration, potential = glass(*sample), ag.load_potential(SMOOTH)
    start = ag.lowest_modes(configuration, potential, 2).eigenvectors
    single = [ag.nonlinear_modes(configuration, potential, z, kind).stiffnesses[0] for z in start]
    found = ag.nonlinear_modes(configuration, potential, start[[0, 1, 0, 0, 1]], kind)
    assert found.stiffnesses[found.origins] == pytest.approx([single[k] for k in (0, 1, 0, 0, 1)], rel=1e-8)
    assert found.hits.sum() == 5
    assert np.array_equal(found.hits, np.bincount(found.origins))


@small
@every_kind
def test_bookkeeping(sample: tuple, kind: str) -> None:
    """Hits, origins, overlaps and best starts are those of the starts followed one at a time."""
    configuration, potential = glass(*sample), ag.load_potential(sample[0])
    starts = ag.lowest_modes(configuration, potential, 8).eigenvectors
    found = modes_of(sample, kind)
    assert found.origins.shape == (8,)
    assert np.array_equal(found.hits, np.bincount(found.origins, minlength=len(found)))
    for k, z in enumerate(found.eigenvectors):
        overlaps = np.where(found.origins == k, np.abs(np.einsum("kia,ia->k", starts, z)), 0)
        assert found.starts[k] == overlaps.argmax()
        assert found.overlaps[k] == pytest.approx(overlaps.max(), rel=1e-9)
    products = np.abs(np.einsum("kia,lia->kl", found.eigenvectors, found.eigenvectors)) - np.eye(len(found))
    assert products.max(initial=0) < 0.99


def test_rattlers_do_not_move() -> None:
    """A small particle in a hole of its own size: zero in every mode, and absent from every sum."""
    full = glass(*SMALL[0])
    potential = ag.load_potential(SMOOTH)
    positions = np.delete(full.positions, 17, axis=0)
    diameters = np.delete(full.diameters, 17)
    hollow = ag.quench(ag.Configuration(positions, diameters, full.cell), potential).configuration
    pairs = InteractingPairs.of(hollow, potential)
    place = _emptiest(hollow)
    guest = ag.Configuration(
        np.vstack([hollow.positions, place]), np.append(hollow.diameters, 0.02), hollow.cell
    )  # fmt: skip
    assert ag.rattlers(guest, potential)[-1]
    without = ag.lowest_modes(hollow, potential, 4).eigenvectors
    starts = np.concatenate([without, np.full((4, 1, 2), 5.0)], axis=1)
    for kind in KINDS:
        expected = ag.nonlinear_modes(hollow, potential, without, kind)
        found = ag.nonlinear_modes(guest, potential, starts, kind)
        assert not found.eigenvectors[:, -1].any()
        assert found.stiffnesses == pytest.approx(expected.stiffnesses, rel=1e-8)
        assert found.costs == pytest.approx(expected.costs, rel=1e-8)
    assert pairs.number == len(guest) - 1
    with pytest.raises(InputError, match="uniform translation"):
        ag.nonlinear_modes(guest, potential, np.eye(len(guest))[-1][:, None] * [1.0, 2.0])


def _emptiest(sample: ag.Configuration) -> np.ndarray:
    """The point of a grid that is farthest from all surfaces, in a box without shear."""
    lengths = np.diag(sample.cell)
    grid = np.stack(np.meshgrid(*(np.linspace(0, side, 120, endpoint=False) for side in lengths)), -1).reshape(-1, 2)
    away = grid[:, None] - sample.positions
    away -= lengths * np.round(away / lengths)
    return grid[(np.linalg.norm(away, axis=2) - 0.7 * sample.diameters).min(axis=1).argmax()]


def test_invalid_input_is_refused() -> None:
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    start = ag.lowest_modes(configuration, potential, 1).eigenvectors
    for wrong, message in [
        (np.zeros_like(start), "zero or a uniform translation"),
        (np.ones_like(start), "zero or a uniform translation"),
        (np.concatenate([start, np.ones_like(start)]), "start 1"),
        (start[:, :-1], "shape of the starts"),
        (start[0, :, 0], "shape of the starts"),
        (start[:0], "shape of the starts"),
        (np.where(start == start.max(), np.nan, start), "not finite"),
        (np.where(start == start.max(), np.inf, start), "not finite"),
    ]:
        with pytest.raises(InputError, match=message):
            ag.nonlinear_modes(configuration, potential, wrong)
    with pytest.raises(InputError, match="kind of nonlinear modes"):
        ag.nonlinear_modes(configuration, potential, start, "harmonic")
    with pytest.raises(InputError, match="max_iterations"):
        ag.nonlinear_modes(configuration, potential, start, max_iterations=0)
    not_quenched = pytest.warns(ag.NotAnInherentStateWarning)
    with not_quenched, pytest.raises(InputError, match="negative eigenvalues"):
        ag.nonlinear_modes(liquid(SMOOTH, 64, 2, 5, True), potential, start[:, :64])
    with pytest.raises(InputError, match="rattlers"):
        gas = loose(64, 2, 1)
        ag.nonlinear_modes(gas.replace(diameters=np.full(64, 0.05)), potential, start[:, :64])


def test_a_tiny_negative_eigenvalue_ends_the_search() -> None:
    """A minimum in which rounding makes a stiffness negative: no NaN, no endless search, not converged."""
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    pairs = InteractingPairs.of(configuration, potential)
    reduced = ReducedHessian(pairs)
    lowest = ag.lowest_modes(configuration, potential, 1)
    z = reduced.reduce(lowest.eigenvectors)[:, 0]
    lowered = reduced.matrix.toarray() - (lowest.eigenvalues[0] + 0.1 * SHIFT * reduced.scale) * np.outer(z, z)
    reduced.matrix = sparse.csr_array(lowered)
    assert reduced.is_minimum
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in NonlinearKind:
            found = nonlinear_modes_of_hessian(pairs, reduced, z[None], kind)
            assert not found.converged.any()
            assert found.iterations[0] == 0
            assert found.frequencies[0] == pytest.approx(-np.sqrt(0.1 * SHIFT * reduced.scale), rel=1e-3)


def test_one_step_is_allowed_and_says_that_it_has_not_converged() -> None:
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    noise = np.random.default_rng(0).standard_normal((3, *configuration.positions.shape))
    for kind in KINDS:
        found = ag.nonlinear_modes(configuration, potential, noise, kind, max_iterations=1)
        assert not found.converged.any()
        assert np.all(found.iterations == 1)
        assert np.all(found.residuals > 1e-8)
        assert np.isfinite(found.stiffnesses).all()
        assert len(found) == 3 == found.hits.sum()


def test_a_mode_is_its_own_fixed_point() -> None:
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    for kind in KINDS:
        modes = modes_of(SMALL[0], kind)
        again = ag.nonlinear_modes(configuration, potential, modes.eigenvectors, kind)
        assert np.array_equal(again.iterations, np.zeros(len(modes)))
        assert again.overlaps == pytest.approx(1, abs=1e-12)
        assert again.stiffnesses == pytest.approx(modes.stiffnesses, rel=1e-9)


def test_the_jump_at_the_cutoff_is_mentioned() -> None:
    configuration, rough = glass("kumar2021", 100, 2, 31), ag.load_potential("kumar2021")
    start = ag.lowest_modes(configuration, rough, 1).eigenvectors
    for kind in ("cubic", "quartic"):
        with pytest.warns(UserWarning, match="jump at the cutoff"):
            ag.nonlinear_modes(configuration, rough, start, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ag.nonlinear_modes(configuration, rough, start)
        modes_of.__wrapped__(SMALL[0], "cubic")
        modes_of.__wrapped__(SMALL[0], "quartic")


def test_fields_with_negative_chi_lead_to_modes_of_positive_chi() -> None:
    """The higher derivatives of some pairs are reversed, which leaves the Hessian as it is."""
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    pairs = InteractingPairs.of(configuration, potential)
    reduced = ReducedHessian(pairs)
    derivatives = pairs.derivatives.copy()
    derivatives[::3, 3:] *= -1
    reversed_pairs = replace(pairs, derivatives=derivatives)
    starts = np.ascontiguousarray(reduced.reduce(ag.full_spectrum(configuration, potential).eigenvectors[::5]).T)
    sums = pair_sums(reversed_pairs, reduced, NonlinearKind.QUARTIC)
    negative = starts[sums(starts)[0] < 0]
    assert 3 < len(negative) < len(starts)
    found = nonlinear_modes_of_hessian(reversed_pairs, reduced, negative, NonlinearKind.QUARTIC)
    reached = np.ascontiguousarray(reduced.reduce(found.eigenvectors).T)
    chi, contraction = sums(reached)
    force = (reduced.matrix @ reached.T).T
    assert np.all(chi > 0)
    assert found.converged.all()
    assert found.costs == pytest.approx(found.stiffnesses**2 / chi, rel=1e-9)
    difference = force - (found.stiffnesses / chi)[:, None] * contraction
    assert np.all(np.linalg.norm(difference, axis=1) < 1e-8 * np.linalg.norm(force, axis=1))


def test_where_chi_is_negative_everywhere_nothing_converges() -> None:
    configuration, potential = glass(*SMALL[0]), ag.load_potential(SMOOTH)
    pairs = InteractingPairs.of(configuration, potential)
    reduced = ReducedHessian(pairs)
    start = np.ascontiguousarray(reduced.reduce(ag.lowest_modes(configuration, potential, 2).eigenvectors).T)
    derivatives = np.zeros_like(pairs.derivatives)
    derivatives[:, 4] = -1.0  # chi = - sum of (2 r.z)^4
    reversed_pairs = replace(pairs, derivatives=derivatives)
    found = nonlinear_modes_of_hessian(reversed_pairs, reduced, start, NonlinearKind.QUARTIC, max_iterations=20)
    assert not found.converged.any()
    assert np.isinf(found.costs).all()
    assert np.isfinite(found.stiffnesses).all()


def test_a_field_without_tau_leads_to_a_cubic_mode() -> None:
    sample = SMALL[0]
    configuration, potential, twin = glass(*sample), ag.load_potential(SMOOTH), twin_of(sample)
    fields = ag.lowest_modes(configuration, potential, 6).eigenvectors
    # tau is a cubic polynomial of the mixing angle that changes sign between z and -z.
    one, other = fields[0], fields[5]
    angles = np.linspace(0, np.pi, 2001)
    tau = np.array([twin.f_and_gradient("cubic", np.cos(a) * one + np.sin(a) * other)[0] for a in angles])
    crossing = int(np.flatnonzero(tau[:-1] * tau[1:] < 0)[0])
    low, high = angles[crossing], angles[crossing + 1]
    for _ in range(60):
        middle = (low + high) / 2
        value = twin.f_and_gradient("cubic", np.cos(middle) * one + np.sin(middle) * other)[0]
        low, high = (middle, high) if value * tau[crossing] > 0 else (low, middle)
    start = np.cos(low) * one + np.sin(low) * other
    assert abs(twin.f_and_gradient("cubic", start)[0]) < 1e-10
    found = ag.nonlinear_modes(configuration, potential, start, "cubic")
    assert found.converged.all()


@every_kind
def test_every_tool_for_modes_takes_them(kind: str) -> None:
    sample = SMALL[0]
    configuration, potential = glass(*sample), ag.load_potential(SMOOTH)
    found = modes_of(sample, kind)
    z = found.eigenvectors[0]
    expansion = ag.expand(configuration, potential, z)
    assert expansion.b2 == pytest.approx(found.stiffnesses[0], rel=1e-9)
    assert expansion.group in ("A", "B", "unbounded")
    if kind == "cubic":
        assert expansion.direction == pytest.approx(z)
        assert found.costs[0] == pytest.approx(2 / 3 * expansion.b2**3 / expansion.b3**2, rel=1e-9)
    if kind == "quartic":
        assert found.costs[0] == pytest.approx(expansion.b2**2 / expansion.b4, rel=1e-9)
    assert find_second_well(configuration, potential, expansion).outcome in set(WellOutcome)
    assert draw_mode(configuration, z) is not None


@pytest.mark.parametrize("find", [ag.nonlinear_modes, lambda sample, pot: ag.soft_spots(sample, pot, below=1.0)])
def test_a_sample_off_its_inherent_state_is_warned_about(find) -> None:
    sample = glass("kumar2021", 100, 2, 7)
    moved = sample.positions + 1e-7 * np.random.default_rng(1).normal(size=sample.positions.shape)
    with pytest.warns(ag.NotAnInherentStateWarning):
        find(sample.replace(positions=moved), ag.load_potential("kumar2021"))
