"""xoshiro256** inside the kernels: one stream a sampler, its whole state four 64-bit numbers that a checkpoint holds.

Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47, 36 (2021).
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import device

_FIVE, _NINE = np.uint64(5), np.uint64(9)
_S7, _S57, _S17, _S45, _S19, _S11 = (np.uint64(k) for k in (7, 57, 17, 45, 19, 11))
_UNIT = 2.0**-53


@device
def draw(s0, s1, s2, s3):
    """Return the next 64 random bits and the four words of the new state: in registers, not in memory."""
    x = s1 * _FIVE
    bits = ((x << _S7) | (x >> _S57)) * _NINE
    t = s1 << _S17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    return bits, s0, s1, s2, (s3 << _S45) | (s3 >> _S19)


@device
def draw_uniform(s0, s1, s2, s3):
    """Return a number in [0, 1), multiple of 2^-53, and the new state."""
    bits, s0, s1, s2, s3 = draw(s0, s1, s2, s3)
    return np.float64(bits >> _S11) * _UNIT, s0, s1, s2, s3


@device
def next_random(state):
    """Return the next 64 random bits and advance the state (4,) uint64."""
    bits, state[0], state[1], state[2], state[3] = draw(state[0], state[1], state[2], state[3])
    return bits


@device
def uniform(state):
    """Return a number in [0, 1), multiple of 2^-53, and advance the state (4,) uint64."""
    return np.float64(next_random(state) >> _S11) * _UNIT
