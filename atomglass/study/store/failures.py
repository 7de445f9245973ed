"""The realizations of a chain that failed, counted from its stored rows."""

from __future__ import annotations

from atomglass.study.errors import DamagedShard
from atomglass.study.store.study_store import StudyStore


def failed_indices(store: StudyStore, chain: int) -> set[int]:
    """Return the indices of failed realizations in the intact shards of a chain, whose checkpoint may be lost.

    Parameters
    ----------
    store : StudyStore
        The study.
    chain : int
        Number of the chain.
    """
    failed: set[int] = set()
    for span in store.shard_ranges(chain):
        try:
            rows = store.read_shard(chain, span).realizations
        except DamagedShard:
            continue
        pairs = zip(rows["index_in_chain"].to_pylist(), rows["status"].to_pylist(), strict=True)
        failed |= {index for index, status in pairs if status != "ok"}
    return failed
