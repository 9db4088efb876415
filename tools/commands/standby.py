"""`vankho standby` follows a store node; `vankho promote` puts it in that one's place."""

import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from repository.errors import Trouble
from repository.upkeep.promote import Promoted
from repository.upkeep.standby import Followed, Round
from tools.house import House, verb
from tools.shown import moment
from tools.tokens import read_token


def add(cli: typer.Typer) -> None:
    """Give *cli* the verbs."""
    text = "Theo một nút kho làm dự phòng / Follow a store node, to take its place."
    cli.command("standby", help=text)(verb(follow))
    text = "Đưa bản dự phòng thành nút kho / Make the standby the store node."
    cli.command("promote", help=text)(verb(promote))


def follow(
    house: House,
    source: Annotated[
        str, typer.Option("--from", help="Địa chỉ nút kho. / The store node's address.")
    ],
    token_file: Annotated[
        Path, typer.Option(help="Tệp chứa mã dự phòng. / The file with the standby's token.")
    ],
    every: Annotated[
        float, typer.Option(min=0.1, help="Giây giữa hai lượt. / Seconds between two rounds.")
    ] = 5.0,
    once: Annotated[
        bool, typer.Option("--once", help="Một lượt rồi thôi. / One round, then end.")
    ] = False,
) -> None:
    """Pull what is new, round after round, into the folder `--store`; a line for each that brought something."""
    from repository.nodes.http_source import HttpSource
    from repository.upkeep import standby
    from tools import assembly

    token = read_token(token_file, sys.stdin, kind="vn_")
    pause = threading.Event()
    with (
        closing(HttpSource(source, token)) as node,
        standby.Standby(
            house.settings.root,
            node,
            address=source,
            clock=assembly.system_clock,
            told=lambda _: None,
        ) as following,
    ):
        if once:
            _tell(house, following.round())
            return
        standby.follow(following, rest=lambda: pause.wait(every), told=_Told(house))


class _Told:
    """Tells rounds that brought something, and when the store node stops or begins to answer."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lacking = ""

    def __call__(self, outcome: Round | Trouble) -> None:
        if isinstance(outcome, Trouble):
            if outcome.slug() != self._lacking:
                self._house.terminal.say(outcome.sentence_vi, outcome.sentence)
            self._lacking = outcome.slug()
            return
        if outcome.size or self._lacking:
            _tell(self._house, outcome)
        self._lacking = ""


def _tell(house: House, brought: Round) -> None:
    told = {
        "message_type": "round",
        "events": brought.position.events,
        "root": brought.position.root,
        "term": brought.position.term.number,
        "looked": moment(brought.position.looked),
        "new_events": brought.events,
        "new_packs": brought.packs,
        "bytes": brought.size,
    }
    text = house.terminal.choose(
        f"sự kiện {told['events']}, lúc {told['looked']}: thêm {brought.events} sự kiện, "
        f"{brought.size:,} byte",
        f"event {told['events']}, at {told['looked']}: {brought.events} events, "
        f"{brought.size:,} bytes new",
    )
    house.terminal.result(told, text)


def promote(house: House) -> None:
    """Make a store of the standby's folder `--store`, or begin a new term of the store that lies there."""
    from api.services import RULES
    from repository.upkeep.promote import promote as promoted
    from tools import assembly
    from tools.commands.init import settings_of_a_store_node
    from tools.settings import CONFIG_NAME

    root = house.settings.root
    done = promoted(root, assembly.options_of(house.settings), rules=RULES)
    if not (root / CONFIG_NAME).exists():
        (root / CONFIG_NAME).write_text(settings_of_a_store_node(), encoding="utf-8")
    _tell_promoted(house, done, behind=_behind(done.followed, assembly.system_clock().timestamp()))


def _behind(followed: Followed | None, now: float) -> float | None:
    """Seconds since the position was looked at: what was acknowledged in them may be lost."""
    return None if followed is None else round(max(0.0, now - followed.looked / 1_000_000), 3)


def _tell_promoted(house: House, done: Promoted, *, behind: float | None) -> None:
    told = {
        "term": done.term.number,
        "events": done.head.size,
        "root": done.head.root.hex(),
        "followed": done.followed.events if done.followed else None,
        "looked": moment(done.followed.looked) if done.followed else None,
        "rpo_seconds": behind,
        "rto_seconds": round(done.seconds, 3),
    }
    lost = "?" if behind is None else f"{behind:.1f}"
    text = house.terminal.choose(
        f"Đời nút kho {done.term.number}, {done.head.size} sự kiện. RPO: những gì nút cũ nhận trong "
        f"{lost} giây cuối có thể thiếu. RTO: {done.seconds:.1f} giây. Hãy tắt hẳn nút cũ",
        f"Term {done.term.number}, {done.head.size} events. RPO: what the former one took in the "
        f"last {lost} s may be missing. RTO: {done.seconds:.1f} s. Switch the former one off",
    )
    house.terminal.result(told, text)
