"""The machinery behind `trafficking_stats.linear`: sparse rows, propagation, cores, hitting sets, bounds."""
