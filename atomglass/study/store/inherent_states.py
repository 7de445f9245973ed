"""Read the inherent states that a study kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atomglass.errors import InputError
from atomglass.study.errors import DamagedShard
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration
from atomglass.types import typed_arguments


@typed_arguments
def load_configuration(folder: str | Path, realization: int) -> Configuration:
    """Return the inherent state of one realization of a study.

    Parameters
    ----------
    folder : str or Path
        The study's directory.
    realization : int
        Number of the realization in the study, as in the column `realization` of the tables.

    Returns
    -------
    Configuration
        The inherent state. Particle i is the same particle in all realizations of a chain: swap moves exchange
        diameters, and positions are not wrapped into the box.

    Raises
    ------
    InputError
        There is no such study or realization, or its inherent state was not kept.

    Examples
    --------
    >>> from atomglass.cli.main import app
    >>> app("run tiny --out study".split(), standalone_mode=False)
    study tiny: 1 chains of 2 glasses...
    >>> len(ag.load_configuration("study", 1))
    64
    """
    store = StudyStore(Path(folder))
    store.require_glasses()
    _require_inherent_states(store)
    numbering = store.settings.ensemble.numbering
    count = numbering.count
    if not 0 <= realization < count:
        raise InputError(
            "realization", realization, f"0 to {count - 1}", f"the study in {folder} has {count} realizations"
        )
    chain, index = map(int, numbering.places(realization))
    for span in store.shard_ranges(chain):
        if span[0] <= index < span[1]:
            found = _read(store, chain, span).get(index)
            if found is not None:
                return found
    raise InputError(
        f"the inherent state of realization {realization} is not in {folder}",
        remedy="ensemble.keep_configurations in the study's file says which are kept: qlm (those with quasi-localized "
        "modes), all, or none",
    )


def kept_configurations(folder: str | Path, chains: range | None = None) -> Iterator[tuple[int, Configuration]]:
    """Yield (realization, inherent state) of every glass that a study kept, in order.

    Only one file is in memory at a time.

    Parameters
    ----------
    folder : str or Path
        The study's directory.
    chains : range, optional
        Only these chains; all by default.

    Raises
    ------
    InputError
        There is no such study, or one of its files is damaged.

    Examples
    --------
    >>> from atomglass.cli.main import app
    >>> app("run tiny --out study".split(), standalone_mode=False)
    study tiny: 1 chains of 2 glasses...
    >>> [(number, len(glass)) for number, glass in ag.kept_configurations("study")]
    [(1, 64)]
    """
    store = StudyStore(Path(folder))
    _require_inherent_states(store)
    ensemble = store.settings.ensemble
    for chain in range(ensemble.chains) if chains is None else chains:
        end = 0
        for span in store.shard_ranges(chain):
            for index, state in sorted(_read(store, chain, span).items()):
                if index >= end:  # shards of a resumed chain may overlap
                    yield int(ensemble.numbering.numbers(chain, index)), state
            end = max(end, span[1])


def _require_inherent_states(store: StudyStore) -> None:
    if store.has_tables_alone:
        raise InputError(
            f"{store.folder} holds joined or published tables, without inherent states",
            remedy="those that were kept are in the directory in which the study was run",
        )


def _read(store: StudyStore, chain: int, span: tuple[int, int]) -> dict[int, Configuration]:
    try:
        return store.read_configurations(chain, span)
    except DamagedShard as why:
        raise InputError(
            f"chain {chain}, realizations {span[0]} to {span[1] - 1} of {store.folder}: {why}",
            remedy="run the study again: it recomputes what is damaged",
        ) from None
