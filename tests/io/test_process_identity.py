"""Whether a process has ended, as far as one can know on another machine, after a restart or in a container."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from atomglass.io.process_identity import ProcessIdentity, is_dead

HERE = ProcessIdentity.current()
ASK = "from atomglass.io.process_identity import ProcessIdentity; print(ProcessIdentity.current().text)"


def test_a_running_process_is_alive_and_one_that_has_ended_is_dead() -> None:
    assert not is_dead(HERE)
    ended = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout.strip()
    other = ProcessIdentity.from_text(ended)
    assert other is not None and other.text == ended
    assert (other.host, other.boot) == (HERE.host, HERE.boot)
    assert is_dead(other)


def test_a_number_that_another_process_has_now_is_that_of_a_dead_one() -> None:
    assert is_dead(replace(HERE, started=HERE.started + "0"))


def test_after_a_restart_all_are_dead_and_elsewhere_none_certainly() -> None:
    restarted = replace(HERE, boot="00000000")
    assert is_dead(restarted)
    assert not is_dead(replace(restarted, host="elsewhere"))
    assert not is_dead(None)


def test_a_process_in_another_container_is_not_certainly_dead() -> None:
    """Its number means another process here, or none."""
    boot, _, namespace = HERE.boot.partition(".")
    assert namespace
    elsewhere = replace(HERE, boot=f"{boot}.{int(namespace) + 1}", process=2**22 + 1)
    assert not is_dead(elsewhere)
    assert is_dead(replace(elsewhere, boot=HERE.boot))
    assert is_dead(replace(elsewhere, boot=boot))  # as it was written down before the namespace was
