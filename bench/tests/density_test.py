import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

import density  # noqa: E402


class DistinctModules(unittest.TestCase):
    def test_differ_by_a_custom_section_at_the_end(self):
        self.assertEqual(density.distinct(b"module", 7), b"module\x00\x08\x06number7")

    def test_sizes_are_written_in_groups_of_seven_bits(self):
        self.assertEqual(density.leb128(300), b"\xac\x02")


class OneReply(unittest.TestCase):
    def test_that_is_well_is_its_status_line(self):
        self.assertEqual(density.told(b"HTTP/1.1 201 Created\r\nDate: x\r\n\r\n"), "HTTP/1.1 201 Created")

    def test_that_is_not_is_all_of_it(self):
        self.assertEqual(density.told(b"HTTP/1.1 503 No\r\n\r\nwhy"), "HTTP/1.1 503 No\r\n\r\nwhy")


if __name__ == "__main__":
    unittest.main()
