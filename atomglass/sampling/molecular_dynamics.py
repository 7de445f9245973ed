"""Molecular dynamics at constant temperature: velocity Verlet, with velocities redrawn at random intervals."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels.pair_sums import energy_forces
from atomglass.kernels.records import MinimizerArrays
from atomglass.kernels.sampling.velocity_verlet import velocity_verlet
from atomglass.sampling.checks import check_count, check_range
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions, allowed_skin, half_neighbor_list
from atomglass.system.potential import PairPotential
from atomglass.types import Array

#: Desired skin of the neighbor list, in units of length.
_SKIN = 0.3
#: Mean number of steps between two draws of all velocities, by default.
REDRAW_EVERY = 200


class MolecularDynamics:
    """Dynamics of a configuration at constant temperature; all masses are 1.

    Parameters
    ----------
    configuration : Configuration
        The initial configuration.
    potential : PairPotential
        The interactions.
    temperature : float
        T, in units of epsilon.
    rng : numpy.random.Generator
        Source of the velocities.
    time_step : float
        In units of sqrt(m length^2 / epsilon).
    redraw_every : int
        Mean number of steps after which all velocities are drawn anew from the Maxwell distribution (Andersen, J. Chem.
        Phys. 72, 2384 (1980), for all particles at once). The number is uniform between 1 and twice this value: after
        equal times, modes whose half period divides them would never exchange energy.

    Raises
    ------
    InputError
        A value is out of range, or the box is too small for the cutoff.
    """

    def __init__(
        self,
        configuration: Configuration,
        potential: PairPotential,
        temperature: float,
        rng: np.random.Generator,
        time_step: float = 0.01,
        redraw_every: int = REDRAW_EVERY,
    ) -> None:
        check_sample(configuration, potential)
        check_range("temperature", temperature, temperature > 0, "> 0")
        check_range("time_step", time_step, time_step > 0, "> 0")
        check_count("redraw_every", redraw_every, 1)
        self._start, self._potential, self._rng = configuration, potential, rng
        self._temperature, self._time_step, self._redraw_every = temperature, time_step, redraw_every
        self._skin = allowed_skin(configuration, potential, _SKIN, least=1e-3)
        self._wrapped, self._labels = WrappedPositions.of(configuration), potential.labels(configuration)
        self._shift = np.zeros_like(self._wrapped.images)
        self._positions = self._wrapped.positions.copy()
        self._velocities, self._forces = np.zeros_like(self._positions), np.zeros_like(self._positions)
        self._steps, self._redraw_at = 0, 0
        self._rebuild()

    @property
    def configuration(self) -> Configuration:
        """The current configuration, with unwrapped positions."""
        d = self._start.dimension
        images = (self._wrapped.images + self._shift)[:, :d]
        return self._start.replace(positions=self._positions[:, :d] + images @ self._start.cell)

    @property
    def velocities(self) -> Array:
        """The current velocities (N, d)."""
        return self._velocities[:, : self._start.dimension].copy()

    @property
    def steps(self) -> int:
        """Number of steps since the start."""
        return self._steps

    def run(self, steps: int) -> None:
        """Integrate over a number of steps.

        Raises
        ------
        InputError
            The number of steps is negative, or the time step is so long that the dynamics diverges.
        """
        check_count("steps", steps, 0)
        last = self._steps + steps
        stuck = False
        while self._steps < last:
            if self._steps == self._redraw_at:
                self._draw_velocities()
            block = min(last, self._redraw_at) - self._steps
            arrays = MinimizerArrays(self._positions, self._reference, self._velocities, self._forces)
            parameters = self._potential.parameters
            done = velocity_verlet(arrays, self._pairs, parameters, float(self._time_step), block, self._skin)
            if done == 0 and stuck:
                raise InputError(
                    "time_step", self._time_step, "shorter steps", "a particle moved farther than the skin"
                )
            stuck = done == 0
            self._steps += done
            if done < block:
                self._rebuild()

    def _draw_velocities(self) -> None:
        """Draw velocities from the Maxwell distribution, without motion of the center of mass."""
        d = self._start.dimension
        drawn = self._rng.standard_normal((len(self._start), d)) * np.sqrt(self._temperature)
        self._velocities[:, :d] = drawn - drawn.mean(axis=0)
        self._redraw_at = self._steps + int(self._rng.integers(1, 2 * self._redraw_every, endpoint=True))

    def _rebuild(self) -> None:
        """Wrap the positions, and build the neighbor list and the forces there."""
        wrapped = self._wrapped.at(self._positions)
        self._shift += wrapped.images
        self._positions[:] = wrapped.positions
        self._reference = self._positions.copy()
        self._pairs = half_neighbor_list(wrapped, self._labels, self._potential, self._skin)
        energy_forces(self._positions, self._pairs, self._potential.parameters, self._forces)
