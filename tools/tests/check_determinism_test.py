import unittest

import tool

check = tool.load("check_determinism")


def faults(path, text):
    return [message for _, message in check.findings_in(path, text)]


class CheckDeterminism(unittest.TestCase):
    def test_the_clock_belongs_to_base(self):
        text = "auto now = std::chrono::steady_clock::now();"
        self.assertEqual(faults("src/http/a.cpp", text), ["steady_clock::now: belongs to base or async"])
        self.assertEqual(faults("src/base/clock.cpp", text), [])

    def test_threads_chance_and_environment_too(self):
        text = 'std::thread t; std::random_device d; getenv("HOME");'
        self.assertEqual(len(faults("src/mesh/a.cpp", text)), 3)

    def test_a_thread_id_and_a_loops_sleep_are_allowed(self):
        self.assertEqual(faults("src/http/a.cpp", "std::thread::id id; co_await loop.sleep_for(d);"), [])

    def test_a_test_may_not_sleep(self):
        self.assertEqual(faults("src/base/a_test.cpp", "std::this_thread::sleep_for(d);"),
                         ["this_thread::sleep_for: a sleep in a test"])
        self.assertEqual(faults("src/base/a_test.cpp", "usleep(10);"), ["usleep: a sleep in a test"])


if __name__ == "__main__":
    unittest.main()
