"""A wire that breaks: a proxy in front of a server which lets so many bytes through, one way, and then closes both ends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Way = Literal["up", "down"]  # from the client to the server, from the server to the client


@contextmanager
def wire(port: int, way: Way, after: int) -> Iterator[int]:
    """The port of a proxy in front of `port`, good for one connection and `after` bytes that way."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        carrier = threading.Thread(target=_carry, args=(door, port, way, after), daemon=True)
        carrier.start()
        yield door.getsockname()[1]
        with suppress(OSError):  # one that nobody connected to would wait for ever
            socket.create_connection(door.getsockname(), timeout=1).close()
        carrier.join(5)


def _carry(door: socket.socket, port: int, way: Way, after: int) -> None:
    client, _ = door.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        up = threading.Thread(target=_pump, args=(client, server, after if way == "up" else None))
        up.start()
        _pump(server, client, after if way == "down" else None)
        up.join()


def _pump(source: socket.socket, target: socket.socket, left: int | None) -> None:
    target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError):
        while left is None or left > 0:
            piece = source.recv(4096 if left is None else min(left, 4096))
            if not piece:
                break
            target.sendall(piece)
            left = None if left is None else left - len(piece)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def bridge(port: int, to: int) -> Iterator[None]:
    """Whoever connects to `port` reaches the server at `to`, while the block lasts; before and after it nobody is there."""
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", port)) as door:
        doorman = threading.Thread(target=_open_door, args=(door, to, ends, threads), daemon=True)
        doorman.start()
        yield
        door.shutdown(socket.SHUT_RDWR)
        doorman.join(5)
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)
    for end in ends:
        end.close()


def _open_door(door: socket.socket, to: int, ends: list[socket.socket], threads: list[threading.Thread]) -> None:
    with suppress(OSError):
        while True:
            client, _ = door.accept()
            server = socket.create_connection(("127.0.0.1", to))
            ends += [client, server]
            threads += [threading.Thread(target=_pump, args=(*way, None), daemon=True) for way in ((client, server), (server, client))]
            for thread in threads[-2:]:
                thread.start()
