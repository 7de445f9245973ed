"""Central differences of high order, the noise of the function they are taken of, and the step that suits both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np

from atomglass.types import Array

#: Weights of central differences by their order of accuracy, for the points at 1, 2, ... steps (Fornberg, Math.
#: Comput. 51, 699 (1988), Table 1). First and third derivative: sum_k w_k (f_k - f_-k) / h^n; second derivative:
#: sum_k w_k (f_k + f_-k - 2 f_0) / h^2.
WEIGHTS: dict[int, dict[int, tuple[float, ...]]] = {
    1: {
        2: (1 / 2,),
        4: (2 / 3, -1 / 12),
        6: (3 / 4, -3 / 20, 1 / 60),
        8: (4 / 5, -1 / 5, 4 / 105, -1 / 280),
    },
    2: {6: (3 / 2, -3 / 20, 1 / 90), 8: (8 / 5, -1 / 5, 8 / 315, -1 / 560)},
    3: {4: (-13 / 8, 1.0, -1 / 8), 6: (-61 / 30, 169 / 120, -3 / 10, 7 / 240)},
}
#: Number of values from which noise is estimated, and the order of the differences that are left of them.
NOISE_POINTS, NOISE_ORDER = 7, 4
#: Standard deviations of noise that count as the error of a value of the function.
NOISE_MARGIN = 5


@dataclass(frozen=True)
class Derivative:
    """A derivative with an estimate of its error.

    Attributes
    ----------
    value : array
        The derivative.
    error : float
        Estimate of the largest error of its elements: the difference from a formula of other order, plus noise; or what
        the difference from a result of a shorter step exceeds the error of the latter by, if that is more.
    step : float
        Distance between the points of the formula.
    reach : int
        The formula extends over `reach` steps on either side.
    """

    value: Array
    error: float
    step: float
    reach: int


def central_difference(values: Mapping[int, Array], derivative: int, order: int, step: float, stride: int = 1) -> Array:
    """Return a derivative at the origin by central differences.

    Parameters
    ----------
    values : mapping of int to array
        The function at multiples of the smallest step; multiple k stands `stride` apart.
    derivative : {1, 2, 3}
        Which derivative.
    order : int
        Order of accuracy; the keys of `WEIGHTS[derivative]`.
    step : float
        Distance of the points that are used.
    stride : int
        How many multiples lie from one point that is used to the next.
    """
    parts = []
    for k, weight in enumerate(WEIGHTS[derivative][order], 1):
        right, left = values[k * stride], values[-k * stride]
        parts.append(weight * (right - left if derivative % 2 else (right - values[0]) + (left - values[0])))
    result: Array = sum(parts[1:], parts[0]) / step**derivative
    return result


def noise_level(values: Sequence[Array]) -> float:
    """Return the standard deviation of the noise of a function, from its values at close, equidistant points.

    Differences of fourth order leave nothing of a smooth function over so short a distance: Moré and Wild, SIAM J. Sci.
    Comput. 33, 1292 (2011).
    """
    k = NOISE_ORDER
    differences = np.diff(np.array(values), n=k, axis=0)
    return float(np.sqrt((differences**2).mean() * factorial(k) ** 2 / factorial(2 * k)))


def best_step(
    values: Mapping[int, Array],
    smallest: float,
    derivative: int,
    orders: tuple[int, int],
    levels: Sequence[int],
    noise: float,
) -> Derivative:
    """Return a derivative at the step, among powers of two of the smallest, whose estimated error is least.

    Parameters
    ----------
    values : mapping of int to array
        The function at multiples of the smallest step.
    smallest : float
        The smallest step.
    derivative : {1, 2, 3}
        Which derivative.
    orders : (int, int)
        Order of accuracy of the result, and that of the other formula, with which it is compared.
    levels : sequence of int
        Steps to choose from, as multiples of the smallest one.
    noise : float
        Standard deviation of the noise of the function's values.
    """
    order, other = orders
    weights = WEIGHTS[derivative][order]
    candidates: list[Derivative] = []
    for stride in sorted(levels):
        step = smallest * stride
        value = central_difference(values, derivative, order, step, stride)
        error = float(np.abs(value - central_difference(values, derivative, other, step, stride)).max())
        error += NOISE_MARGIN * noise * float(np.linalg.norm(weights)) / step**derivative
        # Shorter steps may resolve what this one does not, such as the knots of a tabulated potential.
        excess = [float(np.abs(value - finer.value).max()) - finer.error for finer in candidates]
        candidates.append(Derivative(value, float(max([error, *excess])), step, len(weights)))
    return min(candidates, key=lambda candidate: candidate.error)


def dyadic_values(
    function: Callable[[float], Array], smallest: float, points: int, levels: Sequence[int]
) -> dict[int, Array]:
    """Return a function at 0, +-1, ..., +-`points` times each step, by multiples of the smallest step.

    Parameters
    ----------
    function : callable
        From a displacement to an array.
    smallest : float
        The smallest step.
    points : int
        Number of points on either side.
    levels : sequence of int
        The steps, as multiples of the smallest one.
    """
    multiples = sorted({k * stride for stride in levels for k in range(-points, points + 1)})
    return {k: function(k * smallest) for k in multiples}
