"""The version, in a file of its own so that the build can read it without importing the package."""

__version__ = "0.1.0"

#: Raised with every change that alters a computed number; a study begun under another version is not continued.
KERNEL_VERSION = 2
