"""A mail server that catches: each message goes to a Maildir folder and to nobody's inbox.

It takes mail on the loopback interface only, unless told otherwise, and never writes to a log
who wrote what to whom.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

LARGEST_MESSAGE = 10 * 1024 * 1024  # bytes


async def catch_mail(host: str, port: int, folder: Path) -> None:
    """Take mail on host:port until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    for part in ("tmp", "new", "cur"):  # a folder that is there already may be empty
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper = Mailbox(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST_MESSAGE, ident="Porchlight mail catcher"),
        host,
        port,
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


def main() -> None:
    """Read the command line and catch mail."""
    parser = argparse.ArgumentParser(description="Catch mail in a Maildir folder.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(catch_mail(options.host, options.port, options.folder))


if __name__ == "__main__":
    main()
