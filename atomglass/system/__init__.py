"""The simulated system: particles in a periodic box, their interactions, and their neighbors."""

# Everything that is compiled needs a system, so that its first use is announced.
from atomglass.system import compilation as compilation
