"""The version, the dependencies and the badges are stated alike wherever they are stated."""

from __future__ import annotations

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import atomglass
from atomglass.__about__ import FALLBACK_VERSION

ROOT = Path(__file__).parents[1]
FILES = (
    "CHANGELOG.md",
    "CITATION.cff",
    "pyproject.toml",
    "environment.yml",
    "recipe/recipe.yaml",
    "atomglass/__about__.py",
)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script, on a copy of the files that it reads."""
    spec = importlib.util.spec_from_file_location("check_release", ROOT / ".ci" / "check_release.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["check_release.py"])
    return module


def test_everything_agrees(check: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "name, old, new, said",
    [
        ("CITATION.cff", f"version: {FALLBACK_VERSION}", "version: 9.9.9", "the version in CITATION.cff is '9.9.9'"),
        ("CITATION.cff", "date-released", "released", "date-released in CITATION.cff is ''"),
        ("recipe/recipe.yaml", f"version: {FALLBACK_VERSION}", "version: 9.9.9", "recipe/recipe.yaml is '9.9.9'"),
        ("atomglass/__about__.py", f'"{FALLBACK_VERSION}"', '"9.9.9"', "FALLBACK_VERSION in atomglass/__about__.py"),
        ("CHANGELOG.md", f"## {FALLBACK_VERSION} - ", "## 9.9.9 - ", "the newest release in CHANGELOG.md is 9.9.9"),
        ("environment.yml", "  - scipy>=1.14\n", "", "environment.yml lacks scipy>=1.14"),
        ("environment.yml", "  - pip\n", "  - jax>=0.5\n", "environment.yml has, but pyproject.toml lacks, jax>=0.5"),
        ("recipe/recipe.yaml", "- numba >=0.61", "- numba >=0.50", "recipe/recipe.yaml lacks numba>=0.61"),
        (
            "CITATION.cff",
            "title:",
            "repository-code: https://example.org\ntitle:",
            "repository-code 'https://example.org'",
        ),
    ],
)
def test_what_disagrees_is_named(
    name: str, old: str, new: str, said: str, check: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    file = check.ROOT / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert check.main() == 1
    assert said in capsys.readouterr().out


def test_a_tag_is_that_of_the_newest_release(check: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(check.release(f"v{FALLBACK_VERSION}")) == []
    assert "the tag is v9.9.9" in next(check.release("v9.9.9"))


def test_the_version_is_one() -> None:
    assert re.match(r"\d+\.\d+\.\d+", atomglass.__version__)


def test_the_badges_are_true() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    figures = ROOT / "docs" / "figures"
    assert f">{project['license']}</text>" in (figures / "badge_license.svg").read_text(encoding="utf-8")
    lowest = project["requires-python"].removeprefix(">=")
    assert f">{lowest} or later</text>" in (figures / "badge_python.svg").read_text(encoding="utf-8")
