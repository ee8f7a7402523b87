"""The real program: started, asked whether it is ready, ended by its process id."""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

from . import waiting

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("GROUNDWATCH_BINARY", ROOT / ".build/debug/groundwatch"))
READY_SECONDS = 10.0  # promised, after `kill -9` too
STOP_SECONDS = 20.0


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`groundwatch serve` on a directory of its own. The port stays the same over restarts."""

    def __init__(self, directory, doors="edge", arguments=(), environment=None):
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.port = free_port()
        self.arguments = ["--data", str(self.data), "--edge", f"127.0.0.1:{self.port}", "--doors", doors, *arguments]
        # No setting of the developer's own may leak in.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDWATCH_")}
        self.environment = {**inherited, **(environment or {})}
        self.log = self.directory / "server.stderr"
        self.process = None
        self.seconds_to_ready = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def endpoint(self):
        return f"http://{self.address}"

    def start(self):
        begun = time.monotonic()
        self._launch()
        try:
            waiting.until(self.is_ready, "GET /health/ready to answer 200", READY_SECONDS, every=0.01)
        except AssertionError as error:
            self.kill9()
            raise AssertionError(f"{error}\n{self.log_tail()}") from None
        self.seconds_to_ready = time.monotonic() - begun
        return self

    def start_and_kill9_after(self, seconds):
        self._launch()
        time.sleep(seconds)
        self.kill9()

    def _launch(self):
        assert self.process is None, "the server runs already"
        assert BINARY.exists(), f"there is no program at {BINARY}: build it, or set GROUNDWATCH_BINARY"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "serve", *self.arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment, cwd=self.directory)

    def is_ready(self):
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"the server ended with code {code} before it was ready")
        try:
            return self.get("/health/ready")[0] == 200
        except OSError:
            return False

    def get(self, path, headers=None, timeout=10):
        """Status, headers and body of a plain GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def stop(self):
        """SIGTERM; the exit code. A server that does not end in time is killed, and the test fails."""
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not end within {STOP_SECONDS} s of SIGTERM") from None

    def kill9(self):
        """Power cut for the program: no handler of its own runs."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def restart(self):
        code = self.stop()
        assert code == 0, f"SIGTERM should end the server with code 0, not {code}\n{self.log_tail()}"
        return self.start()

    def log_tail(self, lines=60):
        if not self.log.exists():
            return ""
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])
