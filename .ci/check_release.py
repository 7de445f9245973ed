#!/usr/bin/env python3
"""Check that everything that states the version, the dependencies or the addresses of the package states the same.

python .ci/check_release.py           what must always agree
python .ci/check_release.py v0.2.0    and that this tag is what the changelog and the citation speak of
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Packages that conda-forge has under another name.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def main() -> int:
    """Print what disagrees, and return the exit status."""
    tag = sys.argv[1] if len(sys.argv) > 1 else ""
    found = [*versions(), *dependencies(), *addresses(), *release(tag)]
    print("\n".join(found) or f"version {newest_release()[0]}: everything agrees")
    return 1 if found else 0


def read(name: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def first(pattern: str, name: str) -> str:
    """Return what a pattern's group matches first in a file, nothing if it does not."""
    match = re.search(pattern, read(name), flags=re.MULTILINE)
    return match[1] if match else ""


def newest_release() -> tuple[str, str]:
    """Return the version and the date of the newest release in the changelog."""
    match = re.search(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", read("CHANGELOG.md"), flags=re.MULTILINE)
    return (match[1], match[2]) if match else ("", "")


def versions() -> Iterator[str]:
    """Yield every place whose version or date is not that of the newest release."""
    version, date = newest_release()
    if not version:
        yield "CHANGELOG.md names no release, as in `## 0.1.0 - 2026-11-28`"
    stated = {
        "the fallback-version of pyproject.toml": PROJECT["tool"]["hatch"]["version"]["fallback-version"],
        "FALLBACK_VERSION in atomglass/__about__.py": first(r'^FALLBACK_VERSION = "(.*)"$', "atomglass/__about__.py"),
        "the version in CITATION.cff": first(r"^version: (\S+)$", "CITATION.cff"),
        "the version in recipe/recipe.yaml": first(r"^  version: (\d\S*)$", "recipe/recipe.yaml"),
    }
    for place, value in stated.items():
        if value != version:
            yield f"{place} is {value!r}, but the newest release in CHANGELOG.md is {version}"
    if (released := first(r'^date-released: "(.*)"$', "CITATION.cff")) != date:
        yield f"date-released in CITATION.cff is {released!r}, but CHANGELOG.md has {date}"


def dependencies() -> Iterator[str]:
    """Yield every dependency that the files for conda lack or state with another bound, and those that they add."""
    wanted = set()
    for requirement in PROJECT["project"]["dependencies"]:
        name, bound = re.fullmatch(r"([\w-]+)(.*)", requirement).groups()  # type: ignore[union-attr]
        wanted.add(CONDA_NAMES.get(name, name) + bound)
    run = read("recipe/recipe.yaml").split("  run:\n")[1].split("\ntests:")[0]
    for name, text in (("environment.yml", read("environment.yml")), ("recipe/recipe.yaml", run)):
        stated = {item.replace(" ", "") for item in re.findall(r"^\s+- ([\w-]+ ?>=[\d.]+)$", text, flags=re.MULTILINE)}
        stated = {item for item in stated if not item.startswith("python>=")}
        for item in sorted(wanted ^ stated):
            yield f"{name} {'lacks' if item in wanted else 'has, but pyproject.toml lacks,'} {item}"


def addresses() -> Iterator[str]:
    """Yield a line if the citation and the package name different repositories."""
    known = PROJECT["project"].get("urls", {}).get("Repository", "")
    cited = first(r'^repository-code: "?([^"\n]*)"?$', "CITATION.cff")
    if known != cited:
        yield f"the repository is {known!r} in pyproject.toml, and repository-code {cited!r} in CITATION.cff"


def release(tag: str) -> Iterator[str]:
    """Yield a line if a tag is not that of the newest release."""
    version, _ = newest_release()
    if tag and tag != f"v{version}":
        yield f"the tag is {tag}, but the newest release in CHANGELOG.md is {version}"


if __name__ == "__main__":
    sys.exit(main())
