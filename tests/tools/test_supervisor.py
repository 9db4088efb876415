"""Who dies is started again, later each time; who cannot live ends the whole."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tools.exits import Exit
from tools.serving.restarts import (
    FIRST_SECONDS,
    LONGEST_SECONDS,
    STEADY_SECONDS,
    Failures,
    after_death,
    is_final,
)

PROGRAM = """
import sys
from tools.serving.supervisor import Role, Supervisor

roles = [Role("one", [sys.executable, "-c", sys.argv[1]])]
told = lambda event, **facts: print(event, facts["role"], facts.get("code", ""), flush=True)
sys.exit(Supervisor(roles, up=lambda: True, note=told, grace=0.5).run())
"""


def supervised(child: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, child],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


@given(st.lists(st.floats(0, STEADY_SECONDS - 1), min_size=1, max_size=2000))
def test_pauses_grow_up_to_the_longest(lives: list[float]):
    failures, pauses = Failures(), [0.0]

    for lived in lives:
        failures = after_death(failures, lived=lived)
        pauses.append(failures.pause)

    assert pauses == sorted(pauses)
    assert pauses[1] == FIRST_SECONDS
    assert pauses[-1] <= LONGEST_SECONDS


def test_a_long_life_makes_up_for_earlier_failures():
    failing = Failures(count=9, pause=LONGEST_SECONDS)

    assert after_death(failing, lived=STEADY_SECONDS).pause == FIRST_SECONDS


def test_only_what_cannot_change_is_final():
    assert is_final(Exit.STORE_MISSING)
    assert is_final(Exit.FORMAT)
    assert not is_final(Exit.ERROR)
    assert not is_final(-9)


def test_who_dies_is_started_again():
    with supervised("raise SystemExit(1)") as running:
        assert running.stdout is not None
        told = [running.stdout.readline() for _ in range(6)]
        running.terminate()

    assert told == [b"process-began one \n", b"process-ended one 1\n"] * 3
    assert running.returncode == 0


def test_who_cannot_live_ends_the_whole_with_its_code():
    with supervised("raise SystemExit(14)") as running:
        assert running.wait(60) == 14


def test_who_does_not_listen_is_ended_by_force():
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(600)"
    )

    with supervised(deaf) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"process-began one \n"
        assert running.stdout.readline() == b"deaf\n"
        running.terminate()

        assert running.wait(60) == 0
