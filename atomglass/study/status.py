"""How far a study is, from names and first lines of files alone."""

from __future__ import annotations

from dataclasses import dataclass

from atomglass.io.process_identity import Identity, is_dead
from atomglass.study.execution.leases import read_claim
from atomglass.study.store.checkpoints import read_head
from atomglass.study.store.shards import DamagedShard
from atomglass.study.store.study_store import StudyStore


@dataclass(frozen=True)
class ChainState:
    """How far a chain is.

    Attributes
    ----------
    chain : int
        Its number.
    word : str
        `done`, `running`, `interrupted` (begun, and nobody works on it) or `waiting`.
    finished, published : int
        Realizations computed, and those of them in shards.
    failed : int
        Realizations with another status than `ok`.
    sweeps : int
        Sweeps sampled and kept.
    rate : float
        Sweeps a second, by its claim; 0 where nobody works on it.
    owner : str
        Host and process that work on it; empty if none.
    """

    chain: int
    word: str
    finished: int
    published: int
    failed: int
    sweeps: int
    rate: float
    owner: str


@dataclass(frozen=True)
class Survey:
    """How far a study is.

    Attributes
    ----------
    chains : list of ChainState
        Each of them.
    total : int
        Realizations asked for.
    sweeps_total : int
        Sweeps that the whole study takes.
    rate : float
        Sweeps a second, of all chains that are being run.
    seconds_left : float or None
        At this rate; None while nothing runs, or too short to tell.
    """

    chains: list[ChainState]
    total: int
    sweeps_total: int
    rate: float
    seconds_left: float | None

    @property
    def finished(self) -> int:
        """Realizations computed."""
        return sum(c.finished for c in self.chains)

    @property
    def failed(self) -> int:
        """Realizations with another status than `ok`."""
        return sum(c.failed for c in self.chains)

    @property
    def sweeps(self) -> int:
        """Sweeps sampled and kept."""
        return sum(c.sweeps for c in self.chains)

    def count(self, word: str) -> int:
        """Return how many chains are `done`, `running`, `interrupted` or `waiting`."""
        return sum(c.word == word for c in self.chains)


def survey(store: StudyStore) -> Survey:
    """Return how far a study is."""
    ensemble = store.settings.ensemble
    per_chain = ensemble.realizations_per_chain
    sweeps = store.model.steps(store.settings, per_chain - 1)
    chains = [_state(store, chain, per_chain, sweeps) for chain in range(ensemble.chains)]
    rate = sum(c.rate for c in chains)
    left = ensemble.chains * sweeps - sum(c.sweeps for c in chains)
    return Survey(chains, ensemble.chains * per_chain, ensemble.chains * sweeps, rate, left / rate if rate else None)


def _state(store: StudyStore, chain: int, per_chain: int, sweeps: int) -> ChainState:
    published = min(store.published(chain), per_chain)
    head = read_head(store.checkpoint_path(chain)) or {}
    claim = read_claim(store.folder / "claims" / f"{chain:05d}.json") if published < per_chain else None
    identity = Identity.from_text(claim.get("owner", "")) if claim else None
    running = identity is not None and not is_dead(identity)
    finished = max(published, min(head.get("index", 0), per_chain) if published < per_chain else 0)
    begun = bool(finished or head)
    word = "done" if published == per_chain else "running" if running else "interrupted" if begun else "waiting"
    failed = head["failed"] if "failed" in head else _count_failed(store, chain)
    at = sweeps if word == "done" else min(head.get("sweep", 0), sweeps)
    rate = claim["sweeps"] / claim["seconds"] if running and claim and claim["seconds"] > 0 else 0.0
    owner = f"{identity.host}:{identity.process}" if running and identity else ""
    return ChainState(chain, word, finished, published, failed, at, rate, owner)


def _count_failed(store: StudyStore, chain: int) -> int:
    """Count in the shards themselves, where the checkpoint is lost."""
    failed: set[int] = set()
    for span in store.shard_ranges(chain):
        try:
            rows = store.read_shard(chain, span).realizations
        except DamagedShard:
            continue
        pairs = zip(rows["index_in_chain"].to_pylist(), rows["status"].to_pylist(), strict=True)
        failed |= {index for index, status in pairs if status != "ok"}
    return len(failed)
