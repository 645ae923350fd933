# SPDX-License-Identifier: BSD-3-Clause
"""WebSocket clients of Evlet (ws_client.c) with a server that was written by others."""

import asyncio
import contextlib
import http

import real_websockets
from harness import Program, check, main

SIZES = [0, 1, 125, 126, 65535, 65536, 300000]
TEXT = "Grüße aus 東京"
MEGABYTE = 1 << 20


def served(path, handler, expected, *, origin="http://127.0.0.1", offered="", target="/ws",
           **options):
    """Runs the client against a server with this handler; it has to print what is expected."""
    library = real_websockets.library()

    async def serve():
        async with library.serve(handler, "127.0.0.1", 0, **options) as server:
            port = server.sockets[0].getsockname()[1]

            def talk():
                with Program(path, str(port), target, origin, offered) as client:
                    return client.finish().splitlines()
            printed = await asyncio.get_running_loop().run_in_executor(None, talk)
            check(printed == expected, f"{expected} was expected, {printed} was printed")
    real_websockets.run(serve())


def messages_of(peer):
    """What comes until the peer closes, whatever its code."""
    async def each():
        with contextlib.suppress(real_websockets.library().ConnectionClosed):
            async for message in peer:
                yield message
    return each()


ALL_OF_IT = [*(f"echoed {size}" for size in SIZES), "pong ping", f"echoed {len(TEXT.encode())}",
             "closed 4001 enough, told 4001"]


def messages_come_back(path):
    seen = []

    async def echo(peer, *_):
        fields = peer.request_headers
        seen.append((peer.path, peer.subprotocol, fields["Origin"],
                     fields.get("Sec-WebSocket-Extensions")))
        async for message in messages_of(peer):
            await peer.send(message)
        seen.append((peer.close_code, peer.close_reason))

    served(path, echo, ["open v2", *ALL_OF_IT], offered="v1, v2", target="/some?path=1",
           subprotocols=["v2", "v3"])
    check(seen == [("/some?path=1", "v2", "http://127.0.0.1", None), (4001, "enough")], f"{seen}")


def pings_are_answered(path):
    async def echo(peer, *_):
        async for message in messages_of(peer):
            answers = [await peer.ping(text) for text in ("a", "b" * 125)]
            await answers[1]
            await peer.send(message)

    served(path, echo, ["open -", *ALL_OF_IT])


def messages_in_parts_are_put_together(path):
    async def echo(peer, *_):
        async for message in messages_of(peer):
            half = len(message) // 2
            await peer.send([message[:half], message[half:]])

    served(path, echo, ["open -", *ALL_OF_IT])


def server_closes(path):
    async def close(peer, *_):
        await peer.close(1012, "restart: später")

    served(path, close, ["open -", "closed 1012 restart: später, told 1012"])


def server_refuses(path):
    async def never(*_):
        raise AssertionError("it was refused")

    for status in (401, 403, 503):
        async def refuse(*_, status=status):
            return http.HTTPStatus(status), [], b"no\n"
        served(path, never, [f"refused {status}"], process_request=refuse)
    served(path, never, ["refused 403"], origin="http://elsewhere", origins=["http://here"])


def server_says_too_much(path):
    codes = []

    async def flood(peer, *_):
        await peer.recv()
        await peer.send(b"x" * (MEGABYTE + 1))
        await peer.wait_closed()
        codes.append(peer.close_code)

    served(path, flood, ["open -", "closed 1006 , told 1009"])
    check(codes == [1009], f"closed with {codes}")


def server_vanishes(path):
    async def vanish(peer, *_):
        peer.transport.abort()

    served(path, vanish, ["open -", "closed 1006 , told 0"])


if __name__ == "__main__":
    main([messages_come_back, pings_are_answered, messages_in_parts_are_put_together, server_closes,
          server_refuses, server_says_too_much, server_vanishes])
