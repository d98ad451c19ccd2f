"""A way to a server that counts the connections, whatever is in them, and can keep some for itself."""
import contextlib
import socket
import threading
import time


class Relay:
    """Listens on a free port of 127.0.0.1. Each connection is passed on after `late` seconds, but the first `kept`
    are never passed on: whoever made one waits until it gives up."""

    def __init__(self, port, late=0.0, kept=0):
        self.target, self.late, self.kept, self.count = port, late, kept, 0
        self.counted = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A thread that waits in accept would keep the port open.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def wait_for(self, connections, seconds=30):
        """Whether so many connections have come by then."""
        with self.counted:
            return self.counted.wait_for(lambda: self.count >= connections, seconds)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with self.counted:
                    self.count += 1
                    is_kept = self.count <= self.kept
                    self.counted.notify_all()
                threading.Thread(target=self.keep if is_kept else self.pass_on, args=(connection,), daemon=True).start()

    @staticmethod
    def keep(connection):
        with connection, contextlib.suppress(OSError):
            while connection.recv(65536):
                pass

    def pass_on(self, connection):
        time.sleep(self.late)
        with connection, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=copy, args=(server, connection), daemon=True)
            back.start()
            copy(connection, server)
            back.join()


def copy(source, target):
    """Until the source has no more."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
