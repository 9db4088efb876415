"""How commands and answers cross a Unix socket: frames of MessagePack, length first."""

import struct
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from repository.errors import Kind, Trouble
from repository.keeper import Command, Rules

LENGTH = struct.Struct("<I")
MAX_FRAME_BYTES = 64 * 1024 * 1024


class WireBroken(Trouble):
    """The keeper's socket carried something that is no command ({why})."""

    kind = Kind.MALFORMED
    vietnamese = "Kênh tới thủ kho nhận nội dung không phải lệnh ({why})."


class NumberTooLarge(Trouble):
    """A number in the request has more than 64 bits: nothing here is so large."""

    kind = Kind.INVALID
    vietnamese = "Yêu cầu có một số lớn hơn 64 bit: không có gì ở đây lớn như vậy."


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """A trouble on its way back."""

    trouble: str
    facts: dict[str, Any]
    text: str


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """An answer on its way back, still encoded."""

    content: msgspec.Raw


_REPLY = msgspec.msgpack.Decoder(Answer | Refusal)
_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)


class Codec:
    """Encodes and decodes the commands of *rules*."""

    def __init__(self, rules: Rules) -> None:
        commands: Any = tuple(rules)
        union: Any = commands[0]
        for command in commands[1:]:
            union = union | command
        self._commands: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(union)
        self._answers = {
            command: msgspec.msgpack.Decoder(_answer_type(command)) for command in commands
        }

    def command(self, frame: bytes) -> Command[Any]:
        """The command in *frame*; raise `WireBroken`."""
        try:
            return self._commands.decode(frame)
        except msgspec.MsgspecError as error:
            raise WireBroken(why=str(error)) from error

    def answer(self, command: Command[Any], frame: bytes) -> Any:
        """The answer to *command* in *frame*; raise the trouble it carries."""
        reply = _REPLY.decode(frame)
        if isinstance(reply, Refusal):
            raise trouble_of(reply)
        return self._answers[type(command)].decode(reply.content)


def encode_command(command: Command[Any]) -> bytes:
    """The frame of *command*; raise `NumberTooLarge` for one that MessagePack cannot carry."""
    try:
        return _ENCODER.encode(command)
    except OverflowError as error:
        raise NumberTooLarge from error


def encode_answer(answer: object) -> bytes:
    """The frame of *answer*."""
    return _ENCODER.encode(Answer(msgspec.Raw(_ENCODER.encode(answer))))


def encode_trouble(error: BaseException) -> bytes:
    """The frame of a trouble; of any other error only its type leaves the keeper."""
    if isinstance(error, Trouble):
        return _ENCODER.encode(refusal_of(error))
    return _ENCODER.encode(Refusal("", {}, type(error).__name__))


def refusal_of(trouble: Trouble) -> Refusal:
    """*trouble* as a value."""
    return Refusal(type(trouble).slug(), trouble.facts, str(trouble))


class KeeperFailed(Trouble):
    """The keeper could not decide the command: {why}."""

    kind = Kind.UNAVAILABLE
    vietnamese = "Thủ kho không xử lý được lệnh: {why}."


def trouble_of(refusal: Refusal) -> Trouble:
    """The trouble that *refusal* names, or `KeeperFailed` for one unknown here."""
    known = {each.slug(): each for each in _all_troubles(Trouble)}
    found = known.get(refusal.trouble)
    if found is None:
        return KeeperFailed(why=refusal.text)
    made = found.__new__(found)
    Trouble.__init__(made, **refusal.facts)
    return made


def _all_troubles(above: type[Trouble]) -> Iterable[type[Trouble]]:
    for each in above.__subclasses__():
        yield each
        yield from _all_troubles(each)


def _answer_type(command: type[Command[Any]]) -> Any:
    """The `R` of a command declared as `Command[R]`."""
    for base in getattr(command, "__orig_bases__", ()):
        arguments = get_args(base)
        if arguments:
            return arguments[0]
    return Any
