"""Molecular dynamics of a glass: the velocity Verlet algorithm with a neighbor list."""

from __future__ import annotations

from atomglass.kernels.jit import kernel
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import fastest_energy_forces
from atomglass.kernels.records import MinimizerArrays, PairList


@kernel
def velocity_verlet(
    arrays: MinimizerArrays, pairs: PairList, potential: Potential, time_step: float, steps: int, skin: float
) -> int:
    """Integrate Newton's equations in place until the neighbor list must be rebuilt; all masses are 1.

    Kick 1/2, drift, kick 1/2 (Swope, Andersen, Berens and Wilson, J. Chem. Phys. 76, 637 (1982)).

    Parameters
    ----------
    arrays : MinimizerArrays
        Positions, the positions at which the list was built, velocities (in `direction`), and the forces at the
        positions.
    pairs : PairList
        Half neighbor list.
    potential : Potential
        Parameters of the pair potential.
    time_step : float
        In units of sqrt(m length^2 / epsilon).
    steps : int
        Largest number of steps.
    skin : float
        Skin of the neighbor list, in units of length.

    Returns
    -------
    done : int
        Number of steps done: less than `steps` if a particle has moved by half the skin.
    """
    positions, velocities, forces = arrays.positions, arrays.direction, arrays.forces
    half, limit = 0.5 * time_step, 0.25 * skin * skin
    for done in range(steps):
        largest = 0.0
        for i in range(positions.shape[0]):
            square = 0.0
            for a in range(3):
                velocities[i, a] += half * forces[i, a]
                step = positions[i, a] + time_step * velocities[i, a] - arrays.reference[i, a]
                square += step * step
            largest = max(largest, square)
        if not largest <= limit:  # also true of NaN: the half kick is taken back, and the step left to a new list
            for i in range(positions.shape[0]):
                for a in range(3):
                    velocities[i, a] -= half * forces[i, a]
            return done
        for i in range(positions.shape[0]):
            for a in range(3):
                positions[i, a] += time_step * velocities[i, a]
        fastest_energy_forces(positions, pairs, potential, forces)
        for i in range(positions.shape[0]):
            for a in range(3):
                velocities[i, a] += half * forces[i, a]
    return steps
