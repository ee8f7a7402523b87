"""One event stream of the console, read by hand."""

import http.client
import json
import queue
import socket
import threading


class Stream:
    """Reads server-sent events on a thread of its own; `next(name)` waits for the next of that name. `last_event` is the id of the last that
    was read: with it as `Last-Event-ID` among the headers another stream goes on where this one was."""

    def __init__(self, server, headers=None, query=""):
        self.server, self.headers = server, headers or {}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.request("GET", f"/api/ui/v1/live{query}", headers=self.headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.events = queue.Queue()
        self.id = self.last_event = None
        self.is_resumed = False
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()
            hello = self.next("hello")
            self.id, self.is_resumed = hello["stream"], hello.get("isResumed", False)

    def _read(self):
        name = None
        try:
            for line in self.response:
                text = line.decode().rstrip("\n")
                if text.startswith("id: "):
                    self.last_event = text[4:]
                elif text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data: "):
                    self.events.put((name, json.loads(text[6:])))
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass  # closed, by whichever side
        self.events.put(("end", None))

    def next(self, *names, seconds=10):
        while True:
            name, data = self.events.get(timeout=seconds)
            if name in names:
                return data
            assert name != "end", f"the stream ended while {names} was waited for"

    def ended(self, seconds=20):
        while True:
            name, _ = self.events.get(timeout=seconds)
            if name == "end":
                return True

    def subscribe(self, *subscriptions, headers=None):
        """Replaces what the stream carries; status and answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.request(
                "POST", f"/api/ui/v1/live/{self.id}", json.dumps({"subscriptions": list(subscriptions)}),
                {"Content-Type": "application/json", **self.headers, **(headers or {})})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def close(self):
        # The reading thread keeps the socket's file open: only this ends it for both.
        if self.connection.sock is not None:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()
