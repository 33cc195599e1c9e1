"""A receiver of webhooks that answers at once and remembers each message's id."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from benchmarks.figures.report import Broken

ID = re.compile(rb"\r\nwebhook-id: *(\S+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE = 120.0  # seconds


class Receiver:
    """`url` is where to send; anything may follow it."""

    def __init__(self) -> None:
        self.url = ""
        self._seen: set[bytes] = set()
        self._is_up = threading.Event()

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Receiver"]:
        receiver, over = cls(), asyncio.Event()
        loop = uvloop.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=(receiver._serve(over),), daemon=True)
        thread.start()
        receiver._is_up.wait(PATIENCE)
        try:
            yield receiver
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join(PATIENCE)

    def forget(self) -> None:
        self._seen.clear()

    def wait_for(self, messages: int) -> float:
        """The moment the last one was here (`time.perf_counter`). Raises Broken when some do not come."""
        deadline = time.perf_counter() + PATIENCE
        while len(self._seen) < messages:
            if time.perf_counter() > deadline:
                raise Broken(f"{messages - len(self._seen)} of {messages} deliveries were lost")
            time.sleep(0.005)
        return time.perf_counter()

    async def _serve(self, over: asyncio.Event) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        self._is_up.set()
        await over.wait()
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            length, message_id = LENGTH.search(head), ID.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            if message_id:
                self._seen.add(message_id[1])
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()
