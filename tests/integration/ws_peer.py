# SPDX-License-Identifier: BSD-3-Clause
"""A WebSocket client (RFC 6455) for the drivers here, in plain sight: what is sent can be anything,
what comes is held to the protocol."""

import base64
import contextlib
import hashlib
import os
import struct

from harness import DEADLINE, check
from http_peer import head_of
from peers import connect, receive

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def upgrade_fields(key, **more):
    fields = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": key}
    fields.update({name.replace("_", "-"): value for name, value in more.items()})
    return fields


def new_key():
    return base64.b64encode(os.urandom(16)).decode()


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def frame(opcode, data=b"", final=True, masked=True, reserved=0):
    """The bytes of a client's frame."""
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    flag = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([flag | len(data)])
    elif len(data) < 65536:
        head += bytes([flag | 126]) + struct.pack("!H", len(data))
    else:
        head += bytes([flag | 127]) + struct.pack("!Q", len(data))
    if not masked:
        return head + data
    mask = os.urandom(4)
    # As one number, which is faster than byte by byte.
    repeated = (mask * (len(data) // 4 + 1))[:len(data)]
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + mixed.to_bytes(len(data), "big")


class WebSocket:
    """An open one."""

    def __init__(self, port, target="/", host=None, address="127.0.0.1", client=None, **fields):
        self.socket = client or connect(port, address)
        self.socket.settimeout(DEADLINE)
        key = new_key()
        where = f"[{address}]" if ":" in address else address
        self.socket.sendall(head_of("GET", target, upgrade_fields(key, **fields),
                                    host or f"{where}:{port}"))
        head = b""
        while b"\r\n\r\n" not in head:  # not a byte further: frames may follow
            more = self.socket.recv(1)
            check(more, f"the connection ended after {head!r}")
            head += more
        lines = head.decode("latin-1").split("\r\n")
        self.fields = {name.strip().lower(): value.strip() for name, _, value in
                       (line.partition(":") for line in lines[1:] if line)}
        check(lines[0].startswith("HTTP/1.1 101 "), f"no WebSocket: {lines[0]!r}")
        check(self.fields.get("sec-websocket-accept") == accept_of(key), f"wrong key: {lines}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.socket.sendall(frame(TEXT, data))

    def send_frame(self, *arguments, **options):
        self.socket.sendall(frame(*arguments, **options))

    def receive_frame(self):
        """(opcode, data) of the next whole message or control frame; None at the end of the
        stream."""
        opcode, data = None, b""
        while True:
            head = receive(self.socket, 2)
            if len(head) < 2:
                return None
            final, kind, length = head[0] & 0x80, head[0] & 0x0f, head[1]
            check(head[0] & 0x70 == 0 and length < 128, f"reserved bits or a mask: {head!r}")
            if length == 126:
                length, = struct.unpack("!H", receive(self.socket, 2))
                check(length > 125, "a longer form of the length than needed")
            elif length == 127:
                length, = struct.unpack("!Q", receive(self.socket, 8))
                check(length > 65535, "a longer form of the length than needed")
            if kind >= 8:
                check(final and length < 126, "a control frame in parts, or a long one")
                return kind, receive(self.socket, length)
            check((kind == 0) == (opcode is not None), "a message in a message")
            opcode = kind or opcode
            data += receive(self.socket, length)
            if final:
                return opcode, data

    def receive(self):
        """The next text message. Pings are answered."""
        while True:
            got = self.receive_frame()
            check(got is not None, "the connection ended where a message was expected")
            opcode, data = got
            if opcode == PING:
                self.send_frame(PONG, data)
            elif opcode != PONG:
                check(opcode == TEXT, f"a frame of type {opcode} came: {data[:100]!r}")
                return data.decode()

    def receive_close(self):
        """The status code of the close frame, None if it has none, after what came before it."""
        while True:
            got = self.receive_frame()
            check(got is not None, "the connection ended without a close frame")
            opcode, data = got
            if opcode == CLOSE:
                return struct.unpack("!H", data[:2])[0] if data else None

    def close(self, code=1000):
        """Closes as the protocol wants it, and waits for the other side's agreement."""
        self.send_frame(CLOSE, struct.pack("!H", code))
        answer = self.receive_close()
        with contextlib.suppress(ConnectionResetError):
            while self.socket.recv(65536):
                pass
        self.socket.close()
        return answer
