"""Exceptions of studies that their own code catches; mistakes of users are `atomglass.errors.InputError`."""

from __future__ import annotations


class DamagedShard(Exception):
    """A shard cannot be trusted; the text says why."""


class WorkEnded(Exception):
    """The work on a chain ends here on request, not because of a fault."""


class Stopped(WorkEnded):
    """The run was asked to stop."""


class LeaseLost(WorkEnded):
    """Another process took this one for dead and has taken over its chain."""
