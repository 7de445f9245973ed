"""The command that measures speed: bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from atomglass.cli.printing import say, warn
from atomglass.errors import InputError

app = typer.Typer()


@app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Few repetitions, no large samples: under a minute.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Run only this benchmark; can be given several times.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the results to this file.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table in Markdown.")] = False,
    study: Annotated[
        Path | None,
        typer.Option(
            "--study", help="A collected study whose correlation time determines how many glasses are independent."
        ),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--write", help="Also write the table into this page, between its two marks.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="List the benchmarks without running them.")] = False,
) -> None:
    """Measure the speed of every stage on this machine, and compare it with C.

    Times are CPU times of one core, as medians and half the range; our code and C are timed alternately. Targets are
    met or MISSED.
    """
    _check_json_file(json_file)
    from atomglass.bench.context import BenchmarkContext
    from atomglass.bench.page import check_page, write_page
    from atomglass.bench.runner import BENCHMARKS, choose_benchmarks, results_data, run_benchmarks
    from atomglass.bench.table import HEADER, number_notes
    from atomglass.bench.table import markdown as as_markdown
    from atomglass.bench.yardstick import Yardstick, compiler
    from atomglass.cli.text_table import print_table
    from atomglass.io.files import atomic_output
    from atomglass.study.store.study_store import StudyStore

    if names:
        rows = [[name, function.__doc__ or ""] for name, function in BENCHMARKS.items()]
        print_table("", ["name", "what"], rows)
        return
    chosen = choose_benchmarks(only or [], quick)
    if study is not None:
        StudyStore(study)  # raises an error now, before the work, if there is no study
    if page is not None:
        check_page(page)
    command = compiler()
    if command is None:
        warn("no C compiler here (gcc, cc, clang or $CC): nothing is compared with C")
    found = run_benchmarks(chosen, BenchmarkContext(quick, Yardstick(command) if command else None, study, warn))
    if json_file is not None:
        with atomic_output(json_file) as stream:
            stream.write((json.dumps(results_data(found, quick), indent=1) + "\n").encode())
    if markdown:
        say(*as_markdown(found).split("\n"))
    else:
        cells, notes = number_notes(found)
        print_table("", HEADER, cells)
        say(*notes)
    if page is not None:
        write_page(page, found, results_data(found, quick))
    for file in (json_file, page):
        if file is not None:
            say(f"written: {file}")


def _check_json_file(path: Path | None) -> None:
    if path is not None and not path.absolute().parent.is_dir():
        raise InputError("folder of --json", str(path.parent), "an existing folder", "create it")
    if path is not None and path.is_dir():
        raise InputError("--json", str(path), "a file", "name a file in it")
