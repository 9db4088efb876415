"""The processes' own log: one line for each thing that happened, the same shape from all of them.

JSON, or logfmt for people; on standard error, where systemd's journal takes it. What libraries
tell through `logging` comes out in the same shape. No line stops a process: one that cannot be
written is lost.
"""

import contextlib
import logging
import os
import sys
from typing import Any, Literal, Protocol, cast

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Shape = Literal["json", "text"]
Level = Literal["info", "warning"]
_LEVELS: dict[Level, int] = {"info": logging.INFO, "warning": logging.WARNING}
_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


class Log(Protocol):
    """Where a process writes its lines."""

    def info(self, event: str, **facts: object) -> object:
        """Note what is as it should be."""
        ...

    def warning(self, event: str, **facts: object) -> object:
        """Note what somebody should look at."""
        ...


def begin(process: str, *, shape: Shape, level: Level) -> Log:
    """Let *process* log from now on; the logger is its own, `logging` comes out beside it."""
    render = _renderer(shape)
    named = {"process": process, "pid": os.getpid()}
    _take_over_logging(named, render, _LEVELS[level])
    logger = structlog.wrap_logger(
        structlog.BytesLogger(cast("Any", _Unfailing())),
        processors=[structlog.processors.add_log_level, _STAMP, _first_things_first, render],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )
    return logger.bind(**named)


def _renderer(shape: Shape) -> Processor:
    if shape == "json":
        return structlog.processors.JSONRenderer(serializer=_json)
    logfmt = structlog.processors.LogfmtRenderer(bool_as_flag=False)

    def encoded(logger: WrappedLogger, name: str, line: EventDict) -> bytes:
        return logfmt(logger, name, line).encode()

    return encoded


def _json(line: EventDict, **_: object) -> bytes:
    return msgspec.json.encode(line, enc_hook=str)


def _first_things_first(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """*line* with what all lines have at its beginning."""
    first = {key: line.pop(key) for key in ("time", "level", "process", "pid", "event")}
    return {**first, **line}


def _take_over_logging(named: dict[str, Any], render: Processor, level: int) -> None:
    def belongs(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
        return {**named, **line}

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.format_exc_info,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                belongs,
                _STAMP,
                _first_things_first,
                render,
                _decoded,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def _decoded(_logger: WrappedLogger, _name: str, line: Any) -> str:
    return cast("bytes", line).decode()


class _Unfailing:
    """Standard error, for whoever must not fail because nobody listens any more."""

    def write(self, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.buffer.write(line)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.buffer.flush()
