"""A gate into the controller's network: accepts outside, connects inside. Killed, it is a dead host.

Started by `controller.Gate` inside the controller's network namespace, with sockets that listen
outside of it: `python -m tools.bench.domain.gate 7:389 8:636`. Ends with its standard input.
"""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

Come = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
INSIDE = "127.0.0.1"
CHUNK = 64 * 1024


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on every byte until one side has ended."""
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def serve(numbers: list[tuple[int, int]]) -> None:
    """Carry what comes to each listening descriptor to its port inside."""
    carried: set[asyncio.Task[None]] = set()

    def at(port: int) -> Come:
        async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                inner_reader, inner_writer = await asyncio.open_connection(INSIDE, port)
            except OSError:
                writer.close()
                return
            for task in (carry(reader, inner_writer), carry(inner_reader, writer)):
                running = asyncio.ensure_future(task)
                carried.add(running)
                running.add_done_callback(carried.discard)

        return come

    servers = [
        await asyncio.start_server(at(port), sock=socket.socket(fileno=number))
        for number, port in numbers
    ]
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


def main() -> None:
    """Read the pairs from the command line and serve them."""
    pairs = [tuple(map(int, pair.split(":"))) for pair in sys.argv[1:]]
    asyncio.run(serve([(number, port) for number, port in pairs]))


if __name__ == "__main__":
    main()
