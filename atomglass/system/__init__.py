"""The simulated system: particles in a periodic box, their interactions, and their neighbors."""

from atomglass import (
    compilation as compilation,  # everything that is compiled needs a system: its first use is announced
)
