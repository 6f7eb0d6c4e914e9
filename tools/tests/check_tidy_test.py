import pathlib
import tempfile
import unittest

import tool

check = tool.load("check_tidy")


class Stamp(unittest.TestCase):
    def stamp(self, clone, text="int x;", configuration=b"Checks: a"):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.cpp"
            path.write_text(text)
            return check.stamp_of(path, f"clang++ -I{clone}/src -c {clone}/src/a.cpp", configuration, clone)

    def test_is_the_same_in_every_clone(self):
        self.assertEqual(self.stamp("/one"), self.stamp("/two/deeper"))

    def test_changes_with_the_file_and_the_checks(self):
        self.assertNotEqual(self.stamp("/one"), self.stamp("/one", text="int y;"))
        self.assertNotEqual(self.stamp("/one"), self.stamp("/one", configuration=b"Checks: b"))


if __name__ == "__main__":
    unittest.main()
