#!/usr/bin/env python3
"""usage: delay.py PORT MILLISECONDS: forwards to 127.0.0.1:PORT, each byte half of the round trip later; prints its own port."""
import asyncio
import sys

PIECE = 256 * 1024
IN_FLIGHT = 1024


async def forward(reader, writer, delay):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue(IN_FLIGHT)

    async def deliver():
        while (item := await queue.get()) is not None:
            due, data = item
            await asyncio.sleep(max(0, due - loop.time()))
            writer.write(data)
            await writer.drain()
        writer.close()

    delivering = asyncio.create_task(deliver())
    try:
        while data := await reader.read(PIECE):
            await queue.put((loop.time() + delay, data))
    except ConnectionError:
        pass
    await queue.put(None)
    await asyncio.gather(delivering, return_exceptions=True)


async def main(port, delay):
    async def accept(reader, writer):
        to_server = await asyncio.open_connection("127.0.0.1", port, limit=PIECE)
        await asyncio.gather(forward(reader, to_server[1], delay), forward(to_server[0], writer, delay))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=PIECE)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]) / 2000))
