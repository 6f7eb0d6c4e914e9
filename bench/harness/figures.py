"""Figures from runs: medians, spread, ratios. Pure functions."""

import statistics


def median(values):
    return statistics.median(values)


def spread(values):
    """Half of the distance between the largest and the smallest, as a share of the median."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / 2 / middle if middle else 0.0


def percentile(values, share):
    """The value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]


def rate_per_cpu_second(requests, cpu_nanoseconds):
    return requests * 1e9 / cpu_nanoseconds if cpu_nanoseconds else 0.0


def ratio(ours, theirs):
    """The median of the ratios of runs that were made side by side; a drift of the machine cancels out in each pair."""
    return statistics.median(a / b for a, b in zip(ours, theirs) if b)


def kept(together, first, second):
    """The rate of two in a row over the rate that their costs add up to."""
    return together / (1 / (1 / first + 1 / second))


def bound(idle):
    """What a neighbour's 99th percentile may be, in ms, where it is `idle` alone."""
    return max(1.5 * idle, idle + 5.0)


def rounded(value):
    """Four significant digits, so that files can be compared by eye."""
    return float(f"{value:.4g}") if isinstance(value, float) else value
