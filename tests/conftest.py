"""One thread a process, set before numpy is imported: more of them only wait for one another on small matrices."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("ATOMGLASS_QUIET", "1")  # no lines about compilation in what the tests compare

#: Fixtures of small studies, and of MPI (`tests/_support`).
pytest_plugins = ["studies", "study_runs"]
