"""What a comparison with another program hands back from its own process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from atomglass.bench.clock import take_turns


def compared(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    repeats: int,
    equal: bool,
    agreement: str,
    scale: float = 1.0,
) -> dict[str, Any]:
    """Time two ways to the same result in turns, as plain data.

    Parameters
    ----------
    ours, theirs : callable
        Both warmed up.
    repeats : int
        How often.
    equal : bool
        Whether the results were found equal; otherwise nothing is timed.
    agreement : str
        How well they agree, in words.
    scale : float
        Calls in one of ours, and of theirs: times are divided by it.
    """
    if not equal:
        return {"equal": False, "agreement": agreement, "ours": [], "theirs": []}
    times = take_turns({"ours": ours, "theirs": theirs}, repeats)
    return {
        "equal": True,
        "agreement": agreement,
        "ours": [value / scale for value in times["ours"].values],
        "theirs": [value / scale for value in times["theirs"].values],
    }
