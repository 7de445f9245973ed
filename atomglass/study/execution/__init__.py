"""Running a study: leases on chains, the worker loop, and serial, multi-process and MPI runners."""
