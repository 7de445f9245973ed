"""The models that a study can be made of: glasses, and any model of independent realizations."""
