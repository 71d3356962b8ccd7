"""Luthier and other systems on the same rows under one clock: `python -m benchmarks.peers`."""
