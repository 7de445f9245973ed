"""The status of a study, determined from the names and first lines of its files."""

from __future__ import annotations

from dataclasses import dataclass

from atomglass.io.process_identity import ProcessIdentity, is_dead
from atomglass.study.execution.leases import read_lease
from atomglass.study.store.checkpoints import read_head
from atomglass.study.store.failures import failed_indices
from atomglass.study.store.study_store import StudyStore


@dataclass(frozen=True)
class ChainStatus:
    """The status of one chain.

    Attributes
    ----------
    chain : int
        Number of the chain.
    state : str
        `done`, `running`, `interrupted` (begun, but no process works on it) or `waiting`.
    finished, stored : int
        Number of realizations computed, and number of those that are in shards.
    failed : int
        Number of realizations whose status is not `ok`.
    sweeps : int
        Number of sweeps done and saved.
    rate : float
        Sweeps per second according to its lease; 0 if no process works on it.
    owner : str
        Host and process working on it; empty if none.
    damaged_lease : bool
        Whether its lease is damaged, so that the owner is unknown; the next run replaces it.
    """

    chain: int
    state: str
    finished: int
    stored: int
    failed: int
    sweeps: int
    rate: float
    owner: str
    damaged_lease: bool = False


@dataclass(frozen=True)
class StudyStatus:
    """The status of a study.

    Attributes
    ----------
    chains : list of ChainStatus
        The chains, in order.
    total : int
        Number of realizations in the complete study.
    sweeps_total : int
        Number of sweeps in the complete study.
    rate : float
        Sweeps per second of all running chains together.
    seconds_left : float or None
        Estimated remaining time at this rate, in seconds; None if no rate is known yet.
    """

    chains: list[ChainStatus]
    total: int
    sweeps_total: int
    rate: float
    seconds_left: float | None

    @property
    def finished(self) -> int:
        """Number of realizations computed."""
        return sum(c.finished for c in self.chains)

    @property
    def failed(self) -> int:
        """Number of realizations whose status is not `ok`."""
        return sum(c.failed for c in self.chains)

    @property
    def sweeps(self) -> int:
        """Number of sweeps done and saved."""
        return sum(c.sweeps for c in self.chains)

    def count(self, state: str) -> int:
        """Return the number of chains that are `done`, `running`, `interrupted` or `waiting`."""
        return sum(chain.state == state for chain in self.chains)


def study_status(store: StudyStore) -> StudyStatus:
    """Return the status of a study.

    Raises
    ------
    InputError
        The directory holds joined or published tables, so that nothing of it remains to be run; or there are more
        realizations than the settings say.
    """
    store.require_shards()
    store.require_known_shards()
    ensemble = store.settings.ensemble
    per_chain = ensemble.realizations_per_chain
    sweeps = store.model.steps(store.settings, per_chain - 1)
    chains = [_chain_status(store, chain, per_chain, sweeps) for chain in range(ensemble.chains)]
    rate = sum(c.rate for c in chains)
    left = ensemble.chains * sweeps - sum(c.sweeps for c in chains)
    return StudyStatus(
        chains, ensemble.chains * per_chain, ensemble.chains * sweeps, rate, left / rate if rate else None
    )


def _chain_status(store: StudyStore, chain: int, per_chain: int, sweeps_total: int) -> ChainStatus:
    stored = min(store.stored(chain), per_chain)
    head = read_head(store.checkpoint_path(chain)) or {}
    path = store.lease_folder / f"{chain:05d}.json"
    lease = read_lease(path) if stored < per_chain else None
    damaged = lease is None and stored < per_chain and path.exists()
    identity = ProcessIdentity.from_text(lease["owner"]) if lease else None
    running = identity is not None and not is_dead(identity)
    finished = max(stored, min(head.get("index", 0), per_chain) if stored < per_chain else 0)
    begun = bool(finished or head)
    state = "done" if stored == per_chain else "running" if running else "interrupted" if begun else "waiting"
    failed = head["failed"] if "failed" in head else len(failed_indices(store, chain))
    sweeps = sweeps_total if state == "done" else min(head.get("sweep", 0), sweeps_total)
    rate = lease["sweeps"] / lease["seconds"] if running and lease and lease["seconds"] > 0 else 0.0
    owner = f"{identity.host}:{identity.process}" if running and identity else ""
    return ChainStatus(chain, state, finished, stored, failed, sweeps, rate, owner, damaged)
