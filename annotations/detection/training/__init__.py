"""How the components are trained: numpy and thinc only, the same result for the same seed."""
