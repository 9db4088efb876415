"""Long works tell how far they are, and only to who wants to know."""

import io

from tools.progress import LINE_SECONDS, lines
from tools.terminal import Terminal, printable


class Watch:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_where_nobody_watches_there_is_a_line_now_and_then():
    err, watch = io.StringIO(), Watch()

    with lines(err, "Nhập", 100, watch) as counting:
        for _ in range(90):
            watch.now += 1.0
            counting.advance(1, 1024 * 1024)

    assert err.getvalue().splitlines() == [
        "Nhập: 30/100, 30.0 MiB",
        "Nhập: 60/100, 60.0 MiB",
        "Nhập: 90/100, 90.0 MiB",
    ]


def test_a_short_work_stays_silent():
    err, watch = io.StringIO(), Watch()

    with lines(err, "Nhập", None, watch) as counting:
        watch.now += LINE_SECONDS - 1
        counting.advance()

    assert err.getvalue() == ""


def test_quiet_silences_everything_but_results():
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err, quiet=True)

    with terminal.counting("a", "a", 1) as counting:
        counting.advance()
    terminal.say("một", "one")
    terminal.result({"a": 1}, "kết quả")

    assert (out.getvalue(), err.getvalue()) == ("kết quả\n", "")


def test_on_a_terminal_there_is_a_bar():
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    err = Screen()

    with Terminal(io.StringIO(), err).counting("Nhập", "Taking in", 2) as counting:
        counting.advance(2, 1)

    assert "Taking in" in err.getvalue()
    assert "2/2" in err.getvalue()


def test_vietnamese_is_printed_as_it_is():
    assert printable("Đồng Tháp – hoà\n") == "Đồng Tháp – hoà\n"
