"""Thermal conductivity with its plateau: phonons are absorbed by dressed two-level systems ([37]-[48])."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from atomglass.errors import InputError
from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.rfot.bump import bias_ranges, cell_spectrum
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import SPECTRUM_STEP, PhononCoupling
from atomglass.theory.rfot.scattering import MEASURED_PATH, conductivity_sum
from atomglass.theory.rfot.state_counting import count_states, excited_state_density, ground_state_density
from atomglass.types import Array

#: States are counted up to this energy in hbar omega_D. Phonons end at 1; higher states matter only for hot upper
#: structures, for which l is one wavelength anyway (doubling the energy changes kappa by less than 1e-3 up to T_D).
LARGEST_ENERGY = 4.0

Weighting = Literal["thermal", "step"]


class ScatteringStates:
    """Density of the states that scatter phonons in one glass, counted once for all temperatures.

    Parameters
    ----------
    params : GlassParams
        Constants of the glass.
    coupling : bool or PhononCoupling
        Whether ripplons are broadened and shifted by phonons; True uses the review's cut-off.
    stiffening : bool
        Omit the ripplons below |eps| in a cell of bias eps (Sec. V B); for undamped ripplons only.
    step : float
        Width of an energy cell in hbar omega_D.

    Raises
    ------
    InputError
        Stiffening is combined with coupling.
    """

    def __init__(
        self,
        params: GlassParams,
        coupling: bool | PhononCoupling = False,
        stiffening: bool = False,
        step: float = SPECTRUM_STEP,
    ) -> None:
        if stiffening and coupling:
            raise InputError(
                "stiffening with coupling", True, "stiffening without coupling", "broadened levels have no edge"
            )
        self.params, self._step = params, step
        self._cells, self._size = round(1 / step), round(LARGEST_ENERGY / step)
        spectrum = cell_spectrum(params, coupling)
        pieces = bias_ranges(spectrum) if stiffening else [(0.0, np.inf, spectrum)]
        self._pieces = [(low, high, count_states(part, step, self._size)) for low, high, part in pieces]
        self._ground = sum((self._ground_of(*piece) for piece in self._pieces), start=np.zeros(self._cells))

    @property
    def frequencies(self) -> Array:
        """Centers of the energy cells up to the Debye frequency, in omega_D."""
        return np.linspace(0, 1, self._cells, endpoint=False) + self._step / 2

    @property
    def ground(self) -> Array:
        """T_g rho(omega) [37] at `frequencies`."""
        return self._ground

    def excited(self, t: ArrayLike, weighting: Weighting = "thermal", alpha: float = 1.0) -> Array:
        """Return T_g rho_exc(omega, T) at `frequencies`, shape (cells, temperatures).

        Parameters
        ----------
        t : float or array (temperatures,)
            T/T_D.
        weighting : {"thermal", "step"}
            Occupation of an upper structure of bias E: 2/(e^(E/T) + 1) [43], or 1 up to E = alpha T (Fig. 20).
        alpha : float
            Position of the step.

        Raises
        ------
        InputError
            An unknown weighting, or a temperature is not positive.
        """
        if weighting not in ("thermal", "step"):
            raise InputError("the weighting of excited cells", weighting, "thermal, step")
        temperatures = np.atleast_1d(positive(t, "the reduced temperature T/T_D"))
        index = np.arange(self._size)[:, None]
        bias = self._step * (index + 0.5)
        if weighting == "thermal":
            occupation = 2 * expit(-bias / temperatures)
        else:
            occupation = np.clip(alpha * temperatures / self._step - index, 0, 1)
        kernels = occupation * np.exp(-bias / self.params.ratio)
        total = np.zeros((self._cells, len(temperatures)))
        for low, high, states in self._pieces:
            total += excited_state_density(states, np.where((bias > low) & (bias < high), kernels, 0.0), self._cells)
        return total

    def _ground_of(self, low: float, high: float, states: Array) -> Array:
        """Return the contribution of the cells with low < eps < high."""
        density = ground_state_density(states, self._step, self.params.ratio)[: self._cells]
        if np.isinf(high) and low == 0:
            return density
        return self._above_edge(density, low) - self._above_edge(density, high)

    def _above_edge(self, density: Array, edge: float) -> Array:
        """Return the contribution of the cells with eps above an edge."""
        if edge >= 1:
            return np.zeros(self._cells)
        # The sum [37] up to omega - edge, times e^(-edge/T_g).
        shift = round(edge / self._step)
        delayed = np.concatenate([np.zeros(shift), density[: self._cells - shift]])
        return delayed * np.exp(-shift * self._step / self.params.ratio)


def thermal_conductivity(
    params: GlassParams,
    t: ArrayLike,
    coupling: bool | PhononCoupling = False,
    path: float = MEASURED_PATH,
    weighting: Weighting = "thermal",
    alpha: float = 1.0,
    stiffening: bool = False,
) -> float | Array:
    """Return the thermal conductivity, with the mean free path l/lambda = path/[T_g (rho + rho_exc)] + 1 [48].

    Parameters
    ----------
    params : GlassParams
        Constants of the glass; in these units only T_g/T_D, xi/a and d_L/a matter.
    t : float or array
        T/T_D.
    coupling : bool or PhononCoupling
        Whether ripplons are broadened and shifted by phonons; True uses the review's cut-off.
    path : float
        l/lambda of bare two-level systems: the measured 150, which the review uses too, or `path_in_wavelengths`.
    weighting, alpha, stiffening
        The parameters of `ScatteringStates`.

    Returns
    -------
    float or array
        kappa/K, K = `conductivity_unit(params)`.

    Raises
    ------
    InputError
        A temperature or the path is not positive, or options contradict each other.

    Examples
    --------
    >>> glass = theory.rfot.GlassParams.named("silica")
    >>> round(theory.rfot.thermal_conductivity(glass, 0.031), 3)
    0.4
    """
    temperatures = positive(t, "the reduced temperature T/T_D")
    positive(path, "the mean free path l/lambda")
    positive(alpha, "alpha")
    states = ScatteringStates(params, coupling, stiffening)
    flat = temperatures.ravel()
    values = np.empty(flat.shape)
    for start in range(0, len(flat), _BATCH):
        batch = flat[start : start + _BATCH]
        paths = path / (states.ground[:, None] + states.excited(batch, weighting, alpha)) + 1
        values[start : start + _BATCH] = [conductivity_sum(float(x), paths[:, i]) for i, x in enumerate(batch)]
    return scalar_or_array(values.reshape(temperatures.shape))


#: Number of temperatures computed together, which bounds the memory.
_BATCH = 100
