"""A transfer that goes on until it is told to end, and comes back byte by byte."""

import hashlib
import os
import socket
import socketserver
import threading

CHUNK = 16 * 1024


class Echo(socketserver.ThreadingTCPServer):
    """Sends everything back; runs within `with`."""

    daemon_threads = True
    allow_reuse_address = True

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            while data := self.request.recv(CHUNK):
                self.request.sendall(data)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def __exit__(self, *problem):
        self.shutdown()
        super().__exit__(*problem)


class Transfer:
    """Begins when it is made; at most 1.6 MB/s, so that it leaves the machine some air."""

    def __init__(self, port):
        self._connection = socket.create_connection(("127.0.0.1", port), 10)
        self._connection.settimeout(30)
        self._enough = threading.Event()
        self._sent, self._returned = hashlib.sha256(), hashlib.sha256()
        self._bytes_sent = self._bytes_returned = 0
        self._threads = [threading.Thread(target=work) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def _send(self):
        noise, number = os.urandom(CHUNK - 8), 0
        while not self._enough.wait(0.01):
            chunk = number.to_bytes(8, "big") + noise
            self._sent.update(chunk)
            self._connection.sendall(chunk)
            self._bytes_sent += len(chunk)
            number += 1
        self._connection.shutdown(socket.SHUT_WR)

    def _receive(self):
        while data := self._connection.recv(CHUNK):
            self._returned.update(data)
            self._bytes_returned += len(data)

    def finish(self):
        """Bytes sent and whether the same came back; a connection that was cut has come short."""
        self._enough.set()
        for thread in self._threads:
            thread.join()
        self._connection.close()
        return self._bytes_sent, self._sent.digest() == self._returned.digest()
