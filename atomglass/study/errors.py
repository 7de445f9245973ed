"""Internal exceptions of studies; errors in user input are `atomglass.errors.InputError`."""

from __future__ import annotations


class DamagedShard(Exception):
    """A shard cannot be trusted; the message states the reason."""


class WorkEnded(Exception):
    """The work on a chain ends here on request, not because of a fault."""


class Stopped(WorkEnded):
    """The run was asked to stop."""


class LeaseLost(WorkEnded):
    """Another process considered this one dead and took over its chain."""
