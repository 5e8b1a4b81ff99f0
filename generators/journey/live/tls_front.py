"""TLS before a server that has none: `python -m journey.live.tls_front PORT CERTIFICATE KEY SOCKET`.

PyPI's build of Redis knows no TLS, and Argo CD is configured to use it.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from contextlib import suppress

from journey.live.local import LOOPBACK

CHUNK = 65536


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on bytes until one side ends."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def serve(port: int, certificate: str, key: str, socket: str) -> None:
    """Take connections until the process ends."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_unix_connection(socket)
        await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))

    async with await asyncio.start_server(joined, LOOPBACK, port, ssl=context) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:5]))
