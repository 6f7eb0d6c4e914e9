import pathlib
import unittest

import tool

check = tool.load("check_sizes")

SOURCE = """\
namespace skep {
const auto kRows = std::to_array<Row>({
    {1, 2},
});
Server::Server(Loop& loop, int port)
    : loop_{loop}, port_{port} {
    listen();
}
Result<void> Server::serve(std::map<int, int> a, int b, int c) const {
    for (auto& x : all_) {
        if (x) {
            auto f = [&](int y) { return y; };
        }
    }
}
void Server::stop() noexcept {}
}
"""


class Functions(unittest.TestCase):
    def test_are_found_with_their_sizes(self):
        found = check.functions_of(SOURCE)

        self.assertEqual([(f.name, f.line, f.lines, f.parameters, f.nesting) for f in found], [
            ("Server::Server", 5, 4, 2, 0),
            ("Server::serve", 9, 7, 3, 2),
            ("Server::stop", 16, 1, 0, 0)])


class Judgement(unittest.TestCase):
    def test_a_function_past_the_stop_fails(self):
        text = "void f() {\n" + "    g();\n" * 70 + "}\n"

        aims, stops = check.judge_file(pathlib.Path("a.cpp"), text)

        self.assertEqual((aims, [message for _, _, message in stops]), ([], ["f: 72 lines (aim 40)"]))

    def test_a_source_past_the_aim_is_only_told(self):
        aims, stops = check.judge_file(pathlib.Path("a.cpp"), "int x;\n" * 401)

        self.assertEqual(([message for _, _, message in aims], stops), (["401 lines (aim 400)"], []))


if __name__ == "__main__":
    unittest.main()
