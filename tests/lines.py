"""A line between browser and server that a test may cut: what is on it is lost, as when a cable is pulled."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Line:
    """Leads from one port of this machine to another, until it is cut; the next connection goes through again."""

    def __init__(self, port: int, to: int) -> None:
        self._port, self._to = port, to
        self._ends: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._ready = threading.Event()

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._cut)

    @contextmanager
    def laid(self) -> Iterator["Line"]:
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._lead(),), daemon=True)
        thread.start()
        self._ready.wait(10)
        yield self
        self._loop.call_soon_threadsafe(self._over.set)
        thread.join(10)
        self._loop.close()

    async def _lead(self) -> None:
        async with await asyncio.start_server(self._connect, "127.0.0.1", self._port):
            self._ready.set()
            await self._over.wait()
        self._cut()
        while self._ends:
            await asyncio.sleep(0.01)

    def _cut(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        ends = {writer, back}
        self._ends |= ends
        ways = [asyncio.ensure_future(_pass_on(*way)) for way in ((reader, back), (there, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in ends:
            end.transport.abort()
        self._ends -= ends


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while heard := await reader.read(65536):
        writer.write(heard)
        await writer.drain()
