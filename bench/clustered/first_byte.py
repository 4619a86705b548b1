"""Stands before a port and tells when the first byte for it came."""

import contextlib
import socket
import socketserver
import threading
import time


class FirstByte(socketserver.ThreadingTCPServer):
    """Passes connections on to `target`; runs within `with`. `came` is by the monotonic clock."""

    daemon_threads = True
    allow_reuse_address = True

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection(("127.0.0.1", self.server.target), 10) as onward:
                onward.settimeout(None)
                back = threading.Thread(target=pass_on, args=[onward, self.request], daemon=True)
                back.start()
                pass_on(self.request, onward, self.server.heard)
                back.join()

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.target, self.came = target, None
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def heard(self):
        if self.came is None:
            self.came = time.monotonic()

    def __exit__(self, *problem):
        self.shutdown()
        super().__exit__(*problem)


def pass_on(source, target, heard=None):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if heard:
                heard()
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
