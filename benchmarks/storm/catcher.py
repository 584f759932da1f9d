"""A mail server that writes down what it has taken, and misbehaves when it is told to.

Run it with `python -m benchmarks.storm.catcher --folder … --port …`. It reads its mood from the
file `mood` before each message, and adds one line to `ledger` for each message that it takes:
time, Message-ID, recipient and the items that the text links to. Only what is in there has arrived;
it is on the disk before the client is told (RFC 5321, 6.1).
"""

import argparse
import asyncio
import json
import os
import re
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SECONDS_OF_A_HANG = 3.0
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)
_ITEM = re.compile(rb"/r/([0-9a-f-]{36})")


class Mood(StrEnum):
    """How it treats the next messages; the words of an answer are its value."""

    WELL = "250 OK"
    BUSY = "450 4.2.1 Mailbox busy"
    AWAY = "421 4.3.2 Shutting down"
    NO_ROOM = "452 4.3.1 Disk full"
    FAILS = "451 4.3.0 Local error"
    CRASHES = "554 5.3.0 Transaction failed"
    REFUSES = "550 5.1.1 No such user"
    HANGS = "hang"
    HANGS_UP = "drop"


AT_RECIPIENT = {Mood.BUSY, Mood.REFUSES, Mood.AWAY}
AT_THE_END = {Mood.NO_ROOM, Mood.FAILS, Mood.CRASHES}


@dataclass(frozen=True)
class Arrived:
    """One message that was taken: when (seconds since 1970), and the items that it links to."""

    at: float
    message_id: str
    recipient: str
    items: tuple[str, ...]


def set_mood(folder: Path, mood: Mood) -> None:
    """Tell a running catcher how to treat what comes next."""
    making = folder / "mood.new"
    making.write_text(mood)
    making.replace(folder / "mood")


def ledger(folder: Path) -> list[Arrived]:
    """All that has arrived, in its order; a line that is just being written is left out."""
    path = folder / "ledger"
    text = path.read_text() if path.exists() else ""
    rows = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [Arrived(at, message, recipient, tuple(items)) for at, message, recipient, items in rows]


class Catcher:
    """Serves connections. One ledger for all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book = (folder / "ledger").open("a", buffering=1)

    def mood(self) -> Mood:
        """What the file says; well where there is none."""
        try:
            return Mood((self.folder / "mood").read_text())
        except FileNotFoundError:
            return Mood.WELL

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk SMTP with one client until it leaves, or is thrown out."""
        try:
            writer.write(b"220 catcher\r\n")
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # a client that was killed does not say goodbye
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb in {b"EHLO", b"HELO"}:
                answer = "250 catcher"
            elif verb == b"RCPT":
                mood = self.mood()
                answer = mood if mood in AT_RECIPIENT else Mood.WELL
                recipient = line.decode().partition("<")[2].partition(">")[0]
            elif verb == b"DATA":
                if not await self._take(recipient, reader, writer):
                    return
                continue
            elif verb == b"QUIT":
                writer.write(b"221 Bye\r\n")
                return
            else:
                answer = Mood.WELL
            writer.write(f"{answer}\r\n".encode())

    async def _take(
        self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Take one message; False when the line is to be cut."""
        writer.write(b"354 Go on\r\n")
        if self.mood() is Mood.HANGS_UP:
            await reader.readline()
            writer.transport.abort()
            return False
        content = await reader.readuntil(b"\r\n.\r\n")
        mood = self.mood()
        if mood is Mood.HANGS:
            await asyncio.sleep(SECONDS_OF_A_HANG)
            return False
        if mood in AT_THE_END:
            writer.write(f"{mood}\r\n".encode())
            return True
        self._note(recipient, content)
        writer.write(b"250 Taken\r\n")
        return True

    def _note(self, recipient: str, content: bytes) -> None:
        found = _MESSAGE_ID.search(content)
        message = found[1].decode() if found else ""
        items = sorted({item.decode() for item in _ITEM.findall(content)})
        self.book.write(json.dumps([time.time(), message, recipient, items]) + "\n")
        os.fsync(self.book.fileno())  # as a mail server does before it takes responsibility


async def _serve(folder: Path, port: int) -> None:
    server = await asyncio.start_server(Catcher(folder).serve, "127.0.0.1", port, limit=2**20)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Read the command line and catch mail until killed."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--folder", type=Path, required=True)
    words.add_argument("--port", type=int, required=True)
    options = words.parse_args()
    asyncio.run(_serve(options.folder, options.port))


if __name__ == "__main__":
    main()
