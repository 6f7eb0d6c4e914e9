import unittest

import tool  # noqa: F401  (puts tools/ on the path)
import sources


class CodeOnly(unittest.TestCase):
    def test_blanks_comments_and_strings_and_keeps_lines(self):
        code = sources.code_only('a(); // b()\n/* c\n */ d("e()");\n')

        self.assertEqual(code.split(), ["a();", "d(", ");"])
        self.assertEqual(code.count("\n"), 3)

    def test_a_raw_string_ends_at_its_own_tag(self):
        self.assertEqual(sources.code_only('R"x(" ;)" )x" f').split(), ["f"])

    def test_a_digit_separator_is_not_a_character(self):
        self.assertEqual(sources.code_only("10'000 + f() + 'c'").split(), ["10'000", "+", "f()", "+"])


if __name__ == "__main__":
    unittest.main()
