"""The entry of the command line: signals that arrive while everything is imported, which takes a second or two."""

from __future__ import annotations

import os
import signal
import sys

#: Signals that ask a run to stop; they wait until it can do so.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


def start() -> None:
    """Run the command line; Ctrl-C ends it with one line and exit status 130 from the first moment on."""
    if "run" in sys.argv[1:2]:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # `StopRequest.on_signals` lets them through
    try:
        from atomglass.cli.main import main
    except KeyboardInterrupt:
        os.write(2, b"atomglass: stopped; no file is incomplete\n")
        os._exit(130)  # half-imported modules cannot be relied on to end in order
    main()
