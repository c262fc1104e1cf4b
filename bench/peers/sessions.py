#!/usr/bin/python3
"""usage: sessions.py PORT USER KEY COUNT: one light client that holds COUNT idle SFTP sessions; prints READY, ends with its standard input."""
import asyncio
import sys

import asyncssh

PARALLEL = 20


async def main(port, user, key, count):
    private_key = asyncssh.read_private_key(key)
    gate = asyncio.Semaphore(PARALLEL)

    async def open_one():
        async with gate:
            connection = await asyncssh.connect("127.0.0.1", port, username=user, client_keys=[private_key], known_hosts=None, config=None,
                                                encryption_algs=["aes256-gcm@openssh.com"], login_timeout=120)
            return connection, await connection.start_sftp_client()

    sessions = await asyncio.gather(*(open_one() for _ in range(count)))
    print("READY", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for connection, _ in sessions:
        connection.abort()


asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
