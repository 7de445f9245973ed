"""Line search on the force alone.

Energies are accurate to 1e-13 at best, which is too coarse near a minimum; the force along the line stays accurate. The
search looks for the *first* zero of that force and bounds every trial step, so that the descent stays in its basin.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from atomglass.kernels.jit import leaf
from atomglass.kernels.minimization.vector_ops import add_scaled, dot
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import fastest_energy_forces
from atomglass.kernels.records import MinimizerArrays, PairList

#: The search ends when the force along the line has fallen to this fraction. A value of 0.1 saves one sixth of the
#: evaluations, but fewer samples reach the inherent state that short steps reach (914 of 1,000 instead of 933).
SLOPE_REDUCTION = 0.2
#: Number of evaluations after which the search ends in any case.
MAX_EVALUATIONS = 12


class SearchLine(NamedTuple):
    """Start and limits of a line search; steps are in units of the direction's length.

    Attributes
    ----------
    slope : float
        Force along the direction at the start, F.p > 0.
    first_step : float
        First trial step.
    max_step : float
        Largest total step.
    """

    slope: float
    first_step: float
    max_step: float


@leaf
def line_search(
    arrays: MinimizerArrays, pairs: PairList, potential: Potential, line: SearchLine
) -> tuple[float, float, float, int]:
    """Move along the search direction to the first point at which the force along it (nearly) vanishes.

    Parameters
    ----------
    arrays : MinimizerArrays
        Positions and forces are changed in place.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    line : SearchLine
        Slope at the start, first and largest step.

    Returns
    -------
    step : float
        Total step, in units of the direction's length.
    energy : float
        Energy at the final point, in units of epsilon.
    slope : float
        Force along the direction at the final point.
    evaluations : int
        Number of force evaluations.
    """
    positions, direction, forces = arrays.positions.reshape(-1), arrays.direction.reshape(-1), arrays.forces.reshape(-1)
    low, low_slope = 0.0, line.slope
    high, high_slope = -1.0, 0.0
    at, step = 0.0, min(line.first_step, line.max_step)
    evaluations = 0
    while True:
        add_scaled(positions, step - at, direction)
        at = step
        energy = fastest_energy_forces(arrays.positions, pairs, potential, arrays.forces)
        evaluations += 1
        slope = dot(forces, direction)
        is_small = abs(slope) <= SLOPE_REDUCTION * line.slope
        if is_small or evaluations >= MAX_EVALUATIONS or (slope > 0.0 and at >= line.max_step):
            return at, energy, slope, evaluations
        if slope > 0.0:
            low, low_slope = at, slope
        else:
            high, high_slope = at, slope
        if high < 0.0:  # not yet bracketed: extrapolate the secant, at most threefold
            fall = line.slope - slope
            step = at * line.slope / fall if fall > 0.0 else 3.0 * at
            step = min(min(max(step, 1.1 * at), 3.0 * at), line.max_step)
        else:  # bracketed: regula falsi
            fraction = low_slope / (low_slope - high_slope)
            step = low + (high - low) * min(max(fraction, 0.05), 0.95)


@leaf
def trial_step(slope: float, direction_squared: float, curvature: float, default: float) -> float:
    """Return the Newton step along a line, slope / (curvature p.p), or the default if no curvature is known.

    Parameters
    ----------
    slope : float
        Force along the direction, F.p.
    direction_squared : float
        p.p.
    curvature : float
        d2U/ds2 along the previous direction of unit length; 0 if not known.
    default : float
        Step to return if no curvature is known.
    """
    return slope / (curvature * direction_squared) if curvature > 0.0 else default


@leaf
def search_and_record(
    arrays: MinimizerArrays,
    pairs: PairList,
    potential: Potential,
    line: SearchLine,
    direction_squared: float,
    state: Any,
) -> float:
    """Search along a line, and record the energy, the number of evaluations and the curvature found.

    Parameters
    ----------
    arrays : MinimizerArrays
        Positions and forces are changed in place.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    line : SearchLine
        Slope at the start, first and largest step.
    direction_squared : float
        p.p, to which the curvature refers.
    state : MINIMIZER_STATE record
        Changed in place.

    Returns
    -------
    step : float
        Total step, in units of the direction's length.
    """
    step, energy, end_slope, evaluations = line_search(arrays, pairs, potential, line)
    state.evaluations += evaluations
    state.energy = energy
    if line.slope > end_slope:
        state.curvature = (line.slope - end_slope) / (step * direction_squared)
    return step


@leaf
def polak_ribiere(rz: float, rz_cross: float, rz_old: float) -> float:
    """Return Polak and Ribiere's beta, restarted (zero) where it would be negative.

    Nocedal and Wright, Numerical Optimization (2006), Eq. 5.45.

    Parameters
    ----------
    rz : float
        Scalar product of forces and preconditioned forces.
    rz_cross : float
        Scalar product of the preconditioned forces and the forces of the previous step.
    rz_old : float
        `rz` of the previous step; 0 in the first step.
    """
    return max(0.0, (rz - rz_cross) / rz_old) if rz_old > 0.0 else 0.0
