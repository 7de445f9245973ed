"""Damaged, edited and foreign files of a study: recovered from, or refused with one line; never a traceback."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from studies import Silent, same_tables
from study_runs import edit_manifest, said

from atomglass.errors import InputError
from atomglass.io.atomic import is_temporary
from atomglass.io.json_content import parse_json, parse_object
from atomglass.io.process_identity import ProcessIdentity
from atomglass.study import registry
from atomglass.study.archive import join as joining
from atomglass.study.archive.join import join_studies
from atomglass.study.archive.publish import publish_tables
from atomglass.study.collect import collect, write_frame
from atomglass.study.execution import leases
from atomglass.study.execution.leases import Leases, read_lease
from atomglass.study.execution.runners import run_serial
from atomglass.study.execution.shutdown import StopRequest
from atomglass.study.followup.part_files import read_part, write_part
from atomglass.study.load import load_study
from atomglass.study.registry import read_study
from atomglass.study.status import study_status
from atomglass.study.store.checksums import SUMS, checked_table
from atomglass.study.store.manifest import read_manifest, sealed
from atomglass.study.store.study_store import StudyStore


@pytest.fixture
def study(undisturbed: Path, tmp_path: Path) -> Path:
    """A collected study that may be damaged."""
    return Path(shutil.copytree(undisturbed, tmp_path / "study"))


class Lines(Silent):
    """Progress that keeps the lines it should show."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def notice(self, text: str) -> None:
        self.lines.append(text)


# --------------------------------------------------------------------------- leases

DAMAGED = [
    b"", b"[]", b"null", b'"text"', b"[" * 5000, b"9" * 5000, b"\xff\xfe" * 40, b"\0" * 501, b'{"owner": 3}',
    b'{"owner": "a~b~1~2", "run": "x", "beats": 0, "sweeps": "many", "seconds": 0}',
    b'{"owner": "a~b~' + "\N{SUPERSCRIPT TWO}".encode() + b'~2", "run": "x", "beats": 0, "sweeps": 0, "seconds": 0}',
]  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_lease_is_replaced_with_one_line(settings, tmp_path: Path, monkeypatch, content: bytes) -> None:
    monkeypatch.setattr(leases, "DAMAGED_SECONDS", 0.1)
    store = StudyStore.create(tmp_path / "out", settings(chains=1, realizations=1))
    path = store.lease_folder / "00000.json"
    path.write_bytes(content)
    assert read_lease(path) is None
    status = study_status(store).chains[0]
    assert status.damaged_lease and status.state == "waiting"
    progress = Lines()
    assert run_serial(store, progress).complete
    assert len(progress.lines) == 1 and str(path) in progress.lines[0] and not path.exists()


def test_a_folder_in_the_place_of_a_lease_is_set_aside(settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(leases, "DAMAGED_SECONDS", 0.1)
    store = StudyStore.create(tmp_path / "out", settings(chains=1, realizations=1))
    (store.lease_folder / "00000.json").mkdir()
    progress = Lines()
    assert run_serial(store, progress).complete and len(progress.lines) == 1
    assert [path.is_dir() for path in (store.folder / "damaged").iterdir()] == [True]


def test_every_flipped_bit_of_a_lease_is_noticed(tmp_path: Path) -> None:
    assert Leases(tmp_path, "a run").acquire(0)
    path, rng = tmp_path / "00000.json", np.random.default_rng(1)
    whole = path.read_bytes()
    length = len(whole.rstrip())
    for _ in range(200):
        place, bit = int(rng.integers(length)), int(rng.integers(8))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        found = read_lease(path)
        path.write_bytes(whole)
        expected = read_lease(path)
        assert found is None or {key: found.get(key) for key in expected} == expected


def test_text_behind_a_lease_that_is_no_traceback_is_no_crash(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=1, realizations=1))
    owner = f"{ProcessIdentity.current().host}~00000000~1~1"
    gone = {"chain": 0, "owner": owner, "run": "gone", "beats": 0, "sweeps": 0, "seconds": 0.0}
    (store.lease_folder / "00000.json").write_bytes(leases._encoded(gone) + b"noise" * 9)
    assert run_serial(store, Silent()).complete and store.crash_reports.count() == 0


@pytest.mark.parametrize("content", [b"[1]", b"{}", b'[{"index": "x"}]', b"[" * 5000, b'[{"signal": 1}]', b""])
def test_damaged_reports_of_crashes_count_as_none(settings, tmp_path: Path, content: bytes) -> None:
    store = StudyStore.create(tmp_path / "out", settings(chains=1, realizations=1))
    (store.folder / "crashes").mkdir()
    store.crash_reports.path(0).write_bytes(content)
    assert store.crash_reports.count() == 0 and run_serial(store, Silent()).complete


@pytest.mark.parametrize("text", [b"[" * 100_000, b"9" * 5000, b"", b"\xff"])
def test_json_that_cannot_be_read_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):
        parse_json(text)
    with pytest.raises(ValueError, match="not a JSON object"):
        parse_object(b"[1]")


# --------------------------------------------------------------------------- manifests

EDITS = [
    ("ensemble", "chains", 2), ("ensemble", "chains", 9), ("ensemble", "realizations_per_chain", 4),
    ("ensemble", "keep_configurations", "none"), ("sample", "temperature", 0.4), ("modes", "below", 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("section", "key", "value"), EDITS)
def test_an_edited_manifest_is_refused_by_everything(study: Path, study_file, section: str, key: str, value) -> None:
    path = study / "study.json"
    manifest = json.loads(path.read_text())
    manifest["settings"][section][key] = value
    path.write_text(json.dumps(manifest))
    for call in (StudyStore, load_study, lambda folder: publish_tables(folder, folder.parent / "made")):
        with pytest.raises(InputError, match=r"study\.json was edited"):
            call(study)
    with pytest.raises(InputError, match=r"study\.json was edited"):
        StudyStore.create(study, read_study(study_file()))


def test_name_and_description_may_be_edited(study: Path) -> None:
    path = study / "study.json"
    manifest = json.loads(path.read_text())
    manifest["settings"] |= {"name": "another [red]name[/red]", "description": "and a description"}
    path.write_text(json.dumps(manifest))
    assert "another [red]name[/red]" in said("status", study)
    assert load_study(study).settings["description"] == "and a description"


@pytest.mark.parametrize(("key", "value"), [("chains", 2), ("realizations_per_chain", 4)])
def test_an_older_manifest_hides_no_realizations(study: Path, study_file, key: str, value: int) -> None:
    """As if a copy from before `--extend` had been restored: its digest fits."""
    edit_manifest(study, lambda manifest: manifest["settings"]["ensemble"].update({key: value}))
    store = StudyStore(study)
    for call in (collect, study_status):
        with pytest.raises(InputError, match="is beyond the"):
            call(store)
    with pytest.raises(InputError, match="--extend"):
        StudyStore.create(study, store.settings.model_copy())
    StudyStore.create(study, read_study(study_file()), extend=True)
    assert study_status(StudyStore(study)).finished == 15


@pytest.mark.parametrize("key", ["settings", "kernel_version"])
@pytest.mark.parametrize("value", [None, [], 2.5, {"a": 1}])
def test_entries_of_other_types_are_refused(study: Path, key: str, value) -> None:
    if (key, value) == ("settings", {"a": 1}):
        pytest.skip("a dictionary is what it is")
    manifest = json.loads((study / "study.json").read_text()) | {key: value}
    manifest.pop("digest")
    (study / "study.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"study\.json is damaged"):
        read_manifest(study)


def test_a_manifest_without_a_digest_is_read(study: Path) -> None:
    manifest = json.loads((study / "study.json").read_text())
    del manifest["digest"]
    (study / "study.json").write_text(json.dumps(manifest))
    assert len(load_study(study).realizations) == 15
    assert json.loads(sealed(manifest))["digest"] == json.loads(sealed(manifest | {"digest": "x"}))["digest"]


# --------------------------------------------------------------------------- models of other packages

MODEL = """
import pathlib
import numpy as np
from atomglass.settings import Settings
from atomglass.study.protocol import FLOAT, Column, RealizationModel
pathlib.Path("imported").touch()
class Section(Settings):
    scale: float = 1.0
def realize(section, rng):
    row = {"status": "ok", "reason": "", "total": 1.0}
    return [{"frequency": float(x)} for x in section.scale * rng.random(2)], row
MODEL = RealizationModel("drawn", 1, Section, realize, (Column("total", FLOAT, "epsilon", "a sum"),),
                         (Column("frequency", FLOAT, "omega", "drawn"),))
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch) -> Path:
    """A study of a model that is defined outside the package, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._loaded.cache_clear()
    (tmp_path / "drawn_model.py").write_text(MODEL)
    (tmp_path / "drawn.toml").write_text(
        'name = "drawn"\nmodel = "drawn_model:MODEL"\nseed = 1\n[drawn]\nscale = 2.0\n'
        "[ensemble]\nchains = 2\nrealizations_per_chain = 3\n"
    )
    said("run", "drawn.toml", "--out", "out")
    yield tmp_path / "out"
    sys.modules.pop("drawn_model", None)


def test_a_module_named_in_a_stored_study_is_not_imported(foreign: Path) -> None:
    sys.modules.pop("drawn_model")
    (foreign.parent / "imported").unlink()
    assert "6 of 6" in said("status", foreign)
    said("collect", foreign)
    study = load_study(foreign)
    assert len(study.realizations) == 6 and len(study.modes) == 12 and study.modes["frequency"].max() < 2
    meaning = study.columns.set_index("column").loc["total"]
    assert (meaning["unit"], meaning["meaning"]) == ("epsilon", "a sum")
    said("publish", foreign, "--out", foreign.parent / "made")
    assert not (foreign.parent / "imported").exists()
    with pytest.raises(InputError, match="a study of glasses"):
        join_studies([foreign, foreign], foreign.parent / "joined")


def test_a_stored_model_that_is_missing_stops_only_run(foreign: Path) -> None:
    sys.modules.pop("drawn_model")
    registry._loaded.cache_clear()
    (foreign.parent / "drawn_model.py").unlink()
    said("status", foreign)
    said("collect", foreign)
    with pytest.raises(InputError, match="cannot be loaded"):
        StudyStore(foreign, load_model=True)


# --------------------------------------------------------------------------- tables

FOREIGN = {
    "a missing number": lambda t: t.drop(columns=["chain"]),
    "text for numbers": lambda t: t.assign(frequency=t["frequency"].astype(str)),
    "lists": lambda t: t.assign(frequency=[[1.0]] * len(t)),
    "missing values": lambda t: t.assign(realization=None),
    "fractions": lambda t: t.assign(realization=t["realization"] + 0.5),
    "negative": lambda t: t.assign(chain=-1),
    "huge": lambda t: t.assign(realization=2**62),
    "another table": lambda t: pd.DataFrame({"a": [1]}),
}


@pytest.mark.parametrize("change", FOREIGN)
def test_a_table_that_is_not_of_a_study_is_refused(study: Path, change: str) -> None:
    (study / SUMS).unlink()
    table = FOREIGN[change](pd.read_parquet(study / "modes.parquet"))
    table.to_parquet(study / "modes.parquet")
    for call in (load_study, lambda folder: publish_tables(folder, folder.parent / "made")):
        with pytest.raises(InputError, match=r"modes\.parquet") as refused:
            call(study)
        assert "\n" not in str(refused.value)
    assert not (study.parent / "made").exists()


def test_a_realization_that_occurs_twice_is_refused(study: Path) -> None:
    (study / SUMS).unlink()
    table = pd.read_parquet(study / "realizations.parquet")
    pd.concat([table, table.head(1)]).to_parquet(study / "realizations.parquet")
    with pytest.raises(InputError, match="occurs twice"):
        load_study(study)


def test_derived_tables_are_listed_and_stay_listed(study: Path) -> None:
    frame = pd.DataFrame({"realization": [0, 1], "chain": [0, 0], "outcome": ["a", "b"]})
    write_frame(study / "wells.parquet", frame)
    collect(StudyStore(study))
    assert "wells.parquet" in (study / SUMS).read_text() and "modes.parquet" in (study / SUMS).read_text()
    content = bytearray((study / "wells.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (study / "wells.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"wells\.parquet is damaged.*atomglass wells"):
        checked_table(study / "wells.parquet")


def test_a_collection_that_fails_leaves_the_checksums(study: Path) -> None:
    before = (study / SUMS).read_bytes()
    shutil.rmtree(study / "shards")
    with pytest.raises(InputError, match="collected already"):
        collect(StudyStore(study))
    assert (study / SUMS).read_bytes() == before


def test_damaged_rows_of_a_chain_are_computed_again(tmp_path: Path) -> None:
    path, rng = tmp_path / "00000-2.parquet", np.random.default_rng(2)
    frame = pd.DataFrame({"realization": [0, 1], "x": [0.5, np.nan], "outcome": ["a", None], "empty": [None, None]})
    assert read_part(path) is None
    write_part(path, frame)
    pd.testing.assert_frame_equal(read_part(path), frame)
    whole = path.read_bytes()
    for _ in range(60):
        place, bit = int(rng.integers(len(whole))), int(rng.integers(8))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        try:
            found = read_part(path)
        except UserWarning:
            continue
        if found is not None:
            pd.testing.assert_frame_equal(found, frame)


# --------------------------------------------------------------------------- results that are written as a whole


@pytest.fixture
def two(study: Path) -> list[Path]:
    """Two studies that differ in their seeds."""
    other = Path(shutil.copytree(study, study.parent / "other"))
    edit_manifest(other, lambda manifest: manifest["settings"].update(seed=8))
    return [study, other]


def test_a_join_that_fails_leaves_nothing_and_can_be_repeated(two: list[Path], monkeypatch) -> None:
    out, whole, calls = two[0].parent / "joined", joining.replace, []

    def full(path: Path, content: bytes) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(joining, "replace", full)
    with pytest.raises(OSError, match="No space"):
        join_studies(two, out)
    assert sorted(path.name for path in two[0].parent.iterdir() if path.is_dir()) == ["other", "study"]
    monkeypatch.undo()
    written = join_studies(two, out)
    assert all(path.is_file() for path in written) and len(load_study(out).realizations) == 30
    join_studies(two, out)  # as if it had been killed when all was written
    assert len(load_study(out).realizations) == 30
    with pytest.raises(InputError, match="holds files"):
        join_studies(two[::-1], out)


def test_what_a_killed_process_left_is_removed(two: list[Path]) -> None:
    owner = f"{ProcessIdentity.current().host}~00000000~1~1"
    leftover = two[0].parent / f".joined.1234@{owner}.aside"
    leftover.mkdir()
    (leftover / "modes.parquet").write_bytes(b"half")
    assert is_temporary(leftover)
    join_studies(two, two[0].parent / "joined")
    assert not leftover.exists()
    made = two[0].parent / "made"
    made.mkdir()
    (made / f".modes.parquet.1234@{owner}.aside").write_bytes(b"half")
    publish_tables(two[0], made)
    assert len(load_study(made).realizations) == 15 and not list(made.glob(".*"))


# --------------------------------------------------------------------------- signals


def test_a_signal_before_the_first_output_stops_a_run(study_file, tmp_path: Path) -> None:
    """Blocked while the program is imported, it is delivered when the run can stop."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
    stop = StopRequest()
    with stop.on_signals():
        end = time.monotonic() + 5
        while not stop.is_set() and time.monotonic() < end:
            time.sleep(0.01)
    assert stop.reason == "signal SIGTERM"


def test_tables_do_not_depend_on_a_damaged_lease(undisturbed: Path, settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(leases, "DAMAGED_SECONDS", 0.1)
    store = StudyStore.create(tmp_path / "out", settings())
    (store.lease_folder / "00001.json").write_bytes(b"{")
    assert run_serial(store, Lines()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)
