"""Settings of the documentation site: `make docs`, or `sphinx-build -W --keep-going docs build/docs`.

The pages are Markdown files that can also be read on a plain Git host. What is made from code or stands outside of this
folder (the references, the notebooks, the README files of other folders) is written to `docs/_generated` first.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx_gallery.sorting import FileNameSortKey

import atomglass

DOCS = Path(__file__).parent
ROOT, GENERATED = DOCS.parent, DOCS / "_generated"

project = "atomglass"
author = "The atomglass developers"
copyright = "The atomglass developers; code under the BSD 3-clause license, data under CC BY 4.0"
version = release = atomglass.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
# The first is the one that stubs of the references get.
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
root_doc = "index"
# README.md lists the pages for readers on a Git host; on the site the index does.
exclude_patterns = [
    "README.md",
    "gallery",
    "reports",
    "_generated/gallery/*.ipynb",
    "_generated/gallery/*.py",
    "**/sg_execution_times.rst",
    "sg_execution_times.rst",
]

# Pages
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
nb_execution_mode = "off"  # the notebooks hold their outputs; `make examples` executes them
suppress_warnings = ["config.cache"]  # functions in the settings of the gallery cannot be cached

# References from docstrings
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Figures with their code: the scripts run in their own folder.
sphinx_gallery_conf = {
    "examples_dirs": str(DOCS / "gallery"),
    "gallery_dirs": "_generated/gallery",
    "within_subsection_order": FileNameSortKey,
    "filename_pattern": r"\.py$",
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 1e9,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "image_scrapers": ("matplotlib",),
    "thumbnail_size": (400, 280),
}

# Looks
html_theme = "pydata_sphinx_theme"
html_title = "atomglass"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "header_links_before_dropdown": 7,
    "show_nav_level": 1,
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"index": []}
# The address of the repository, once `pyproject.toml` states it.
if repository := tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("urls", {}).get("Repository"):
    icon = {"name": "Repository", "url": repository, "icon": "fa-brands fa-git-alt"}
    html_theme_options["icon_links"] = [icon]
    html_theme_options["navbar_end"] = ["theme-switcher", "navbar-icon-links"]
copybutton_exclude = ".linenos, .gp, .go"

#: Pages of other folders that the site shows, and their names in `_generated`.
OUTSIDE = {
    "data/README.md": "data.md",
    "potentials/README.md": "potential_files.md",
    "workflows/README.md": "study_files.md",
    "slurm/README.md": "batch_scripts.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
#: Titles of the pages that have no heading of their own.
TITLES = {
    "potentials/README.md": "Files of potentials",
    "workflows/README.md": "Files of studies",
    "slurm/README.md": "Batch scripts",
}
#: Sections of the list of functions: the folders of the package that the public names live in.
SECTIONS = {
    "system": "Configurations, potentials, energies",
    "io": "Files",
    "sampling": "Sampling",
    "minimization": "Quenches",
    "vibrations": "Modes, expansions, moduli",
    "ase_calculator": "ASE",
    "landscape": "Two-level systems",
    "study": "Studies",
    "errors": "Errors",
}
#: What stands in backticks, or a bar outside of them that no backslash precedes.
LITERAL_OR_BAR = re.compile(r"``.*?``|`[^`]*`_?|(?<!\\)\|")
#: A link whose text is the name of a page's file: the site shows the title instead.
NAMED_BY_FILE = re.compile(r"\[`?[\w/.]+\.md`?\]\((?=[^)]*\.md)")
LINK = re.compile(r"\]\(([^)#: ]+)(#[^) ]*)?\)")


def write_generated(app: Sphinx, config: object) -> None:
    """Write the pages that are made from code or that stand in other folders."""
    GENERATED.mkdir(exist_ok=True)
    for outside, name in OUTSIDE.items():
        text = (ROOT / outside).read_text(encoding="utf-8")
        title = TITLES.get(outside)
        _write(GENERATED / name, relinked(f"# {title}\n\n{text}" if title else text, (ROOT / outside).parent))
    _write(GENERATED / "commands.md", commands())
    _write(GENERATED / "api.rst", public_names())
    for notebook in sorted((ROOT / "examples").glob("*.ipynb")):
        _write(GENERATED / notebook.name, notebook.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    """Write a file if its text has changed, so that Sphinx reads again only what did."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def relinked(text: str, folder: Path) -> str:
    """Return a page of some folder with its links as the site needs them: absolute, from `docs`."""

    def place(match: re.Match[str]) -> str:
        target, anchor = (folder / match[1]).resolve(), match[2] or ""
        name = target.relative_to(ROOT).as_posix() if target.is_relative_to(ROOT) else ""
        if name in OUTSIDE:
            return f"](/_generated/{OUTSIDE[name]}{anchor})"
        if name in ("docs/README.md", "docs", "README.md"):
            return "](/index.md)"
        if target.is_file() and target.is_relative_to(DOCS):
            return f"](/{target.relative_to(DOCS).as_posix()}{anchor})"
        if target.suffix == ".ipynb":
            return f"](/_generated/{target.name})"
        if target.is_file() and name:
            return f"]({os.path.relpath(target, folder if folder.is_relative_to(DOCS) else GENERATED)})"
        return match[0]

    return LINK.sub(place, NAMED_BY_FILE.sub("[](", text))


def read_source(app: Sphinx, docname: str, content: list[str]) -> None:
    """Let the links of a page to other folders lead to where the site shows them."""
    if docname.startswith("_generated") or app.env.doc2path(docname).suffix != ".md":
        return
    content[0] = relinked(content[0], (DOCS / docname).parent)


def commands() -> str:
    """Return the page of all commands, from their help."""
    import typer
    from typer.cli import get_docs_for_click

    from atomglass.cli.main import app as application

    command = typer.main.get_command(application)
    context = typer.Context(command, info_name="atomglass")
    text = get_docs_for_click(obj=command, ctx=context, name="atomglass", title="Commands")
    return "".join(line for line in text.splitlines(keepends=True) if "--install-completion" not in line)


def public_names() -> str:
    """Return the page of all public names, in the order of the package's folders."""
    homes = {name: home.split(".")[0] for name, home in atomglass._HOME.items() if home != "__about__"}
    if unknown := set(homes.values()) - set(SECTIONS):
        raise RuntimeError(f"docs/conf.py has no section for {sorted(unknown)}")
    lines = ["Functions and classes", "=====================", "", "``import atomglass as ag``", ""]
    for folder, title in SECTIONS.items():
        lines += [title, "-" * len(title), "", ".. currentmodule:: atomglass", ""]
        lines += [".. autosummary::", "   :toctree: api", "   :nosignatures:", ""]
        lines += [f"   {name}" for name, home in homes.items() if home == folder] + [""]
    return "\n".join(lines)


def escape_bars(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Escape |x| in docstrings, an absolute value that reStructuredText would take for a substitution."""
    lines[:] = [LITERAL_OR_BAR.sub(lambda match: r"\|" if match[0] == "|" else match[0], line) for line in lines]


def setup(app: Sphinx) -> None:
    """Register what is done before and while the pages are read."""
    app.add_lexer("lammps", TextLexer)
    app.connect("config-inited", write_generated)
    app.connect("source-read", read_source)
    app.connect("autodoc-process-docstring", escape_bars, priority=900)
