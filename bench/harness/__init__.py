"""What the benchmarks share: servers, load, CPU time, figures, tables."""
