"""Floor 0: errors, specs, seeds, the clock, axis names."""
