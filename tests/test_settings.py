"""Settings read from TOML: what is accepted, how each mistake is named, and which shipped files are found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, field_serializer, model_validator
from pydantic_core import PydanticSerializationError

from atomglass import settings as settings_module
from atomglass.errors import InputError
from atomglass.settings import Settings, find_toml, read_toml, shipped_folder, validated


class Sampling(Settings):
    temperature: float = Field(gt=0)
    sweeps: int = Field(ge=0)
    sizes: Literal["iid", "quantile"] = "iid"
    tuned: bool = True


class Serial(Settings):
    kind: Literal["serial"]
    workers: int = 1


class Parallel(Settings):
    kind: Literal["mpi"]
    ranks: int = 2


class Window(Settings):
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Window:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low} must be below high = {self.high}")
        return self


class Study(Settings):
    seed: int
    box: tuple[float, ...] = ()
    sampling: Sampling
    window: Window | None = None
    stages: list[Sampling] = Field(default=[])
    runner: Annotated[Serial | Parallel, Field(discriminator="kind")] | None = None


def study(**changes: object) -> dict[str, object]:
    return {"seed": 1, "sampling": {"temperature": 0.1, "sweeps": 10}} | changes


def mistake(data: dict[str, object]) -> str:
    """Return the message about the only mistake in these settings, a single line."""
    with pytest.raises(InputError) as caught:
        validated(Study, data, "study.toml")
    message = str(caught.value)
    assert message.startswith("study.toml: ")
    assert "\n" not in message
    return message


# --- reading TOML -----------------------------------------------------------------------------------------------------


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "été"\n[sampling]\nsweeps = 3\n', encoding="utf-8")
    assert read_toml(path) == {"name": "été", "sampling": {"sweeps": 3}}


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 1\r\n")
    assert read_toml(path) == {"seed": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"seed = \n", "is not valid TOML .*line 1"),
        (b"seed = 1\nseed = 2\n", "is not valid TOML .*line 2"),
        (b"name = '\xe9t\xe9'\n", "not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\x00", "not UTF-8 text"),
    ],
)
def test_a_file_that_is_not_toml(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_toml(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*nowhere\.toml \(No such file or directory\)"):
        read_toml(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match=r"cannot read .* \(Is a directory\)"):
        read_toml(tmp_path)


# --- checking it ------------------------------------------------------------------------------------------------------


def test_valid_settings_are_accepted_and_frozen() -> None:
    settings = validated(Study, study(box=[1, 2.5], window={"low": 0, "high": 1}), "study.toml")
    assert settings.box == (1.0, 2.5)
    assert settings.sampling.tuned is True
    with pytest.raises(ValueError, match="frozen"):
        settings.seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "key", "suggestion"),
    [
        (study(sed=2), "sed", "seed"),
        (study(sampling={"tempreture": 0.1, "sweeps": 1}), "sampling.tempreture", "temperature"),
        (study(window={"low": 0, "hihg": 1}), "window.hihg", "high"),
        (study(stages=[{"temperature": 1, "sweeps": 1, "size": "iid"}]), "stages.0.size", "sizes"),
        (study(runner={"kind": "mpi", "rank": 3}), "runner.rank", "ranks"),
    ],
)
def test_an_unknown_key_is_named_with_the_most_similar_key(data: dict[str, object], key: str, suggestion: str) -> None:
    message = mistake(data)
    assert f"unknown key {key!r}" in message
    assert f"did you mean {suggestion!r}?" in message


def test_an_unknown_key_similar_to_none_is_named_with_all_keys() -> None:
    message = mistake(study(zzz=1))
    assert "allowed: box, runner, sampling, seed, stages, window" in message
    assert message.endswith("remove it")


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ({"seed": 1}, ["key 'sampling' is missing"]),
        (study(sampling={"sweeps": 1}), ["key 'sampling.temperature' is missing"]),
        (study(sampling={"temperature": -0.1, "sweeps": 1}), ["sampling.temperature is -0.1", "greater than 0"]),
        (study(sampling={"temperature": float("nan"), "sweeps": 1}), ["sampling.temperature is nan", "finite"]),
        (study(sampling={"temperature": float("inf"), "sweeps": 1}), ["sampling.temperature is inf", "finite"]),
        (study(sampling={"temperature": "cold", "sweeps": 1}), ["sampling.temperature is 'cold'", "valid number"]),
        (study(sampling={"temperature": True, "sweeps": 1}), ["sampling.temperature is True", "not true or false"]),
        (study(box=[1, False]), ["box.1 is False", "not true or false"]),
        (study(sampling={"temperature": 1, "sweeps": 1.5}), ["sampling.sweeps is 1.5", "valid integer"]),
        (study(sampling={"temperature": 1, "sweeps": 1, "sizes": "same"}), ["'same'", "'iid' or 'quantile'"]),
        (study(sampling=3), ["sampling is 3"]),
        (study(box=[1.0, "wide"]), ["box.1 is 'wide'"]),
        (study(window={"low": 2, "high": 1}), ["window: low = 2.0 must be below high = 1.0", "correct these keys"]),
    ],
)
def test_each_mistake_is_named(data: dict[str, object], parts: list[str]) -> None:
    message = mistake(data)
    for part in parts:
        assert part in message


def test_a_long_value_is_shortened() -> None:
    message = mistake(study(sampling={"temperature": "9\n" * 1000, "sweeps": 1}))
    assert len(message) < 400


# --- shipped files ----------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in a checkout with two potentials and a workflow; the working folder is elsewhere."""
    for name in ("potentials/kumar2021.toml", "potentials/kumar2021_3d.toml", "workflows/quickstart.toml"):
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a = 1\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setattr(settings_module, "_PACKAGE", tmp_path / "checkout" / "atomglass")
    return tmp_path / "checkout"


@pytest.mark.parametrize("name", ["kumar2021", "kumar2021.toml", "potentials/kumar2021.toml"])
def test_a_shipped_file_is_found_from_any_folder(checkout: Path, name: str) -> None:
    assert find_toml(name, "potentials") == checkout / "potentials" / "kumar2021.toml"


def test_an_installed_package_has_its_files_inside(checkout: Path) -> None:
    inside = checkout / "atomglass" / "potentials"
    inside.mkdir(parents=True)
    (inside / "kumar2021.toml").write_text("a = 2\n")
    assert shipped_folder("potentials") == inside
    assert find_toml("kumar2021", "potentials") == inside / "kumar2021.toml"


def test_a_file_of_the_user_comes_first(checkout: Path) -> None:
    own = Path("kumar2021.toml")
    own.write_text("a = 3\n")
    assert find_toml("kumar2021.toml", "potentials") == own
    assert find_toml(own.resolve(), "potentials") == own.resolve()
    assert find_toml("kumar2021", "potentials") == checkout / "potentials" / "kumar2021.toml"


@pytest.mark.parametrize("name", ["kumer2021", "mine/kumar2021", "kumar2021.tom"])
def test_a_misspelled_name(checkout: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        find_toml(name, "potentials")
    assert str(caught.value).startswith(f"potential file is {name!r}; allowed: an existing path, or one of kumar2021, ")
    assert "did you mean 'kumar2021'?" in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 5000, "nul\0", "/", "zzz"])
def test_a_text_that_cannot_be_a_name(checkout: Path, name: str) -> None:
    with pytest.raises(InputError, match="give the path of a TOML file or one of these names"):
        find_toml(name, "potentials")


@pytest.mark.parametrize("name", ["kumar2021", "kumar2021_3d", "kumar2021_smooth", "ipl10"])
def test_the_shipped_potentials_are_found_from_any_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_toml(find_toml(name, "potentials"))["source"]


def test_an_interrupt_within_a_serializer_stays_an_interrupt() -> None:
    class Interrupted(Settings):
        number: int = 1

        @field_serializer("number")
        def _stored(self, number: int) -> int:
            raise KeyboardInterrupt if number == 1 else ArithmeticError

    with pytest.raises(KeyboardInterrupt):
        Interrupted().model_dump()
    with pytest.raises(PydanticSerializationError):
        Interrupted(number=2).model_dump()
