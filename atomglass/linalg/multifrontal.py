"""Multifrontal factorization and solution by one thread or several, with the same bits.

Subtrees of the elimination tree do not depend on each other: each is treated by one thread, the rest of the tree by one
thread afterwards. Numbers are added in the same order as by one thread alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np

from atomglass.kernels.linalg import multifrontal_solve
from atomglass.kernels.linalg.multifrontal_ldlt import BlockMatrix, FrontStack, LDLFactor, factorize_fronts
from atomglass.kernels.linalg.nested_dissection import SymbolicAnalysis
from atomglass.types import Array, IntArray

#: Type of what is computed for a subtree.
Result = TypeVar("Result")
#: Subtrees are looked for as long as there are fewer than this many a thread: more are better balanced, but leave more
#: of the tree to a single thread.
SUBTREES_PER_THREAD = 4


class FrontRange(NamedTuple):
    """The fronts begin <= f < end: a subtree, or fronts that are ancestors of subtrees."""

    begin: int
    end: int
    is_subtree: bool


class Multifrontal:
    """The elimination tree of a matrix, for its factorizations and solutions.

    Parameters
    ----------
    symbolic : SymbolicAnalysis
        From `nested_dissection.analyze`.
    block : int
        Components a particle has, d.
    threads : int
        Number of threads.
    """

    def __init__(self, symbolic: SymbolicAnalysis, block: int, threads: int = 1) -> None:
        self._symbolic, self._block = symbolic, block
        pivots = block * np.diff(symbolic.starts)
        self._left = block * np.diff(symbolic.row_pointers)
        self._pointers = np.concatenate([[0], np.cumsum(pivots * (pivots + self._left))])
        self.ranges = [FrontRange(0, len(pivots), False)]
        if threads > 1:
            self.ranges = list(_ranges(symbolic.parents, _operations(pivots, self._left), threads))
            self._pool = ThreadPoolExecutor(threads)

    def factorize(self, shift: float, matrix: BlockMatrix) -> tuple[LDLFactor, int]:
        """Factorize H - shift.

        Parameters
        ----------
        shift : float
            Subtracted from the diagonal, in the units of H.
        matrix : BlockMatrix
            The symmetric matrix H.

        Returns
        -------
        factor : LDLFactor
            Input of `solve`.
        negative : int
            Number of negative pivots, which are the eigenvalues of H below the shift (Sylvester's law of inertia); -1
            if a pivot is zero or not finite.
        """
        factor = LDLFactor(self._pointers, np.empty(self._pointers[-1]))
        stacks: dict[FrontRange, FrontStack] = {}

        def eliminate(part: FrontRange, stack: FrontStack) -> int:
            return factorize_fronts(shift, matrix, self._symbolic, factor, part.begin, part.end, stack)

        def eliminate_subtree(part: FrontRange) -> int:
            stacks[part] = self._empty_stack(self._stack_size(part))
            return eliminate(part, stacks[part])

        found = self._in_threads(eliminate_subtree)
        stack = self._empty_stack(self._symbolic.stack_size * self._block**2)
        for part in self.ranges:
            if part.is_subtree:
                _push(stacks.pop(part), stack)
            else:
                found.append(eliminate(part, stack))
        return factor, -1 if min(found) < 0 else sum(found)

    def solve(self, factor: LDLFactor, x: Array) -> None:
        """Solve (H - shift) x = b for several right-hand sides b, in place.

        Parameters
        ----------
        factor : LDLFactor
            From `factorize`.
        x : (K, n) array
            One right-hand side in each row; overwritten with the solutions.
        """
        if len(self.ranges) == 1:
            multifrontal_solve.solve(self._symbolic, factor, x)
            return
        symbolic, d, order = self._symbolic, self._block, self._symbolic.order
        y = np.ascontiguousarray(x.reshape(len(x), -1, d)[:, order]).reshape(x.shape)
        kept = {part: np.empty((len(x), self._beyond(part))) for part in self.ranges if part.is_subtree}
        nothing = np.empty((1, 0))
        self._in_threads(lambda part: multifrontal_solve.forward(symbolic, factor, d, y, *part[:2], kept[part]))
        for part in self.ranges:
            if part.is_subtree:
                multifrontal_solve.add_contributions(symbolic, d, y, *part[:2], kept[part])
            else:
                multifrontal_solve.forward(symbolic, factor, d, y, *part[:2], nothing)
        for part in reversed(self.ranges):
            if not part.is_subtree:
                multifrontal_solve.backward(symbolic, factor, d, y, *part[:2])
        self._in_threads(lambda part: multifrontal_solve.backward(symbolic, factor, d, y, *part[:2]))
        x.reshape(len(x), -1, d)[:, order] = y.reshape(len(x), -1, d)

    def _in_threads(self, work: Callable[[FrontRange], Result]) -> list[Result]:
        """Return the results of a function of each subtree, computed at the same time."""
        subtrees = [part for part in self.ranges if part.is_subtree]
        return list(self._pool.map(work, subtrees)) if subtrees else []

    def _empty_stack(self, size: int) -> FrontStack:
        """Return an empty stack for contribution blocks of this many elements."""
        return FrontStack(np.empty(size), np.empty(len(self._left), np.int64), np.zeros(2, np.int64))

    def _stack_size(self, part: FrontRange) -> int:
        """Return the largest number of elements of contribution blocks that wait at once while a subtree is treated."""
        parents, waiting = self._symbolic.parents, np.zeros(part.end - part.begin + 1, np.int64)
        held = peak = 0
        for f in range(part.begin, part.end):
            size = int(self._left[f]) ** 2
            peak = max(peak, held + size)  # children wait until the front itself is eliminated
            held += size - int(waiting[f - part.begin])
            if f + 1 < part.end:
                waiting[parents[f] - part.begin] += size
        return peak

    def _beyond(self, part: FrontRange) -> int:
        """Return how many numbers a subtree contributes to particles that it does not eliminate."""
        first, last = self._symbolic.row_pointers[[part.begin, part.end]]
        return self._block * int(np.count_nonzero(self._symbolic.rows[first:last] >= self._symbolic.starts[part.end]))


def _operations(pivots: IntArray, left: IntArray) -> Array:
    """Return the number of multiplications, about, that each front takes."""
    size: Array = (pivots + left).astype(float)
    return pivots * size**2 - pivots**2 * size + pivots**3 / 3.0


def _push(finished: FrontStack, stack: FrontStack) -> None:
    """Move the contribution block that is left of a subtree to the stack of its ancestors."""
    count, size = finished.used
    begin = stack.used[1]
    stack.blocks[begin : begin + size] = finished.blocks[:size]
    stack.waiting[stack.used[0] : stack.used[0] + count] = finished.waiting[:count]
    stack.used[:] += finished.used


def _ranges(parents: IntArray, operations: Array, threads: int) -> Iterator[FrontRange]:
    """Divide the fronts into subtrees for threads and the ancestors of these, in ascending order."""
    first, total = np.arange(len(parents)), operations.copy()
    children: list[list[int]] = [[] for _ in parents]
    for f, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(f)
            first[parent] = min(first[parent], first[f])
            total[parent] += total[f]
    end = 0
    for root in sorted(_subtrees(children, [f for f, parent in enumerate(parents) if parent < 0], total, threads)):
        if first[root] > end:
            yield FrontRange(end, int(first[root]), False)
        yield FrontRange(int(first[root]), root + 1, True)
        end = root + 1
    if end < len(parents):
        yield FrontRange(end, len(parents), False)


def _subtrees(children: list[list[int]], roots: list[int], total: Array, threads: int) -> list[int]:
    """Return the roots of those subtrees that take the least time: the largest is divided again and again."""
    heap = [(-total[root], root) for root in roots]
    heapq.heapify(heap)
    above, best, shortest = 0.0, [], np.inf
    while heap and len(heap) < SUBTREES_PER_THREAD * threads:
        time = above + _longest(sorted(-work for work, _ in heap), threads)
        if time < shortest:
            best, shortest = [root for _, root in heap], time
        work, root = heapq.heappop(heap)
        above += -work - sum(total[child] for child in children[root])
        for child in children[root]:
            heapq.heappush(heap, (-total[child], child))
    return best


def _longest(ascending: list[float], threads: int) -> float:
    """Return the work of the busiest thread, if each takes the largest piece that is left whenever it is free."""
    loads = [0.0] * threads
    for work in reversed(ascending):
        heapq.heapreplace(loads, loads[0] + work)
    return max(loads)
