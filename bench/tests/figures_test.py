import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from harness import cpu, figures, load, machine, report, servers  # noqa: E402


class CpuTime(unittest.TestCase):
    def test_is_the_sum_of_the_threads_time_on_a_processor(self):
        self.assertEqual(cpu.nanoseconds_of(["1500 20 3\n", "500 99999 1\n"]), 2000)

    def test_of_dead_children_is_in_their_parents_stat(self):
        text = "7 (a name) S) S 3 7 7 0 -1 0 0 0 0 0 11 12 150 50 20 0 1 0"

        self.assertEqual(cpu.children_of_stat(text), (3, 2_000_000_000))

    def test_of_no_thread_is_nothing(self):
        self.assertEqual(cpu.nanoseconds_of([]), 0)


class Figures(unittest.TestCase):
    def test_a_rate_is_per_second_of_cpu_time(self):
        self.assertEqual(figures.rate_per_cpu_second(50_000, 2_000_000_000), 25_000)

    def test_a_ratio_is_the_median_of_pairs(self):
        self.assertEqual(figures.ratio([20, 30, 100], [10, 10, 10]), 3)

    def test_a_percentile_is_by_nearest_rank(self):
        self.assertEqual(figures.percentile(range(1, 101), 0.99), 99)

    def test_the_spread_is_half_of_the_range_over_the_median(self):
        self.assertEqual(figures.spread([90, 100, 110]), 0.1)

    def test_two_in_a_row_that_cost_their_sum_keep_one(self):
        self.assertAlmostEqual(figures.kept(25, 50, 50), 1)

    def test_a_neighbours_bound_is_never_below_five_milliseconds_more(self):
        self.assertEqual(figures.bound(2), 7)

    def test_a_neighbours_bound_grows_with_what_it_is_alone(self):
        self.assertEqual(figures.bound(20), 30)

    def test_figures_have_four_digits(self):
        self.assertEqual(figures.rounded(12345.678), 12350)


WRK = """\
Running 3s test @ http://127.0.0.1:28080/hello
  1 threads and 64 connections
  Latency Distribution
     50%  812.00us
     75%    6.24ms
     99%   13.56ms
  44539 requests in 2.00s, 10.83MB read
"""


class Wrk(unittest.TestCase):
    def test_is_read(self):
        self.assertEqual(load.parse_wrk(WRK), load.Load(44539, 22269.5, 0, 0.812, 13.56))

    def test_seconds_end_with_a_space(self):
        self.assertEqual(load.parse_wrk(WRK.replace("13.56ms", "1.02s ")).p99_ms, 1020)

    def test_of_no_request_has_no_figures(self):
        with self.assertRaises(RuntimeError):
            load.parse_wrk("  0 requests in 1.00s, 0.00B read\n")

    def test_counts_what_failed(self):
        failed = "  Socket errors: connect 0, read 1, write 2, timeout 3\n  Non-2xx or 3xx responses: 4\n"

        self.assertEqual(load.parse_wrk(WRK + failed).failed, 10)


class H2load(unittest.TestCase):
    LOG = "1000\t200\t500\n2000\t503\t700\n5000\t200\t900\n"

    def test_gives_latencies_and_failures(self):
        self.assertEqual(load.parse_h2load_log(self.LOG), ([0.5, 0.7, 0.9], 1))

    def test_leaves_out_the_beginning(self):
        self.assertEqual(load.parse_h2load_log(self.LOG, 2000), ([0.9], 0))


class Machine(unittest.TestCase):
    def test_resets_memory_by_scan_where_doctor_says_so(self):
        checks = [{"check": "kernel", "detail": "Linux"}, {"check": "engine", "detail": "9 slots, reset by page-map scan"}]

        self.assertEqual(machine.reset_mode(checks), "scan")


class Report(unittest.TestCase):
    def test_the_table_takes_the_place_of_the_last_one(self):
        page = f"# Page\n{report.BEGIN}\nold\n{report.END}\nafter\n"

        self.assertEqual(report.with_table(page, "new"), f"# Page\n{report.BEGIN}\nnew\n{report.END}\nafter\n")

    def test_a_row_lists_its_figures(self):
        document = {"machine": "m", "kernel": "6.18", "page_map": "scan", "date": "2026-01-01", "skep_sha256": "ab" * 32,
                    "rows": [{"name": "p2", "rps": 100.0, "p99_ms": 1.5}]}

        self.assertIn("| `p2` | rps 100, p99_ms 1.5 |", report.markdown("hello", document))


class Manifest(unittest.TestCase):
    def test_services_are_sections(self):
        self.assertEqual(servers.services_toml({"a": {"module": '"a.wasm"', "reuse": 128}}),
                         '[services.a]\nmodule = "a.wasm"\nreuse = 128\n')


if __name__ == "__main__":
    unittest.main()
