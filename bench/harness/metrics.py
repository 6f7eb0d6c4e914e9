"""What a server says of itself at /metrics."""

import re


def of_service(text, service):
    """{metric: value} of the metrics whose only label is this service."""
    lines = re.findall(rf'^(\w+)\{{service="{re.escape(service)}"\}} (\S+)$', text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


def change(before, after):
    return {name: value - before.get(name, 0.0) for name, value in after.items()}


def share(part, rest):
    return part / (part + rest) if part + rest else 0.0


def store_fields(delta):
    """What a store did between two looks: handlers in a batch, milliseconds of a flush, statements inline of all."""
    def counter(name):
        return delta.get(f"skep_store_{name}_total", 0.0)

    return {"handlers_a_batch": counter("batch_handlers") / max(1.0, counter("batches")),
            "flush_ms": counter("flush_seconds") * 1000 / max(1.0, counter("flushes")),
            "inline": share(counter("inline_statements"), counter("pool_statements"))}
