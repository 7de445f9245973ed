"""The commands on theories: list the papers, run one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atomglass.cli.printing import say, show

if TYPE_CHECKING:
    from atomglass.theory.registry import TheoryStatement

#: Width of the tables if the output is not a terminal.
WIDTH = 140

theory_app = typer.Typer(no_args_is_help=True, add_completion=False)


@theory_app.command("list")
def list_papers() -> None:
    """List the papers whose models can be run."""
    from rich.table import Table
    from rich.text import Text

    from atomglass.theory.registry import PAPERS

    table = Table("name", "paper", box=None, header_style="bold")
    for paper in PAPERS.values():
        table.add_row(Text(paper.name), Text(paper.reference))
    show(table, WIDTH)


@theory_app.command("run")
def run_paper(
    name: Annotated[str, typer.Argument(help="A name listed by `atomglass theory list`.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for figures and tables; created if missing.")],
    config: Annotated[
        Path | None, typer.Option("--config", help="TOML file; without it, the shipped workflows/NAME.toml.")
    ] = None,
) -> None:
    """Compute the figures of one paper, and compare its statements with our results."""
    from atomglass.settings import find_toml, read_toml, validated
    from atomglass.theory.registry import load_paper

    study = load_paper(name)
    path = find_toml(config if config is not None else name, "workflows")
    settings = validated(study.config, read_toml(path), str(path))
    folder = _output_folder(out)
    times_before = _modification_times(folder)
    statements = study.run(settings, folder)
    (folder / "settings.json").write_text(settings.model_dump_json(indent=2) + "\n", encoding="utf-8")
    _write_statements(statements, folder / "statements.csv")
    _print_statements(name, statements)
    say("Written:")
    times_after = _modification_times(folder)
    for written in sorted(path for path in times_after if times_after[path] != times_before.get(path)):
        say(f"  {written}")


def _output_folder(out: Path) -> Path:
    """Return the output folder; create it if it is missing."""
    from atomglass.errors import InputError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {out} ({error.strerror})", remedy="give another --out") from None
    return out


def _modification_times(folder: Path) -> dict[Path, int]:
    """Return when each file of a folder was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _write_statements(statements: list[TheoryStatement], path: Path) -> None:
    """Write the table of statements as CSV."""
    import csv
    from dataclasses import asdict

    from atomglass.theory.registry import STATEMENT_FIELDS

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, STATEMENT_FIELDS)
        writer.writeheader()
        writer.writerows(asdict(statement) for statement in statements)


def _print_statements(name: str, statements: list[TheoryStatement]) -> None:
    """Print the table of statements."""
    from rich.table import Table
    from rich.text import Text

    colors = {"agrees": "green", "differs": "yellow", "not reproducible": "red"}
    title = Text(f"{name}: statements of the paper, and our results", style="table.title")
    table = Table("where", "paper's statement", "paper", "ours", "verdict", title=title)
    for s in statements:
        cells = [Text(text) for text in (s.source, s.statement, s.paper, s.ours)]
        table.add_row(*cells, Text(s.verdict, style=colors[s.verdict]))
    show(table, WIDTH)
