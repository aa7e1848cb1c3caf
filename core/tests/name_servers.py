"""A name server on this machine, which knows what a test says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from core.downloads import hosts

SILENCE = "silence"


class NameServer:
    """Answers from `known`: a name and its addresses, or `SILENCE`; collects the questions."""

    def __init__(self) -> None:
        self.known: dict[str, list[str] | str] = {}
        self.questions: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def answer_all(self) -> None:
        with suppress(OSError):
            while (received := self._socket.recvfrom(4096))[0]:
                if reply := self._answer(dns.message.from_wire(received[0])):
                    self._socket.sendto(reply.to_wire(), received[1])

    def close(self) -> None:
        with suppress(OSError):  # it is not connected, but this ends the wait for a question
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _answer(self, query: Any) -> Any:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype
        self.questions.append((name, dns.rdatatype.to_text(kind)))
        found = self.known.get(name)
        if found == SILENCE:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if found is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
            return reply
        is_ipv6 = kind == dns.rdatatype.AAAA
        fitting = [address for address in found if (":" in address) == is_ipv6]
        if fitting:
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, fitting))
        return reply


@contextmanager
def running_name_server(monkeypatch: Any) -> Iterator[NameServer]:
    """Run a name server, and have links resolved by it alone."""
    server = NameServer()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    monkeypatch.setattr(hosts, "get_resolver", lambda: resolver)
    thread = threading.Thread(target=server.answer_all, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
