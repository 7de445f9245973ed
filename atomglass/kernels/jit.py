"""The `kernel` decorator: numba with a cache that becomes invalid when *any* kernel is edited.

numba's own on-disk cache checks a single file, so that an edit of a callee in another file leaves stale machine code
behind (numba issue 1833). Here the name of the cache folder contains a hash of all kernel sources. Damaged cache files
are replaced by a new compilation, writers hold a lock, a temporary folder replaces a read-only home, and the user's own
numba code is not affected.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import caching
from numba.core.registry import CPUDispatcher

from atomglass.kernels.interrupts import AllowedInterrupt, DeferredInterrupt

#: Type of the value that a compiled function returns.
Result = TypeVar("Result")

#: NaN and infinity keep their meaning: a broken sample must be noticed, not optimized away.
FAST_MATH = {"contract", "arcp", "nsz", "reassoc"}
_NO_REFERENCE_COUNTING: dict[str, Any] = {"error_model": "numpy", "fastmath": FAST_MATH, "_nrt": False}


@cache
def source_hash() -> str:
    """Return a hash of all kernel sources, including those in subfolders, and of numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return a writable folder for compiled kernels: $ATOMGLASS_CACHE_DIR, the user's cache, or a temporary one."""
    given = os.environ.get("ATOMGLASS_CACHE_DIR")
    candidates = [Path(given)] if given else []
    with contextlib.suppress(RuntimeError):  # a user without an entry in the list of users has no home
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
        candidates.append(home / "atomglass")
    candidates.append(Path(tempfile.gettempdir()) / f"atomglass-{_user()}")
    for base in candidates:
        folder = base / f"kernels-{source_hash()}"
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid == os.getuid() and os.access(folder, os.W_OK | os.X_OK):
                return folder
    return Path(tempfile.mkdtemp(prefix="atomglass-"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class _Locator(caching._CacheLocator):
    """Locator that puts the machine code of every kernel into one folder, named after the hash of all sources."""

    def __init__(self, py_func: Callable[..., Any], py_file: str) -> None:
        self._py_file = py_file
        self._function = f"{py_func.__module__}.{py_func.__qualname__}"

    def get_cache_path(self) -> str:
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        return source_hash()

    def get_disambiguator(self) -> str:
        return hashlib.sha256(self._function.encode()).hexdigest()[:10]

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator:
        return cls(py_func, py_file)


class _Implementation(caching.CompileResultCacheImpl):
    _locator_classes: list[type[object]] = [_Locator]  # noqa: RUF012


class _KernelCache(caching.FunctionCache):
    _impl_class = _Implementation

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # After any failure to load, a truncated file for instance, the function is compiled again.
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        # Compiled code that cannot be stored is still valid; the next process compiles again.
        with contextlib.suppress(OSError), _locked(Path(self.cache_path) / "lock"):
            try:
                super().save_overload(sig, data)
            except Exception:  # a damaged index: start a new one
                self.flush()
                with contextlib.suppress(Exception):
                    super().save_overload(sig, data)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock, since many processes may compile at once on a cluster."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def kernel(function: Callable[..., Result]) -> Callable[..., Result]:
    """Compile a function lazily in nopython mode, without the GIL, with the package's own cache."""
    return _with_cache(numba.njit(function, error_model="numpy", fastmath=FAST_MATH, nogil=True), function)


class _Kernel(CPUDispatcher):
    """A compiled function that an interrupt never stops halfway, and that is compiled with interrupts allowed."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        with DeferredInterrupt():
            return super().__call__(*arguments, **named)

    def _compile_for_args(self, *arguments: Any, **named: Any) -> Any:
        with AllowedInterrupt():
            return super()._compile_for_args(*arguments, **named)  # type: ignore[misc]  # numba has no types


def _with_cache(dispatcher: Any, function: Callable[..., Result]) -> Callable[..., Result]:
    """Give a compiled function the package's own cache, and let it defer interrupts."""
    if hasattr(dispatcher, "_cache"):  # absent when NUMBA_DISABLE_JIT is set: then kernels run as plain Python
        dispatcher._cache = _KernelCache(function)
        dispatcher.__class__ = _Kernel
    return dispatcher  # type: ignore[no-any-return]


def leaf(function: Callable[..., Result]) -> Callable[..., Result]:
    """Compile a kernel that allocates nothing, without reference counting of its arrays.

    numba counts references atomically, and in loops with several exits it does so in every iteration, which takes 20 %
    of the time of a Monte Carlo sweep.
    """
    return _with_cache(numba.njit(function, nogil=True, **_NO_REFERENCE_COUNTING), function)


def device(function: Callable[..., Result]) -> Callable[..., Result]:
    """Compile a small function that allocates nothing into its callers, without reference counting."""
    compiled: Any = numba.njit(function, forceinline=True, **_NO_REFERENCE_COUNTING)
    return compiled  # type: ignore[no-any-return]


def inline(function: Callable[..., Result]) -> Callable[..., Result]:
    """Inline a small function into its callers: a call with many arrays would cost more than the function's work."""
    compiled: Any = numba.njit(function, error_model="numpy", fastmath=FAST_MATH, forceinline=True)
    return compiled  # type: ignore[no-any-return]
