"""Finished studies: joining their tables and publishing them."""
