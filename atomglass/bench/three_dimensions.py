"""Benchmarks in three dimensions: quench and lowest modes, N = 1500 and 12,000, beside scipy with SuperLU."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh, splu

from atomglass.bench import samples
from atomglass.bench.clock import Timing, cpu_seconds, time_alternately
from atomglass.bench.context import BenchmarkContext
from atomglass.bench.table import Row, Target
from atomglass.minimization.quench import Quench, quench
from atomglass.sampling.swap_monte_carlo import SwapMonteCarlo
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian, pair_hessian
from atomglass.vibrations.modes import Modes, lowest_modes_of_hessian

#: Particles of the smaller sample, temperature of the liquids, and sweeps at it from a liquid at a higher one.
SMALLER, TEMPERATURE, SWEEPS = 1500, 0.1, 2000
#: Copies of the smaller sample along each direction in the larger one, and sweeps in which they diverge.
COPIES, SWEEPS_OF_COPIES = 2, 300
#: Modes that are computed, and the shift at which the other program factorizes.
MODES, SHIFT = 20, -1e-3


@cache
def liquid(copies: int = 1) -> Configuration:
    """Return a liquid at T = 0.1: of 1,500 particles, or of copies^3 copies of it that have diverged."""
    if copies == 1:
        start, sweeps = samples.new_liquid(SMALLER, 3, SWEEPS), SWEEPS
    else:
        start, sweeps = samples.tiled(liquid(), copies), SWEEPS_OF_COPIES
    chain = SwapMonteCarlo(
        start, samples.potential(3), TEMPERATURE, samples.SWAP_FRACTION, samples.MAX_DISPLACEMENT, seed=1
    )
    chain.run(sweeps)
    return chain.configuration


@cache
def _quenched(copies: int) -> tuple[Quench, float]:
    """Return the quench of a liquid and its CPU seconds, without those of compiling."""
    start = liquid(copies)
    done = quench(start, samples.potential(3))
    if not done.converged:
        raise ArithmeticError(f"the quench ended as {done.status.value}")
    return done, cpu_seconds(lambda: quench(start, samples.potential(3)))


def quench_3d(context: BenchmarkContext) -> Iterator[Row]:
    """Quench in three dimensions from T = 0.1, N = 1500 and 12,000: time a particle."""
    for copies in (1, COPIES)[: context.choose(2, 1)]:
        context.log(f"sampling {SMALLER * copies**3} particles in 3-D ...")
        done, seconds = _quenched(copies)
        number = SMALLER * copies**3
        note = f"{done.evaluations + done.products} evaluations and products with the Hessian; one sample"
        target = Target("<=", 100.0, "measured") if copies > 1 else None
        title = f"quench in 3-D, a particle, N = {number:,}"
        yield Row("quench-3d", title, Timing((seconds / number * 1e6,)), "µs", target=target, note=note)


def modes_3d(context: BenchmarkContext) -> Iterator[Row]:
    """The 20 lowest modes in three dimensions, N = 1500 beside scipy with SuperLU, and N = 12,000."""
    pairs = InteractingPairs.of(_quenched(1)[0].configuration, samples.potential(3))
    _check(_ours(pairs), pairs)
    times = time_alternately(
        {"ours": lambda: _ours(pairs), "superlu": lambda: superlu_eigenvalues(pairs)}, context.choose(7, 3)
    )
    ratio = times["superlu"].ratio_to(times["ours"])
    title = f"the {MODES} lowest modes in 3-D, N = {SMALLER:,}"
    note = (
        "from the pairs, with residuals and count; beside eigsh with SuperLU (MMD_AT_PLUS_A, symmetric mode), "
        "which has neither, Hessian included"
    )
    target = Target(">=", 3.0)
    yield Row("modes-3d", title, times["ours"], "s", ratio, "x faster than SuperLU", target, note=note)
    if context.quick:
        return
    pairs = InteractingPairs.of(_quenched(COPIES)[0].configuration, samples.potential(3))
    modes = _ours(pairs)
    title = f"the {MODES} lowest modes in 3-D, N = {SMALLER * COPIES**3:,}"
    note = f"largest residual {modes.residuals.max():.1e}, {'' if modes.complete else 'NOT '}proven complete"
    yield Row("modes-3d", title, time_alternately({"": lambda: _ours(pairs)}, 3)[""], "s", note=note)


def _ours(pairs: InteractingPairs) -> Modes:
    return lowest_modes_of_hessian(ReducedHessian(pairs), MODES)


def superlu_eigenvalues(pairs: InteractingPairs) -> np.ndarray:
    """Return the lowest eigenvalues by shift-invert Lanczos iteration with SuperLU, without those of translations.

    Parameters
    ----------
    pairs : InteractingPairs
        The pairs of an inherent state in three dimensions.
    """
    matrix = pair_hessian(pairs).tocsc()
    shifted = matrix.copy()
    shifted.setdiag(shifted.diagonal() - SHIFT)
    factor = splu(shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0, options={"SymmetricMode": True})
    inverse = LinearOperator(matrix.shape, matvec=factor.solve, dtype=float)
    eigenvalues: np.ndarray = np.sort(eigsh(matrix, MODES + 3, sigma=SHIFT, OPinv=inverse)[0])[3:]
    return eigenvalues


def _check(modes: Modes, pairs: InteractingPairs) -> None:
    """Reject modes that are not proven complete or that the other program does not find."""
    if not (modes.complete and np.allclose(modes.eigenvalues, superlu_eigenvalues(pairs), rtol=1e-7)):
        raise ArithmeticError("the modes in three dimensions are not those of the other program")
