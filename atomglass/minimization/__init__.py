"""The quench to an inherent state: its minimizers for small and large samples, and the random start of a liquid."""
