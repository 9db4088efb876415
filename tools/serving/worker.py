"""One HTTP worker: waitress on a socket of its own, drained before it ends."""

import logging
import select
import socket
import threading
import time
from typing import Any

from waitress.server import create_server

from tools.settings import Settings

BACKLOG = 1024
LOOP_SECONDS = 0.2
BODY_SLACK = 1024 * 1024
"""What a request may be longer than the largest blob, in bytes."""


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to *host* and *port* that other processes may bind too."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def work(app: Any, bound: socket.socket, settings: Settings, stop: threading.Event) -> None:
    """Answer requests on *bound* until *stop*; finish those begun, then return."""
    channels: dict[int, Any] = {}
    server: Any = create_server(app, map=channels, sockets=[bound], **_adjustments(settings))
    # A lingering queue warning per request would drown everything else under load.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    while not stop.is_set():
        server.asyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=channels, count=1)
    _accept_arrived(server, channels, bound)
    server.del_channel(channels)
    bound.close()
    _drain(server, channels, time.monotonic() + settings.serve.grace_seconds / 2)
    server.task_dispatcher.shutdown()
    for channel in list(channels.values()):  # who was idle, and waitress's own pipe
        channel.close()


def _accept_arrived(server: Any, channels: dict[int, Any], bound: socket.socket) -> None:
    """Accept whoever is connected already, and read what they have sent so far."""
    waiting = select.poll()
    waiting.register(bound, select.POLLIN)
    for _ in range(BACKLOG):
        if not waiting.poll(0):
            break
        server.asyncore.loop(timeout=0, use_poll=True, map=channels, count=1)
    server.asyncore.loop(timeout=0, use_poll=True, map=channels, count=1)


def _drain(server: Any, channels: dict[int, Any], deadline: float) -> None:
    while any(map(_busy, server.active_channels.values())) and time.monotonic() < deadline:
        server.asyncore.loop(timeout=LOOP_SECONDS, use_poll=True, map=channels, count=1)


def _busy(channel: Any) -> bool:
    """Say whether a request of *channel* is being received, worked on or answered."""
    return bool(channel.requests or channel.request or channel.total_outbufs_len)


def _adjustments(settings: Settings) -> dict[str, Any]:
    serve = settings.serve
    trusted = (
        {
            "trusted_proxy": serve.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
        if serve.trusted_proxy
        else {}
    )
    return {
        "threads": serve.threads,
        "connection_limit": serve.connections,
        "channel_timeout": serve.idle_seconds,
        "max_request_body_size": int(settings.store.max_blob) + BODY_SLACK,
        "backlog": BACKLOG,
        "ident": "vankho",
        "expose_tracebacks": False,
        "clear_untrusted_proxy_headers": True,
        **trusted,
    }
