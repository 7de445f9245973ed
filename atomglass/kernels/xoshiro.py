"""The random number generator xoshiro256** for kernels.

Each sampler has one stream. Its state is four 64-bit integers, which a checkpoint stores.

Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47, 36 (2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.jit import device

Word = np.uint64

_FIVE, _NINE = np.uint64(5), np.uint64(9)
_S7, _S57, _S17, _S45, _S19, _S11 = (np.uint64(k) for k in (7, 57, 17, 45, 19, 11))
#: Spacing of the uniform random numbers: a double has 53 significant bits.
_UNIT = 2.0**-53


@device
def next_words(s0: Word, s1: Word, s2: Word, s3: Word) -> tuple[Word, Word, Word, Word, Word]:
    """Return the next 64 random bits and the four words of the new state.

    Arguments and results stay in registers, whereas a state in an array would be written to memory at every call.

    Parameters
    ----------
    s0, s1, s2, s3 : uint64
        The words of the current state.

    Returns
    -------
    bits, s0, s1, s2, s3 : uint64
        The random bits, and the words of the new state.
    """
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
def next_uniform(s0: Word, s1: Word, s2: Word, s3: Word) -> tuple[float, Word, Word, Word, Word]:
    """Return a uniform random number in [0, 1), a multiple of 2^-53, and the four words of the new state.

    Parameters
    ----------
    s0, s1, s2, s3 : uint64
        The words of the current state.

    Returns
    -------
    number : float
        The random number.
    s0, s1, s2, s3 : uint64
        The words of the new state.
    """
    bits, s0, s1, s2, s3 = next_words(s0, s1, s2, s3)
    return np.float64(bits >> _S11) * _UNIT, s0, s1, s2, s3


@device
def next_random(state: NDArray[np.uint64]) -> Word:
    """Return the next 64 random bits, and advance the state, a (4,) uint64 array, in place."""
    bits, state[0], state[1], state[2], state[3] = next_words(state[0], state[1], state[2], state[3])
    return bits


@device
def uniform(state: NDArray[np.uint64]) -> float:
    """Return a uniform random number in [0, 1), and advance the state, a (4,) uint64 array, in place."""
    return np.float64(next_random(state) >> _S11) * _UNIT
