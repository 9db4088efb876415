"""Telling systemd that the server is up (sd_notify(3)): one datagram to the socket it names."""

import socket
from collections.abc import Mapping


def tell_ready(environ: Mapping[str, str]) -> None:
    """Say `READY=1` where somebody asked for it by `NOTIFY_SOCKET`; what cannot be told is not.

    A server that works must not end because nobody listens any more.
    """
    named = environ.get("NOTIFY_SOCKET", "")
    if not named.startswith(("/", "@")):
        return
    # An abstract socket is written with @ and named with a zero byte (unix(7)).
    address = "\0" + named[1:] if named[0] == "@" else named
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(b"READY=1", address)
        except OSError:
            return
