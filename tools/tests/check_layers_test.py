import unittest

import tool

layers_check = tool.load("check_layers")
LAYERS = layers_check.read_layers("base:\nhttp: base\nwasm: base\n")


def faults(path, text):
    return [message for _, message in layers_check.findings_in(path, text, LAYERS)]


class CheckLayers(unittest.TestCase):
    def test_a_lower_module_may_be_included(self):
        self.assertEqual(faults("src/http/a.cpp", '#include "base/bytes.hpp"\n#include <vector>\n'), [])

    def test_a_sibling_may_not(self):
        self.assertEqual(faults("src/http/a.cpp", '#include "wasm/engine.hpp"'),
                         ['http may not include wasm ("wasm/engine.hpp")'])

    def test_another_modules_detail_may_not(self):
        self.assertEqual(faults("src/http/a.cpp", '#include "base/detail/x.hpp"'),
                         ['"base/detail/x.hpp" is private to base'])

    def test_fakes_are_for_tests(self):
        include = '#include "base/testing/manual_clock.hpp"'
        self.assertEqual(faults("src/http/a.cpp", include), ['"base/testing/manual_clock.hpp" is for tests'])
        self.assertEqual(faults("src/http/a_test.cpp", include), [])

    def test_beast_stays_behind_http(self):
        include = "#include <boost/beast/http.hpp>"
        self.assertEqual(faults("src/wasm/a.cpp", include), ["<boost/beast/http.hpp> belongs behind http"])
        self.assertEqual(faults("src/http/a.cpp", include), [])

    def test_an_include_in_a_comment_is_none(self):
        self.assertEqual(faults("src/http/a.cpp", '// #include "wasm/engine.hpp"'), [])

    def test_an_arrow_that_points_up_is_refused(self):
        with self.assertRaisesRegex(ValueError, "base points to http"):
            layers_check.read_layers("base: http\nhttp:\n")


if __name__ == "__main__":
    unittest.main()
