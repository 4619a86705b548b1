"""Servers and clients of the containers, on the host's side of their network."""

import contextlib
import socketserver
import threading


class Echo(socketserver.ThreadingTCPServer):
    """Sends back what comes; runs within `with`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 1024

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError):
                while data := self.request.recv(65536):
                    self.request.sendall(data)

    def __init__(self, host):
        super().__init__((host, 0), self.Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def __exit__(self, *problem):
        self.shutdown()
        super().__exit__(*problem)
