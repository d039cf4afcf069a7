"""A server that speaks as much SMTP as a client needs to leave a message, and can be told to misbehave."""

import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class ReceivingServer(socketserver.ThreadingTCPServer):
    """Keeps what it received. ``answers`` replace its own, by command; ``open`` is the greeting, ``text`` what it says
    after the message; an empty one hangs up. At ``hangs_at`` it says nothing any more.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, pause: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[bytes] = []
        self.answers: Mapping[bytes, bytes] = {}
        self.hangs_at = b""
        self.pause = pause

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(server: ReceivingServer) -> Iterator[ReceivingServer]:
    """The server while it serves, in a thread of its own."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if not self._answer(b"open", b"220 test"):
            return
        for line in self.rfile:
            command = line[:4].upper()
            if command == b"DATA":
                if not self._answer(command, b"354 go on"):
                    return
                if command in self._server.answers:
                    continue
                self._server.received.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                time.sleep(self._server.pause)
                if not self._answer(b"text", b"250 kept"):
                    return
                continue
            if not self._answer(command, b"221 bye" if command == b"QUIT" else b"250 ok") or command == b"QUIT":
                return

    def _answer(self, command: bytes, usual: bytes) -> bool:
        if self._server.hangs_at == command:
            time.sleep(30)
        answer = self._server.answers.get(command, usual)
        if answer:
            self.wfile.write(answer + b"\r\n")
        return bool(answer)

    @property
    def _server(self) -> ReceivingServer:
        assert isinstance(self.server, ReceivingServer)
        return self.server
