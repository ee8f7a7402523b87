"""An HTTP endpoint that keeps what it is sent and answers as it is told."""

import dataclasses
import http.server
import json
import queue
import threading


@dataclasses.dataclass(frozen=True)
class Received:
    path: str
    headers: object
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kind(self):
        return self.headers["x-amz-sns-message-type"]


class Webhook:
    """`answers` are the status codes of the next requests; when they are used up, 200."""

    def __init__(self):
        self.received = queue.Queue()
        self.answers = queue.Queue()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook?token=a%20b"

    def next(self, kind=None, seconds=15):
        """The next request, of that message type where one is named."""
        while True:
            try:
                received = self.received.get(timeout=seconds)
            except queue.Empty:
                raise AssertionError(f"no {kind or 'request'} came within {seconds} s") from None
            if kind in (None, received.kind):
                return received

    def is_quiet(self, seconds=0.5):
        """Nothing comes for a while."""
        try:
            self.received.get(timeout=seconds)
            return False
        except queue.Empty:
            return True

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(webhook):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                try:
                    status = webhook.answers.get_nowait()
                except queue.Empty:
                    status = 200
                webhook.received.put(Received(self.path, self.headers, body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler


def confirmed_subscription(sns, topic, webhook):
    """Subscribes the webhook and confirms it with the token it was sent; the subscription's ARN."""
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=webhook.url)
    token = webhook.next("SubscriptionConfirmation").json["Token"]
    return sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
