import pathlib
import tempfile
import unittest

import tool

check = tool.load("check_docs")


class Links(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = pathlib.Path(folder.name).resolve() / "README.md"
        self.page.write_text("# First steps\n")

    def faults(self, text):
        return [message for _, _, message in check.broken_links(self.page, text)]

    def test_to_a_file_or_heading_that_exists_are_right(self):
        self.page.write_text("# First `skep up`\n")
        self.assertEqual(self.faults("[a](README.md) [b](README.md#first-skep-up) [c](https://example.com/x)"), [])

    def test_that_lead_nowhere_are_told(self):
        self.assertEqual(self.faults("[a](missing.md)"), ["broken link: missing.md"])
        self.assertEqual(self.faults("[a](README.md#second)"), ["no such heading: README.md#second"])

    def test_in_code_are_not_looked_at(self):
        self.assertEqual(self.faults("```\n[a](missing.md)\n```\n"), [])


class MachinePaths(unittest.TestCase):
    def test_are_told(self):
        path = "/" + "work/main"
        self.assertEqual(len(check.machine_paths(pathlib.Path("a"), f"see {path}/x")), 1)

    def test_a_route_or_address_is_none(self):
        path = "/" + "work/x"
        self.assertEqual(check.machine_paths(pathlib.Path("a"), f"https://example.com{path}, app/home/x"), [])


if __name__ == "__main__":
    unittest.main()
