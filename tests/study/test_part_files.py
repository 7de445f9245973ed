"""Chains that are computed by several processes, each of which writes its own file."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import atomglass as ag
from atomglass.study.followup.part_files import compute_chains


def touch(path: Path) -> None:
    path.touch()


def die(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_chain_is_computed_and_counted(tmp_path: Path, workers: int) -> None:
    chains = [tmp_path / str(k) for k in range(3)]
    seen: list[tuple[int, int]] = []
    compute_chains(touch, chains, 5, workers, lambda done, of: seen.append((done, of)))
    assert all(chain.exists() for chain in chains)
    assert seen == [(3, 5), (4, 5), (5, 5)]


def test_a_process_that_dies_ends_the_command_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ag.InputError, match="a process died") as error:
        compute_chains(die, [tmp_path / "a", tmp_path / "b"], 2, 2, lambda done, of: None)
    assert "\n" not in str(error.value)
