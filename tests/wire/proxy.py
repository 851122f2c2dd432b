"""A wire that breaks on purpose: a proxy before a server, which carries so many bytes one way and then does harm.

`arm` decides the next connection's fault; the ones after it are sound. One thread carries one connection, so that
nothing else holds a socket when it is to be reset.
"""

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, Self

from msgspec import Struct

Way = Literal["up", "down"]  # from the client to the server, from the server to the client
Harm = Literal["cut", "reset", "stall", "half-close", "dribble"]
HARMS: tuple[Harm, ...] = ("cut", "reset", "stall", "half-close", "dribble")
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


class Fault(Struct, frozen=True):
    """After `after` bytes that way: both ends are closed (cut) or reset; that way ends (half-close); nothing comes any more
    (stall); or each byte comes by itself (dribble)."""

    harm: Harm
    way: Way
    after: int


class Proxy:
    """A door in front of the server at `to`; `port` is the door's, `carried` the bytes of the last connection each way."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self._fault: Fault | None = None
        self._carriers: list[threading.Thread] = []
        self._doorman = threading.Thread(target=self._open, daemon=True)
        self.port: int = self._door.getsockname()[1]
        self.carried: dict[Way, int] = {"up": 0, "down": 0}
        self.harmed = 0

    def __enter__(self) -> Self:
        self._doorman.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._doorman.join(5)
        self._door.close()
        self.quiet()

    def arm(self, fault: Fault | None) -> None:
        """The next connection breaks so."""
        self._fault = fault

    def quiet(self) -> None:
        """Wait until every connection has ended."""
        for carrier in self._carriers:
            carrier.join(10)
        self._carriers = []

    def _open(self) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                client, _ = self._door.accept()
                fault, self._fault = self._fault, None
                carrier = threading.Thread(target=self._carry, args=(client, fault), daemon=True)
                self._carriers.append(carrier)
                carrier.start()

    def _carry(self, client: socket.socket, fault: Fault | None) -> None:
        self.carried = {"up": 0, "down": 0}
        with client, socket.create_connection(("127.0.0.1", self._to)) as server, suppress(OSError):
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Line(client, server, fault, self).carry()


class _Line:
    """One connection, carried by one thread until it ends or is harmed."""

    def __init__(self, client: socket.socket, server: socket.socket, fault: Fault | None, proxy: Proxy) -> None:
        self._ends: dict[Way, tuple[socket.socket, socket.socket]] = {"up": (client, server), "down": (server, client)}
        self._fault, self._proxy = fault, proxy
        self._harmed = False
        self._deaf = False  # the harmed way swallows what comes
        self._over = False

    def carry(self) -> None:
        self._harm_if_due()
        going: list[Way] = ["up", "down"]
        while going and not self._over:
            ready, _, _ = select.select([self._ends[way][0] for way in going], [], [])
            for way in [way for way in going if self._ends[way][0] in ready]:
                piece = self._ends[way][0].recv(4096)
                if not piece:
                    going.remove(way)
                    if way == "up":
                        return  # the client has gone
                    if not self._stalled:
                        self._ends[way][1].shutdown(socket.SHUT_WR)
                elif not self._over:
                    self._pass(way, piece)

    @property
    def _stalled(self) -> bool:
        return self._deaf and self._fault is not None and (self._fault.harm, self._fault.way) == ("stall", "down")

    def _pass(self, way: Way, piece: bytes) -> None:
        fault = self._fault
        if fault is None or fault.way != way:
            self._send(way, piece)
            return
        if self._deaf:
            return
        left = max(0, fault.after - self._proxy.carried[way])
        self._send(way, piece[:left])
        self._harm_if_due()
        if fault.harm == "dribble":
            for byte in piece[left:]:
                self._send(way, bytes([byte]))

    def _send(self, way: Way, piece: bytes) -> None:
        self._ends[way][1].sendall(piece)
        self._proxy.carried[way] += len(piece)

    def _harm_if_due(self) -> None:
        fault = self._fault
        if fault is None or self._harmed or self._proxy.carried[fault.way] < fault.after:
            return
        self._harmed = True
        self._proxy.harmed += 1
        if fault.harm == "reset":
            for end in self._ends["up"]:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if fault.harm == "half-close":
            self._ends[fault.way][1].shutdown(socket.SHUT_WR)
        self._over = fault.harm in ("cut", "reset")
        self._deaf = fault.harm in ("half-close", "stall")


@contextmanager
def broken(to: int, fault: Fault) -> Iterator[int]:
    """The port of a proxy before the server at `to` whose first connection has this fault."""
    with Proxy(to) as proxy:
        proxy.arm(fault)
        yield proxy.port


@contextmanager
def bridge(port: int, to: int) -> Iterator[None]:
    """Whoever connects to `port` reaches the server at `to`, while the block lasts; before and after it nobody is there."""
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", port)) as door:
        doorman = threading.Thread(target=_let_in, args=(door, to, ends, threads), daemon=True)
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


def _let_in(door: socket.socket, to: int, ends: list[socket.socket], threads: list[threading.Thread]) -> None:
    with suppress(OSError):
        while True:
            client, _ = door.accept()
            server = socket.create_connection(("127.0.0.1", to))
            ends += [client, server]
            threads += [threading.Thread(target=_pump, args=way, daemon=True) for way in ((client, server), (server, client))]
            for thread in threads[-2:]:
                thread.start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(4096):
            target.sendall(piece)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
