"""The check at the door of every public function that takes a configuration and a potential."""

from __future__ import annotations

from os import PathLike

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential

#: A neighbor is stored in 32 bits, of which five number its image.
MAX_PARTICLES = 2**27


def check_sample(configuration: object, potential: object) -> None:
    """Reject what is no configuration, what is no potential, too many particles, and a flat sample of a 3-D model.

    Parameters
    ----------
    configuration : object
        Must be a `Configuration`.
    potential : object
        Must be a `PairPotential`.

    Raises
    ------
    InputError
        One of them has another type, there are too many particles, or the potential is that of a three-dimensional
        model and the sample is flat.
    """
    if isinstance(configuration, PairPotential) and isinstance(potential, Configuration):
        raise InputError("the configuration and the potential are exchanged", remedy="give the configuration first")
    check_configuration(configuration)
    check_potential(potential)
    assert isinstance(configuration, Configuration) and isinstance(potential, PairPotential)
    if len(configuration) > MAX_PARTICLES:
        raise InputError("number of particles", len(configuration), f"at most {MAX_PARTICLES}")
    if potential.dimension == 3 and configuration.dimension == 2:
        raise InputError(
            f"dimension of the potential {potential.name}",
            3,
            "2, that of the configuration",
            "choose a model in two dimensions",
        )


def check_configuration(configuration: object) -> None:
    """Reject what is no `Configuration`, and say how to make one of it.

    Raises
    ------
    InputError
        It has another type.
    """
    if isinstance(configuration, Configuration):
        return
    remedy = "make one: Configuration(positions, diameters, box)"
    if isinstance(configuration, (str, PathLike)):
        remedy = "read the file: atomglass.read(path)"
    elif hasattr(configuration, "get_chemical_symbols"):
        remedy = "convert the atoms: Configuration.from_atoms(atoms)"
    elif isinstance(getattr(configuration, "configuration", None), Configuration):
        remedy = "give its attribute `configuration`"
    raise InputError("configuration", _type_of(configuration), "a Configuration", remedy)


def check_potential(potential: object) -> None:
    """Reject what is no `PairPotential`, and say how to make one of it.

    Raises
    ------
    InputError
        It has another type.
    """
    if isinstance(potential, PairPotential):
        return
    remedy = "load one: atomglass.load_potential(name)"
    if isinstance(potential, (str, PathLike)):
        remedy = f"load it: atomglass.load_potential({str(potential)!r})"
    raise InputError("potential", _type_of(potential), "a PairPotential", remedy)


def _type_of(value: object) -> str:
    """Return the type of a value, and short text itself, for a message."""
    name = type(value).__name__
    return f"{name} {value!r}" if isinstance(value, str) and len(value) < 60 else name
