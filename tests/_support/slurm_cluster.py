"""A real SLURM cluster on this machine, in a temporary folder, whose daemons are stopped by process number."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "sinfo", "srun")
#: States in which a job is over.
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "BOOT_FAIL", "OUT_OF_MEMORY", "DEADLINE")

_CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/sock,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.log
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MinJobAge=3600
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Return why SLURM cannot run here; empty if it can."""
    absent = [name for name in PROGRAMS if _program(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (Debian: apt-get install slurm-wlm munge libpmi2-0)"
    return "" if os.getuid() == 0 else "SLURM's daemons need root"


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Cluster:
    """One node with two cores.

    Parameters
    ----------
    folder : Path
        An empty folder, whose path is short enough for a socket.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._job_logs: list[Path] = []
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "PMI_", "OMPI_"))
        } | {"SLURM_CONF": str(folder / "slurm.conf")}

    def __enter__(self) -> Cluster:
        folder, munge = self.folder, self.folder / "munge"
        folder.chmod(0o755)
        for name in ("munge", "state", "spool"):
            (folder / name).mkdir()
        munge.chmod(0o711)
        (munge / "key").write_bytes(os.urandom(64))
        (munge / "key").chmod(0o600)
        host = os.uname().nodename.split(".")[0]
        (folder / "slurm.conf").write_text(_CONFIGURATION.format(host=host, folder=folder))
        parts = {"key": "key-file", "sock": "socket", "pid": "pid-file", "log": "log-file", "seed": "seed-file"}
        options = [f"--{option}={munge / name}" for name, option in parts.items()]
        self._start("munged", "--force", *options)
        self._start("slurmctld", "-f", str(folder / "slurm.conf"))
        self._start("slurmd", "-f", str(folder / "slurm.conf"))
        self.wait_for(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"), 30, "an idle node")
        return self

    def __exit__(self, *exception: object) -> None:
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid"):
            try:
                number = int((self.folder / name).read_text())
                os.kill(number, signal.SIGTERM)
                self.wait_for(lambda number=number: not Path(f"/proc/{number}").exists(), 15, f"the end of {name}")
            except (OSError, ValueError):
                continue

    def _start(self, name: str, *arguments: str) -> None:
        program = _program(name)
        assert program is not None
        done = subprocess.run([program, *arguments], env=self.environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, f"{name}: {done.stderr}"

    def ask(self, *command: str) -> str:
        """Run one of SLURM's commands and return what it prints."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{' '.join(command)}: status {done.returncode}, {done.stdout} {done.stderr}"
        return done.stdout

    def submit(self, script: Path, *arguments: str, options: tuple[str, ...], log: Path, **variables: str) -> str:
        """Submit a script and return the job's number."""
        self.environment |= variables
        self._job_logs.append(log)
        command = ("sbatch", "--parsable", f"--output={log}", *options, str(script), *arguments)
        return self.ask(*command).strip().split(";")[0]

    def states(self, job: str) -> list[str]:
        """Return the state of every task of a job."""
        lines = self.ask("scontrol", "--oneliner", "show", "job", job).splitlines()
        return [
            word.removeprefix("JobState=") for line in lines for word in line.split() if word.startswith("JobState")
        ]

    def wait_for(
        self, question: Callable[[], bool], seconds: float, what: str, job: str = "", ends: tuple[str, ...] = ()
    ) -> None:
        """Wait until `question` returns true; fail at once when the job, if any, has ended in another state.

        A job that has completed is one that has ended, unless `ends` names this or another state as well.
        """
        end = time.monotonic() + seconds
        while not question():
            over = {state for state in self.states(job) if state in ENDED and state not in ends} if job else set()
            assert not over or question(), f"no {what}: job {job} is {' and '.join(over)}\n{self._logs()}"
            assert time.monotonic() < end, f"waited {seconds} s for {what}\n{self._logs()}"
            time.sleep(0.2)

    def _logs(self) -> str:
        """Return the ends of the logs of SLURM and of the jobs."""
        logs = [*self.folder.glob("*.log"), *(path for log in self._job_logs for path in log.parent.glob("*.log"))]
        return "\n".join(f"{path}:\n{path.read_text()[-2000:]}" for path in logs)
