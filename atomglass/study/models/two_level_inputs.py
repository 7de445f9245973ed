"""What theories of two-level systems take from a glass besides its modes: how these couple to strain."""

from __future__ import annotations

import numpy as np

from atomglass.landscape.strain_coupling import coupling_of_modes, rms_over_orientations
from atomglass.study.protocol import Row
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.vibrations.expansion import Expansion


def coupling_columns(glass: Configuration, potential: PairPotential, spots: list[Expansion]) -> Row:
    """Return the rms coupling of the pseudo-harmonic modes of a glass to strain, weighted with their b4, in a row.

    Parameters
    ----------
    glass : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    spots : list of Expansion
        Its pseudo-harmonic modes; those with b4 <= 0 do not count.

    Notes
    -----
    In the soft-potential theory the tunneling strength is proportional to the sum of W^3 Lambda^2 over the soft modes
    (`theory.soft_potential`), and W^3 to b4: hence the weight.
    """
    counted = [spot for spot in spots if spot.b4 > 0]
    if not counted:
        return {}
    pairs = InteractingPairs.of(glass, potential)
    directions = np.array([spot.direction for spot in counted])
    tensors = coupling_of_modes(pairs, directions, glass.dimension)
    squares = np.array([rms_over_orientations(tensor) for tensor in tensors]) ** 2
    transverse, longitudinal = np.sqrt(np.average(squares, axis=0, weights=[spot.b4 for spot in counted]))
    return {"spot_coupling_t": float(transverse), "spot_coupling_l": float(longitudinal)}
