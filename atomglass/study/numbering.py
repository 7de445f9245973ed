"""The numbers of realizations: consecutive, and kept for ever when a study is extended.

In a study that was never extended to longer chains, realization `index` of a chain has the number
chain * realizations per chain + index. An extension leaves all numbers as they are, those of realizations that were
planned and not finished included, and numbers what it adds behind them, in the same order of chains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.types import IntArray


@dataclass(frozen=True)
class Numbering:
    """The numbers of the realizations of a study that has had several sizes.

    Attributes
    ----------
    sizes : tuple of (int, int)
        Chains, and realizations per chain, of the study at its beginning and after each extension; neither decreases.
    """

    sizes: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        """Number of realizations of the whole study."""
        chains, per_chain = self.sizes[-1]
        return chains * per_chain

    def numbers(self, chain: ArrayLike, index: ArrayLike) -> IntArray:
        """Return the numbers of realizations.

        Parameters
        ----------
        chain, index : array of int
            Their chains, and their indices in the chain.

        Raises
        ------
        InputError
            The study has no such realization.
        """
        chain, index = np.broadcast_arrays(np.asarray(chain, np.int64), np.asarray(index, np.int64))
        numbers = np.empty(chain.shape, np.int64)
        remaining = np.ones(chain.shape, bool)
        old_chains = old_length = 0
        for chains, length in self.sizes:
            added = length - old_length
            longer = np.minimum(chain, old_chains)  # chains before this one, of the earlier study: they get longer
            numbers_here = old_chains * old_length + longer * added + (chain - longer) * length
            numbers_here += index - np.where(chain < old_chains, old_length, 0)
            here = remaining & (chain < chains) & (index < length)
            numbers[here] = numbers_here[here]
            remaining &= ~here
            old_chains, old_length = chains, length
        if remaining.any():
            wrong = (int(chain[remaining][0]), int(index[remaining][0]))
            raise InputError("chain and index", wrong, f"below {old_chains} and {old_length}, the size of the study")
        return numbers

    def places(self, numbers: ArrayLike) -> tuple[IntArray, IntArray]:
        """Return the chains of realizations, and their indices in the chain.

        Parameters
        ----------
        numbers : array of int
            Numbers from 0 to `count` - 1.

        Raises
        ------
        InputError
            The study has no realization of this number.
        """
        numbers = np.asarray(numbers, np.int64)
        wrong = numbers[(numbers < 0) | (numbers >= self.count)]
        if wrong.size:
            raise InputError("the number of a realization", int(wrong.flat[0]), f"0 to {self.count - 1}")
        chain, index = np.empty_like(numbers), np.empty_like(numbers)
        old_chains = old_length = 0
        for chains, length in self.sizes:
            added, rest = length - old_length, numbers - old_chains * old_length
            in_old = rest < old_chains * added
            per_old, per_new = np.maximum(added, 1), length
            here_chain = np.where(in_old, rest // per_old, old_chains + (rest - old_chains * added) // per_new)
            here_index = np.where(in_old, old_length + rest % per_old, (rest - old_chains * added) % per_new)
            here = (rest >= 0) & (numbers < chains * length)
            chain[here], index[here] = here_chain[here], here_index[here]
            old_chains, old_length = chains, length
        return chain, index

    def extended(self, chains: int, per_chain: int) -> Numbering:
        """Return the numbering of the study after an extension to more chains, to longer ones, or to both."""
        earlier = self.sizes if per_chain > self.sizes[-1][1] else self.sizes[:-1]
        return Numbering((*earlier, (chains, per_chain)))
