"""The Hessian of a sample that has been checked: not only rattlers, an inherent state, or a minimum."""

from __future__ import annotations

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.residual_force import warn_unless_inherent_state
from atomglass.vibrations.sparse_hessian import SparseHessian


def reduced_hessian(configuration: Configuration, potential: PairPotential, threads: int = 1) -> ReducedHessian:
    """Return the Hessian without rattlers of a configuration, with a warning if that is no inherent state.

    Parameters
    ----------
    configuration : Configuration
        The configuration, usually an inherent state.
    potential : PairPotential
        The interactions.
    threads : int
        Number of threads that factorize it and solve with it.
    """
    check_threads("threads", threads)
    pairs = InteractingPairs.of(configuration, potential)
    warn_unless_inherent_state(pairs)
    reduced = hessian_without_rattlers(pairs)
    reduced.threads = threads
    return reduced


def hessian_without_rattlers(pairs: InteractingPairs) -> ReducedHessian:
    """Return the Hessian without rattlers, or reject a sample that consists of rattlers.

    Raises
    ------
    InputError
        All particles, or all but one, are rattlers.
    """
    reduced = ReducedHessian(pairs)
    check_not_all_rattlers(reduced)
    return reduced


def check_threads(name: str, threads: int) -> None:
    """Reject a number of threads below 1.

    Raises
    ------
    InputError
        It is below 1.
    """
    if threads < 1:
        raise InputError(name, threads, ">= 1", "give the number of cores that may be used")


def check_not_all_rattlers(reduced: SparseHessian) -> None:
    """Reject a sample in which at most one particle is held by its neighbors.

    Raises
    ------
    InputError
        All particles, or all but one, are rattlers.
    """
    if reduced.size <= reduced.dimension:
        raise InputError(
            "number of particles held by their neighbors",
            reduced.size // reduced.dimension,
            ">= 2",
            "the sample is too dilute for modes: all particles are rattlers; is its unit of length the potential's?",
        )


def minimum_hessian(pairs: InteractingPairs) -> ReducedHessian:
    """Return the Hessian without rattlers of a minimum, with a warning if it is no inherent state.

    Raises
    ------
    InputError
        All particles are rattlers, or an eigenvalue is negative.
    """
    warn_unless_inherent_state(pairs)
    reduced = hessian_without_rattlers(pairs)
    if not reduced.is_minimum:
        raise InputError(
            "number of negative eigenvalues of the Hessian",
            reduced.negative_count,
            "0",
            "quench the configuration first: a minimum of the energy is needed",
        )
    return reduced
