"""Atomic writing: a file is complete or absent, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atomglass.io.atomic import create, remove_stale_temporaries, replace, replacing


def test_replacing_an_existing_file_keeps_the_previous_one_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"one")
    replace(path, b"two", previous=tmp_path / "previous")
    assert path.read_bytes() == b"two" and (tmp_path / "previous").read_bytes() == b"one"
    assert sorted(os.listdir(tmp_path)) == ["file", "previous"]


def test_an_exception_while_writing_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["file"]


def test_a_file_is_created_only_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert create(path, b"first") and not create(path, b"second")
    assert path.read_bytes() == b"first" and os.listdir(tmp_path) == ["file"]


def test_temporary_files_of_dead_processes_alone_are_removed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from atomglass.io.atomic import replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as file:\n    file.write(b'x'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], check=False)
    assert len(os.listdir(tmp_path)) == 1
    with replacing(tmp_path / "other") as file:
        remove_stale_temporaries(tmp_path)
        assert len(os.listdir(tmp_path)) == 1, "only that of the dead process must be removed"
        file.write(b"y")
    assert os.listdir(tmp_path) == ["other"]
