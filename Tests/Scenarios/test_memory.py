"""A small `memory` setting, and more of everything than fits: the process stays within bounds and alive, refuses what it cannot take in the
protocol's own words, and what it acknowledged is there."""

import http.client
import json
import pathlib
import threading
import time

from botocore.exceptions import ClientError

from support import waiting
from support.clients import Clients

MEBIBYTE = 1 << 20
MEMORY = 192 * MEBIBYTE
# Code, threads, connections, SQLite, and what the allocator keeps of what was freed; a debug build needs the most.
BESIDE_THE_SHARES = 96 * MEBIBYTE
SECONDS = 12
WRITERS, ASKERS = 6, 6
LINES = 2000


class Load:
    def __init__(self, server):
        self.server = server
        self.is_ending = threading.Event()
        self.lock = threading.Lock()
        self.stored = 0
        self.unknown = 0
        self.refused = 0
        self.answers = 0
        self.query_refusals = 0
        self.trouble = []

    def write(self, writer):
        """Posts a megabyte of lines again and again; a refusal must say when to come back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        number = 0
        while not self.is_ending.is_set():
            number += 1
            now = int(time.time() * 1000)
            lines = [
                json.dumps({"time": now, "writer": writer, "number": number, "n": n, "text": f"order {number * n} of {writer} " + "x" * 400})
                for n in range(LINES)]
            try:
                connection.request("POST", f"/ingest/logs?group=/load&stream=writer&time=time", "\n".join(lines).encode())
                response = connection.getresponse()
                body = response.read()
            except OSError as error:
                with self.lock:
                    self.unknown += 1
                    self.trouble.append(f"{writer}: {error!r}")
                return
            with self.lock:
                if response.status == 200:
                    self.stored += json.loads(body)["stored"]
                elif response.status in (429, 503) and response.headers["Retry-After"]:
                    self.refused += 1
                else:
                    self.trouble.append(f"{writer}: {response.status} {body[:200]}")
            if response.status != 200:
                time.sleep(0.05)

    def ask(self, asker):
        """Reads as widely as it can."""
        logs = Clients(self.server.endpoint).logs
        token = {}
        while not self.is_ending.is_set():
            try:
                page = logs.filter_log_events(logGroupName="/load", filterPattern="{ $.n >= 0 }", limit=10_000, **token)
                token = {"nextToken": page["nextToken"]} if "nextToken" in page else {}
                with self.lock:
                    self.answers += 1
            except ClientError as error:
                with self.lock:
                    if error.response["Error"]["Code"] in ("ThrottlingException", "ServiceUnavailableException"):
                        self.query_refusals += 1
                    elif error.response["Error"]["Code"] != "ResourceNotFoundException":
                        self.trouble.append(f"asker {asker}: {error}")
                time.sleep(0.05)

    def run(self, seconds):
        threads = [threading.Thread(target=self.write, args=(f"w{n}",), daemon=True) for n in range(WRITERS)]
        threads += [threading.Thread(target=self.ask, args=(n,), daemon=True) for n in range(ASKERS)]
        for thread in threads:
            thread.start()
        most = 0
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            most = max(most, resident_bytes(self.server))
            time.sleep(0.02)
        self.is_ending.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        return most


def resident_bytes(server):
    assert server.process.poll() is None, f"the server died\n{server.log_tail()}"
    return int(pathlib.Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096


def stored_count(server):
    logs = Clients(server.endpoint).logs
    now = int(time.time())
    query = logs.start_query(
        logGroupName="/load", startTime=now - 3600, endTime=now + 60, queryString="stats count(*) as lines")["queryId"]

    def result():
        answer = logs.get_query_results(queryId=query)
        assert answer["status"] not in ("Failed", "Timeout"), answer
        return answer if answer["status"] == "Complete" else None

    rows = waiting.until(result, "the count of lines", 60)["results"]
    return int(rows[0][0]["value"])


def test_a_flood_of_lines_and_wide_queries_stays_within_the_setting(start_server):
    server = start_server(arguments=("--memory", "192MiB"))
    load = Load(server)
    most = load.run(SECONDS)
    assert not load.trouble, load.trouble[:5]
    assert load.unknown == 0
    assert load.stored > 0 and load.answers > 0
    print(f"resident {most >> 20} MiB, {load.stored} lines stored, {load.refused} posts refused, "
          f"{load.answers} pages read, {load.query_refusals} queries refused")
    assert most <= MEMORY + BESIDE_THE_SHARES, f"{most >> 20} MiB resident"
    assert stored_count(server) == load.stored, "exactly what was acknowledged is there"
    figures = server.get("/metrics")[2].decode()
    assert 'groundwatch_memory_max_bytes{share="ingest"}' in figures
    server.restart()
    assert stored_count(server) == load.stored
