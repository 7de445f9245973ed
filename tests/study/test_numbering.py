"""The numbers of realizations: consecutive, and kept for ever when a study is extended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import Silent

import atomglass as ag
from atomglass.errors import InputError
from atomglass.study.archive.join import join_studies
from atomglass.study.archive.portions import publish_portion
from atomglass.study.archive.publish import Cuts
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.followup.pinned_modes import pin_kept_glasses
from atomglass.study.numbering import Numbering
from atomglass.study.settings import EnsembleSettings
from atomglass.study.store.study_store import StudyStore

SIZE = st.integers(1, 5)
GROWTH = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=5)


@given(SIZE, SIZE, GROWTH)
def test_numbers_are_consecutive_and_never_change(chains: int, length: int, growth: list[tuple[int, int]]) -> None:
    numbering, known = Numbering(((chains, length),)), dict[tuple[int, int], int]()
    for more_chains, longer in [(0, 0), *growth]:
        chains, length = chains + more_chains, length + longer
        numbering = numbering.extended(chains, length)
        places = [(chain, index) for chain in range(chains) for index in range(length)]
        numbers = numbering.numbers(*np.array(places).T)
        for place, number in zip(places, numbers, strict=True):
            assert known.setdefault(place, number) == number, "a realization got another number"
        assert sorted(numbers) == list(range(numbering.count)) == list(range(chains * length))
        assert np.stack(numbering.places(numbers), axis=1).tolist() == [list(place) for place in places]
        for chain in range(chains):
            own = [known[chain, index] for index in range(length)]
            assert own == sorted(own), "the numbers of a chain are not in the order of time"


def test_a_study_that_was_never_extended_counts_chain_by_chain() -> None:
    numbering = Numbering(((4, 7),))
    assert numbering.numbers([0, 1, 3], [6, 0, 6]).tolist() == [6, 7, 27]
    assert numbering.extended(9, 7) == Numbering(((9, 7),)), "more chains of the same length follow behind"
    assert numbering.extended(4, 9).numbers([0, 0, 1, 3], [6, 7, 0, 8]).tolist() == [6, 28, 7, 35]


def test_what_the_study_does_not_have_is_refused() -> None:
    numbering = Numbering(((2, 3), (2, 5)))
    for chain, index in ((2, 0), (0, 5)):
        with pytest.raises(InputError, match="the size of the study"):
            numbering.numbers(chain, index)
    for number in (-1, 10):
        with pytest.raises(InputError, match="0 to 9"):
            numbering.places(number)


def test_settings_hold_the_earlier_sizes_only_where_there_are_any() -> None:
    plain = EnsembleSettings(chains=3, realizations_per_chain=5)
    assert "extended_from" not in plain.model_dump(mode="json"), "manifests of all earlier studies are as they were"
    longer = EnsembleSettings(chains=3, realizations_per_chain=5, extended_from=((2, 3),))
    assert EnsembleSettings(**longer.model_dump(mode="json")) == longer
    for sizes in (((2, 5),), ((4, 3),), ((2, 3), (2, 3)), ((3, 3), (2, 4))):
        with pytest.raises(ValueError, match="extended_from must name smaller sizes"):
            EnsembleSettings(chains=3, realizations_per_chain=5, extended_from=sizes)


def _run(folder: Path, settings, extend: bool = False) -> pd.DataFrame:
    """Run and collect a study; return its realizations."""
    store = StudyStore.create(folder, settings, extend)
    assert run_serial(store, Silent()).complete
    return collect(store).realizations.to_pandas()


def _identity(rows: pd.DataFrame) -> list[tuple]:
    return list(rows[["realization", "chain", "index_in_chain", "energy"]].itertuples(index=False, name=None))


def test_what_is_known_of_a_glass_stays_with_it(settings, tmp_path: Path) -> None:
    small = settings(chains=2, realizations=2)
    before = _run(tmp_path / "out", small)
    glasses = {number: ag.load_configuration(tmp_path / "out", number) for number in range(4)}
    pin_kept_glasses(tmp_path / "out", 0.1, 1.5)
    after = _run(tmp_path / "out", settings(chains=3, realizations=3), extend=True)
    assert set(_identity(before)) < set(_identity(after)) and len(after) == 9
    for number, glass in glasses.items():
        assert np.array_equal(ag.load_configuration(tmp_path / "out", number).positions, glass.positions)
    pinned = pin_kept_glasses(tmp_path / "out", 0.1, 1.5).glasses
    assert pinned[["realization", "chain", "index_in_chain"]].equals(after[["realization", "chain", "index_in_chain"]])
    # The file of the study, which knows of no extension, continues it; a file that names another history is refused.
    same = StudyStore.create(tmp_path / "out", settings(chains=3, realizations=3))
    assert same.settings.ensemble.extended_from == ((2, 2),)
    with pytest.raises(InputError, match="extended_from"):
        wrong = same.settings.ensemble.model_copy(update={"extended_from": ((1, 2),)})
        StudyStore.create(tmp_path / "out", same.settings.model_copy(update={"ensemble": wrong}))
    # A new study of the same history has the same tables.
    anew = _run(tmp_path / "anew", same.settings)
    assert anew.equals(after)


def test_extended_studies_are_joined_and_published_in_plain_order(settings, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    _run(one, settings(chains=2, realizations=2))
    extended = _run(one, settings(chains=2, realizations=3), extend=True)
    assert extended["realization"].tolist() == [0, 1, 4, 2, 3, 5]
    second = settings(chains=2, realizations=3)
    plain = _run(other, second.model_copy(update={"seed": 8}))
    join_studies([one, other], tmp_path / "joined")
    for folder in (one, other):
        publish_portion(folder, tmp_path / "published", Cuts())
    for folder in (tmp_path / "joined", tmp_path / "published"):
        whole = ag.load_study(folder).realizations
        assert whole["realization"].tolist() == list(range(12))
        assert (whole["realization"] == 3 * whole["chain"] + whole["index_in_chain"]).all()
        assert whole["energy"].tolist() == [*extended["energy"], *plain["energy"]]
