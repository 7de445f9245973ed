"""A table that was damaged or changed after it was written is never read in silence."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

import atomglass as ag
from atomglass.study.store.checksums import SUMS, changed_files, checked_table, write_checksums


@pytest.fixture
def folder(tmp_path):
    """A folder with a table and its checksum."""
    rng = np.random.default_rng(1)
    columns = {"realization": np.arange(3000), "chain": np.zeros(3000, int), "b": rng.random(3000)}
    pd.DataFrame(columns).to_parquet(tmp_path / "modes.parquet")
    write_checksums(tmp_path, ["modes.parquet"])
    return tmp_path


def test_the_sums_are_those_of_sha256sum(folder) -> None:
    digest, name = (folder / SUMS).read_text().split()
    assert name == "modes.parquet"
    assert len(digest) == 64
    assert checked_table(folder / "modes.parquet").num_rows == 3000


def test_every_flipped_bit_is_noticed(folder) -> None:
    path, rng = folder / "modes.parquet", np.random.default_rng(2)
    whole = path.read_bytes()
    for _ in range(200):
        place, bit = int(rng.integers(len(whole))), int(rng.integers(8))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        with pytest.raises(ag.InputError, match=r"modes\.parquet is damaged") as refused:
            checked_table(path)
        assert "\n" not in str(refused.value)


def test_tables_cut_short_or_foreign_are_one_line(folder) -> None:
    path = folder / "modes.parquet"
    (folder / SUMS).unlink()
    whole = path.read_bytes()
    for content in (b"", whole[:-1], whole[: len(whole) // 2], b"PAR1", b"something else", whole + b"x"):
        path.write_bytes(content)
        with pytest.raises(ag.InputError, match=r"modes\.parquet is damaged"):
            checked_table(path)


def test_a_damaged_study_is_refused_by_everything_that_reads_it(tmp_path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    for name, table in zip(("modes", "realizations"), fake_study(), strict=True):
        table.to_parquet(study / f"{name}.parquet")
    (study / "study.json").write_text('{"settings": {"name": "fake"}}')
    write_checksums(study, ["modes.parquet", "realizations.parquet"])
    ag.load_study(study)
    for name in ("modes", "realizations"):
        copy = tmp_path / f"copy_{name}"
        shutil.copytree(study, copy)
        content = bytearray((copy / f"{name}.parquet").read_bytes())
        content[len(content) // 2] ^= 4
        (copy / f"{name}.parquet").write_bytes(content)
        with pytest.raises(ag.InputError, match=f"{name}.parquet is damaged"):
            ag.load_study(copy)


def test_a_table_written_by_another_command_in_the_meantime_stays_in_the_list(folder) -> None:
    with changed_files(folder, ["modes.parquet"]):
        shutil.copy(folder / "modes.parquet", folder / "wells.parquet")
        write_checksums(folder, ["wells.parquet"])
    assert sorted(line.split()[1] for line in (folder / SUMS).read_text().splitlines()) == [
        "modes.parquet",
        "wells.parquet",
    ]
    assert checked_table(folder / "wells.parquet").num_rows == 3000
