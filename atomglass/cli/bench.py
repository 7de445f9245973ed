"""The `bench` command. Imports of the work itself happen inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from atomglass.errors import InputError


def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Few repeats, no large samples: under a minute.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="This benchmark alone; may be given several times.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything to this file too.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
    study: Annotated[
        Path | None, typer.Option("--study", help="A collected study: its correlation time counts independent glasses.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="List the benchmarks, and run none.")] = False,
) -> None:
    """Time everything on this machine, beside C and, where they are installed, beside other programs.

    CPU time of one core, medians with half the spread; ours and the others take turns. A target is met or MISSED.
    """
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise InputError("folder of --json", str(json_file.parent), "an existing folder", "create it")
    if json_file is not None and json_file.is_dir():
        raise InputError("--json", str(json_file), "a file", "name a file in it")
    from atomglass.bench.run import BENCHMARKS, benchmark, chosen, report
    from atomglass.bench.table import HEADER, annotated
    from atomglass.bench.table import markdown as as_markdown
    from atomglass.cli.progress import print_table
    from atomglass.io.files import written_aside
    from atomglass.study.store.study_store import StudyStore

    if names:
        rows = [[name, function.__doc__ or ""] for name, function in BENCHMARKS.items()]
        print_table("", ["name", "what"], rows)
        return
    chosen(only or [], quick)  # mistakes before the work
    if study is not None:
        StudyStore(study)
    found = benchmark(only or [], quick, study, lambda text: typer.echo(text, err=True))
    if json_file is not None:
        with written_aside(json_file) as aside:
            aside.write((json.dumps(report(found, quick), indent=1) + "\n").encode())
    if markdown:
        typer.echo(as_markdown(found))
    else:
        cells, notes = annotated(found)
        print_table("", HEADER, cells)
        typer.echo("\n".join(notes))
    if json_file is not None:
        typer.echo(f"written: {json_file}")
