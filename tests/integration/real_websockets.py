# SPDX-License-Identifier: BSD-3-Clause
"""The Python library websockets (Debian: python3-websockets) as a peer that was written by others."""

import asyncio
import sys

from harness import DEADLINE, Skipped

try:
    import websockets
except ImportError:
    # A Python that stands beside the system's does not look where Debian's modules are.
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import websockets
    except ImportError:
        websockets = None


def library():
    if websockets is None:
        raise Skipped("the Python module websockets is missing (Debian: python3-websockets)")
    return websockets


def run(work):
    """Runs a coroutine, which is what the library consists of, within the deadline."""
    async def limited():
        await asyncio.wait_for(work, DEADLINE)
    try:
        asyncio.run(limited())
    except asyncio.TimeoutError as error:
        raise AssertionError("the peer has waited in vain") from error
    except library().WebSocketException as error:
        raise AssertionError(f"the peer says: {error!r}") from error
