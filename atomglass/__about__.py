"""The versions of the package and of its kernels."""

from importlib.metadata import PackageNotFoundError, version

#: The version where the package is not installed; `pyproject.toml` names the same for builds without git.
FALLBACK_VERSION = "0.1.0"

try:
    __version__ = version("atomglass")  # from the tag: the build asks git for it
except PackageNotFoundError:  # a checkout on the path
    __version__ = FALLBACK_VERSION

#: Raised with every change that alters a computed number; a study begun under another version is not continued.
KERNEL_VERSION = 2
