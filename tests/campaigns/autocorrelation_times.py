"""Core time until bonds and inherent energies are forgotten, as `atomglass bench --only decorrelation`, for any number.

    python tests/campaigns/autocorrelation_times.py --particles 4000 --starts 4 --records 260

Some ten minutes for these numbers.
"""

from __future__ import annotations

import argparse

from atomglass.bench import decorrelation


def main() -> None:
    """Print a line for each scheme and quantity."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--particles", type=int, default=4000)
    options.add_argument("--starts", type=int, default=4)
    options.add_argument("--records", type=int, default=260)
    args = options.parse_args()
    begin = decorrelation.starts(args.starts, args.particles)
    for scheme in decorrelation.SCHEMES.values():
        scheme.sampler(begin[0], 1).run(1)  # compiles
    for row in decorrelation.rows(begin, args.records, lambda text: print(text, flush=True)):
        gain = (
            ""
            if row.ratio is None
            else f", {row.ratio.median:.2f} +- {row.ratio.median * row.ratio.spread:.2f} x default"
        )
        seconds = row.measured
        assert seconds is not None
        print(
            f"{row.what}: {seconds.median:.4g} +- {seconds.median * seconds.spread:.2g} s{gain} ({row.note})",
            flush=True,
        )


if __name__ == "__main__":
    main()
