"""The quasi-localized modes of the glasses that a study kept, recomputed with their displacement fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from atomglass.errors import InputError, shell_command
from atomglass.study.collected_tables import quasi_localized
from atomglass.study.models.glass_realization import glass_modes
from atomglass.study.store.inherent_states import kept_configurations
from atomglass.study.store.study_store import StudyStore
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.expansion import Expansion, expand_all
from atomglass.vibrations.hessian import ReducedHessian

#: Largest relative difference between the frequency of a recomputed mode and that in the table.
FREQUENCY_TOLERANCE = 1e-6


@dataclass(frozen=True)
class KeptMode:
    """One quasi-localized mode.

    Attributes
    ----------
    row : Series
        Row of the mode in the table of modes.
    configuration : Configuration
        The inherent state.
    expansion : Expansion
        Expansion of the energy along the mode; its `direction`, of shape (N, d), is the eigenvector.
    """

    row: pd.Series
    configuration: Configuration
    expansion: Expansion


def kept_modes(folder: str | Path, modes: pd.DataFrame, chains: range | None = None) -> Iterator[KeptMode]:
    """Yield the quasi-localized modes of the glasses that a study kept, in order.

    Parameters
    ----------
    folder : str or Path
        The study's directory.
    modes : DataFrame
        The study's table of modes.
    chains : range, optional
        Only these chains; all by default.

    Raises
    ------
    InputError
        The recomputed modes differ from those in the table, which must belong to another study or program version; or a
        glass with quasi-localized modes was not kept.
    """
    store = StudyStore(Path(folder))
    store.require_glasses()
    settings, potential = store.settings, store.settings.pair_potential
    selected = quasi_localized(modes)
    selected = selected if chains is None else selected[selected["chain"].isin(chains)]
    rows = dict(iter(selected.groupby("realization")))
    for number, glass in kept_configurations(folder, chains):
        if number not in rows:
            continue
        expected = rows.pop(number)
        pairs = InteractingPairs.of(glass, potential)
        reduced = ReducedHessian(pairs)
        found = glass_modes(reduced, settings.modes, float(expected["first_phonon_frequency"].iloc[0]))
        places = expected["mode"].to_numpy()
        expansions = expand_all(pairs, found.eigenvectors[places[places < len(found)]])
        for k, (_, row) in enumerate(expected.iterrows()):
            if k >= len(expansions) or abs(found.frequencies[row["mode"]] / row["frequency"] - 1) > FREQUENCY_TOLERANCE:
                raise InputError(
                    f"mode {row['mode']} of realization {number} was not found in its kept glass",
                    remedy=f"run `{shell_command('atomglass', 'collect', str(folder))}`: tables and glasses must fit",
                )
            yield KeptMode(row, glass, expansions[k])
    if rows:
        raise InputError(
            f"the glass of realization {min(rows)} is not in {folder}, nor are those of {len(rows) - 1} others with "
            "quasi-localized modes",
            remedy='ensemble.keep_configurations = "qlm" in the study\'s file keeps them; published tables lack them',
        )
