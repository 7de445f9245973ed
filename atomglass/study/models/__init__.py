"""The models that studies can use: glasses, and any model of independent realizations."""
