import unittest

import tool

check = tool.load("check_co_await")


def faults(text):
    return [message for _, message in check.findings_in(text)]


class CheckCoAwait(unittest.TestCase):
    def test_alone_it_is_right(self):
        for statement in (
                "auto reply = co_await client.send(std::move(request), sizes[0]);",
                "{ co_await stop(); }",
                "CO_TRY(auto x, co_await read(file));",
                "CO_TRY_DO(co_await close(file));",
                "if (co_await ready()) { go(); }",
                "if (auto r = co_await ask(); !r) { fail(r ? 1 : 2); }",
                "while (auto next = co_await queue.receive()) { use(*next); }",
                "co_return co_await send(a, b);",
                "int x = a ? b : c; co_await f(x);",
                "// co_await f({1})"):
            with self.subTest(statement):
                self.assertEqual(faults(statement), [])

    def test_braces_are_refused(self):
        self.assertEqual(faults("co_await send(Request{1});"), ["braces in a co_await expression"])
        self.assertEqual(faults("auto x = Pair{co_await f()};"), ["co_await inside braces"])

    def test_lambdas_are_refused(self):
        self.assertEqual(faults("co_await run(pool, [&] { return 1; });"), ["a lambda in a co_await expression"])

    def test_the_conditional_operator_is_refused(self):
        self.assertEqual(faults("co_await f(a ? b : c);"), ["?: in a co_await expression"])
        self.assertEqual(faults("auto x = a ? b : co_await c();"), ["?: around a co_await"])

    def test_a_call_around_it_is_refused(self):
        self.assertEqual(faults("use(co_await f());"), ["co_await as an argument of use"])


if __name__ == "__main__":
    unittest.main()
