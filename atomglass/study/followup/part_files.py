"""Rows of finished chains, kept until the table of all chains is written; damaged ones are computed again."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.errors import InputError, printable, warn_caller
from atomglass.io.atomic import replace

_CHECKSUM = b"atomglass.sha256"


def compute_chains(
    compute: Callable[[Any], None],
    remaining: Sequence[Any],
    total: int,
    workers: int,
    progress: Callable[[int, int], object],
) -> None:
    """Compute the chains that have no file yet, each of which writes its own.

    Parameters
    ----------
    compute : callable
        Called with a chain; a function of a module, as it runs in another process.
    remaining : sequence
        The chains to compute.
    total : int
        Number of all chains.
    workers : int
        Number of processes.
    progress : callable
        Called with the number of finished chains and the number of all chains.

    Raises
    ------
    InputError
        A process died, for instance because memory ran out.
    """
    done = total - len(remaining)
    if workers <= 1 or len(remaining) <= 1:
        for chain in remaining:
            compute(chain)
            progress(done := done + 1, total)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(compute, chain) for chain in remaining]
        try:
            for future in as_completed(futures):
                future.result()
                progress(done := done + 1, total)
        except BrokenProcessPool:
            remedy = "finished chains are kept: the same command continues, perhaps with fewer workers"
            raise InputError("a process died, perhaps for lack of memory", remedy=remedy) from None
        finally:
            pool.shutdown(cancel_futures=True)


def write_part(path: Path, frame: pd.DataFrame) -> None:
    """Write rows with a checksum of all names and values."""
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    whole = rows.replace_schema_metadata({**(rows.schema.metadata or {}), _CHECKSUM: _checksum(rows)})
    sink = pa.BufferOutputStream()
    pq.write_table(whole, sink, write_page_checksum=True)
    replace(path, sink.getvalue().to_pybytes())


def read_part(path: Path) -> pd.DataFrame | None:
    """Return rows that were written before; None, and a warning, if they are damaged; None if there are none."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            rows = file.read()
        expected = (rows.schema.metadata or {}).get(_CHECKSUM)  # parts of earlier versions have none
        intact = expected in (None, _checksum(rows)) and "realization" in rows.column_names
        found = rows.to_pandas() if intact else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        found = None
    if found is None:
        warn_caller(printable(f"{path} is damaged; its chain is computed again"))
    return found


def _checksum(rows: pa.Table) -> bytes:
    text = repr([(field.name, str(field.type)) for field in rows.schema]) + repr(rows.to_pydict())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest().encode()
