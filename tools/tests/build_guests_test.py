import pathlib
import tempfile
import unittest
from unittest import mock

import tool

build_guests = tool.load("build_guests")


class BuildGuests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("bench/guests/hello/main.c", "int main(void) { return 0; }\n")
        self.write("wit/one.wit", "package a:b;\n")
        mine = {"ROOT": self.root, "OUT": self.root / "build/guests", "tracked": self.tracked_in_root}
        patched = mock.patch.multiple(build_guests, **mine)
        patched.start()
        self.addCleanup(patched.stop)

    def tracked_in_root(self, path, tracked=build_guests.tracked):
        """Leaves out the script itself, which lies outside of this test's root."""
        return tracked(path) if self.root in path.parents else []

    def write(self, path, content):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def key(self):
        guest = build_guests.discover()["hello"]
        with mock.patch.object(guest, "inputs", lambda: build_guests.tracked(guest.folder)):
            return build_guests.key_of(guest, b"clang 19", {})

    def test_a_folder_with_a_source_is_a_guest_of_its_name(self):
        guests = build_guests.discover()

        self.assertEqual([(guest.name, guest.kind) for guest in guests.values()], [("hello", "c")])

    def test_a_library_that_guests_share_is_no_guest(self):
        self.write("tests/guests/support/Cargo.toml", "[package]\nname = \"support\"\n")

        self.assertEqual(list(build_guests.discover()), ["hello"])

    def test_two_guests_of_one_name_are_refused(self):
        self.write("tests/guests/hello/main.cpp", "int main() {}\n")

        with self.assertRaisesRegex(SystemExit, "the same name"):
            build_guests.discover()

    def test_the_same_content_has_the_same_key(self):
        self.assertEqual(self.key(), self.key())

    def test_other_content_has_another_key(self):
        before = self.key()
        self.write("bench/guests/hello/main.c", "int main(void) { return 1; }\n")

        self.assertNotEqual(self.key(), before)

    def test_what_a_build_leaves_behind_does_not_count(self):
        before = self.key()
        self.write("bench/guests/hello/target/debug/x", "1")
        self.write("bench/guests/hello/hello.wasm", "2")

        self.assertEqual(self.key(), before)

    def test_a_result_that_is_right_already_is_left_alone(self):
        built = self.write("cache/hello", "module")
        target = self.write("build/guests/hello.wasm", "module")
        before = target.stat().st_mtime_ns

        build_guests.copy_if_changed(built, target)

        self.assertEqual(target.stat().st_mtime_ns, before)

    def test_a_guest_of_an_example_goes_to_its_folder_too(self):
        source = self.write("examples/shop/users/main.cpp", "int main() {}\n")
        built = self.write("cache/users", "module")
        (self.root / "build/guests").mkdir(parents=True)

        build_guests.place(build_guests.Guest(source.parent), built)

        self.assertEqual((self.root / "build/guests/users.wasm").read_text(), "module")
        self.assertEqual((source.parent / "users.wasm").read_text(), "module")


if __name__ == "__main__":
    unittest.main()
