"""A server in one thread that sends back what it gets."""

import selectors
import threading


class EchoServer:
    """Runs from `_thread.start()` to the end of the `with`; `_serve` decides what comes first."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._closed = False
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._closed:
            self._serve([key for key, _events in self._selector.select(0.05)])

    def _serve(self, keys):
        raise NotImplementedError

    def _accept(self, acceptor, data=None):
        """Reads the next client from now on; false = it has left before."""
        try:
            connection, _address = acceptor.accept()
        except BlockingIOError:
            return False
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, data)
        return True

    def _heard(self, key):
        """A connection has said something, which is not sent back yet."""

    def _answer(self, key):
        """False = the connection has ended, and is closed."""
        connection = key.fileobj
        try:
            data = connection.recv(4096)
            if data:
                self._heard(key)
                connection.send(data)
                return True
        except ConnectionError:
            pass  # reset: it ends like one that is closed
        self._selector.unregister(connection)
        connection.close()
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self._closed = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
