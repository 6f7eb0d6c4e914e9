import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

import write  # noqa: E402
from harness import load, metrics, postgres, rounds, scripts  # noqa: E402

PGBENCH = """\
pgbench (15.18 (Debian 15.18-0+deb12u1))
number of clients: 64
duration: 2 s
number of transactions actually processed: 7616
number of failed transactions: 3 (0.039%)
latency average = 14.592 ms
initial connection time = 112.240 ms
tps = 4385.927025 (without initial connection time)
"""

METRICS = """\
# TYPE skep_store_batches_total counter
skep_store_batches_total{service="ledger"} 10
skep_store_batches_total{service="other"} 99
skep_service_duration_seconds_bucket{service="ledger",le="0.01"} 4
"""


class Pgbench(unittest.TestCase):
    def test_is_read(self):
        seen = postgres.parse_pgbench(PGBENCH)

        self.assertEqual((seen.requests, seen.rps, seen.failed, seen.p50_ms), (7616, 4385.927025, 3, 14.592))


class Metrics(unittest.TestCase):
    def test_of_a_service_are_those_with_its_label_alone(self):
        self.assertEqual(metrics.of_service(METRICS, "ledger"), {"skep_store_batches_total": 10})

    def test_change_counts_from_the_first_look(self):
        self.assertEqual(metrics.change({"a": 2.0}, {"a": 5.0, "b": 1.0}), {"a": 3.0, "b": 1.0})

    def test_of_a_store_give_batch_flush_and_share_inline(self):
        delta = {"skep_store_batches_total": 10, "skep_store_batch_handlers_total": 320, "skep_store_flushes_total": 10,
                 "skep_store_flush_seconds_total": 0.02, "skep_store_inline_statements_total": 300,
                 "skep_store_pool_statements_total": 100}

        self.assertEqual(metrics.store_fields(delta), {"handlers_a_batch": 32, "flush_ms": 2, "inline": 0.75})

    def test_of_a_store_that_did_nothing_are_nothing(self):
        self.assertEqual(metrics.store_fields({}), {"handlers_a_batch": 0, "flush_ms": 0, "inline": 0})


class Scripts(unittest.TestCase):
    def test_a_counted_header_is_new_in_each_request(self):
        script = scripts.counted("Idempotency-Key")

        self.assertIn('wrk.headers["Idempotency-Key"] = "@"', script)
        self.assertIn('string.format("%s-%010d", label, number)', script)

    def test_refusals_are_counted_by_code(self):
        output = "refused: batch_rolled_back\nrefused: transaction_timeout\n  12 requests\nrefused: transaction_timeout\n"

        self.assertEqual(scripts.refused(output), {"batch_rolled_back": 1, "transaction_timeout": 2})


class Rows(unittest.TestCase):
    def test_an_offenders_own_refusals_are_no_failures_of_others(self):
        seen = load.Load(1000, 100.0, 12, 1.0, 2.0, {"transaction_timeout": 10, "batch_rolled_back": 2})

        self.assertEqual(write.others_failed(seen), 2)

    def test_ratios_over_peers_are_of_wall_rates(self):
        ours, theirs = rounds.Runs(), rounds.Runs()
        ours.add(load.Load(600, 600.0, 0, 1.0, 2.0), 10**9)
        theirs.add(load.Load(200, 200.0, 0, 1.0, 2.0), 5 * 10**8)

        self.assertEqual(write.wall_ratio("postgres", ours, theirs), {
            "ratio_postgres": 3, "ratio_postgres_cpu": 1.5, "postgres_rps": 200, "postgres_spread": 0})

    def test_other_ratios_are_of_rates_per_second_of_cpu_time(self):
        ours, theirs = rounds.Runs(), rounds.Runs()
        ours.add(load.Load(600, 600.0, 0, 1.0, 2.0), 10**9)
        theirs.add(load.Load(200, 200.0, 0, 1.0, 2.0), 5 * 10**8)

        self.assertEqual(write.cpu_ratio("hello", ours, theirs), {"ratio_hello": 1.5, "ratio_hello_wall": 3})

    def test_a_watch_keeps_the_largest_size(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "wal")
            file.write_bytes(bytes(2 << 20))
            watch = write.Watch(file)
            watch.look_once()
            file.write_bytes(b"")
            watch.look_once()

        self.assertEqual(watch.largest, 2)


if __name__ == "__main__":
    unittest.main()
