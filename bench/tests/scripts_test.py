import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from harness import scripts  # noqa: E402


class PostingTest(unittest.TestCase):
    def test_a_posted_value_is_a_quoted_string_of_lua(self):
        text = scripts.posting({"name": "it's \"so\" \\ here"})
        self.assertTrue(text.startswith(r"""wrk.body = '{"name": "it\'s \\"so\\" \\\\ here"}'""" + "\n"), text)

    def test_a_posted_value_may_have_a_key_of_its_own_in_each_request(self):
        text = scripts.posting({"n": 1}, "Idempotency-Key")
        self.assertIn('wrk.headers["Idempotency-Key"] = "@"', text)
        self.assertEqual(text.count("wrk.body"), 1)


if __name__ == "__main__":
    unittest.main()
