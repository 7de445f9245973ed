"""Whether a configuration is an inherent state: its largest force, and the warning where that is not small."""

from __future__ import annotations

import numpy as np

from atomglass.errors import warn_caller
from atomglass.system.interactions import InteractingPairs

#: Largest force, in units of epsilon over length, at which a configuration still counts as an inherent state.
RESIDUAL_FORCE = 1e-6


class NotAnInherentStateWarning(UserWarning):
    """The configuration is no inherent state: its modes are those of a liquid, some with imaginary frequencies.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", ag.NotAnInherentStateWarning)
    ...     modes = ag.lowest_modes(liquid, pot, 3)
    >>> modes.is_minimum
    False
    """


def largest_force(pairs: InteractingPairs) -> float:
    """Return the largest force on a particle, in units of epsilon over length."""
    on_first = 2 * pairs.derivatives[:, 1, None] * pairs.separations
    forces = np.zeros((pairs.number, 3))
    np.add.at(forces, pairs.indices[:, 0], on_first)
    np.add.at(forces, pairs.indices[:, 1], -on_first)
    return float(np.linalg.norm(forces, axis=1).max(initial=0.0))


def warn_unless_inherent_state(pairs: InteractingPairs) -> None:
    """Warn if the largest force shows that the configuration is no inherent state.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs of the configuration.

    Warns
    -----
    NotAnInherentStateWarning
        The largest force on a particle exceeds `RESIDUAL_FORCE`.
    """
    force = largest_force(pairs)
    if not force <= RESIDUAL_FORCE:
        warn_caller(
            f"the configuration is no inherent state: its largest force is {force:.3g}, not below {RESIDUAL_FORCE:g}; "
            "quench it first, unless you want the instantaneous normal modes of a liquid",
            NotAnInherentStateWarning,
        )
