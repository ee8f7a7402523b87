"""The least `memory` there may be, heavy writes and queries that want more than they may have: the process stays within its bound and alive,
a query that cannot be answered says which setting is small, and neither writes nor other queries are harmed by it."""

import json
import threading
import time

from botocore.exceptions import ClientError

from support import waiting
from support.clients import Clients
from support.wire import Wire
from test_memory import BESIDE_THE_SHARES, MEBIBYTE, Load, resident_bytes, stored_count

LEAST = 64 * MEBIBYTE


class WideLoad(Load):
    """Besides pages of events: sorts, groups by what is different in every event, and dedups over all there is."""

    QUERIES = ["sort number desc, n desc | fields text", "stats count(*) by text", "dedup text | fields text, n"]

    def ask(self, asker):
        logs = Clients(self.server.endpoint).logs
        while not self.is_ending.is_set():
            now = int(time.time())
            try:
                query = logs.start_query(
                    logGroupName="/load", startTime=now - 3600, endTime=now + 60, limit=10_000,
                    queryString=self.QUERIES[asker % len(self.QUERIES)])["queryId"]
                status = "Running"
                while status in ("Running", "Scheduled") and not self.is_ending.is_set():
                    time.sleep(0.05)
                    status = logs.get_query_results(queryId=query)["status"]
                with self.lock:
                    self.answers += status == "Complete"
                    self.query_refusals += status == "Failed"
            except ClientError as error:
                with self.lock:
                    code = error.response["Error"]["Code"]
                    if code in ("ThrottlingException", "ServiceUnavailableException", "LimitExceededException"):
                        self.query_refusals += 1
                    elif code != "ResourceNotFoundException":
                        self.trouble.append(f"asker {asker}: {error}")
                time.sleep(0.05)


def test_the_least_memory_holds_under_heavy_writes_and_wide_queries(start_server):
    server = start_server(arguments=("--memory", "64MiB", "--self-metrics", "0"))
    load = WideLoad(server)
    most = load.run(12)
    assert not load.trouble, load.trouble[:5]
    assert load.unknown == 0 and load.stored > 0
    print(f"resident {most >> 20} MiB, {load.stored} lines stored, {load.refused} posts refused, "
          f"{load.answers} queries answered, {load.query_refusals} refused or failed")
    assert most <= LEAST + BESIDE_THE_SHARES, f"{most >> 20} MiB resident"
    assert stored_count(server) == load.stored, "exactly what was acknowledged is there"


def test_a_query_that_wants_too_much_fails_by_itself_and_names_the_setting(start_server):
    server = start_server(arguments=("--memory", "64MiB", "--self-metrics", "0"))
    wire = Wire(server.address)
    logs = Clients(server.endpoint).logs
    now = int(time.time() * 1000)
    lines = 0
    while lines < 60_000:
        body = "\n".join(json.dumps({"time": now - 60_000 + lines + n, "n": lines + n, "text": f"{lines + n} " + "x" * 100}) for n in range(2000))
        status = wire.post("/ingest/logs?group=/wide&stream=s&time=time", {}, body.encode()).status
        assert status in (200, 429, 503)
        lines += 2000 if status == 200 else 0

    def ended(text):
        query = wire.logs("StartQuery", {
            "logGroupName": "/wide", "startTime": now // 1000 - 120, "endTime": now // 1000 + 60, "queryString": text}).json["queryId"]

        def result():
            answer = wire.logs("GetQueryResults", {"queryId": query}).json
            return answer if answer["status"] not in ("Running", "Scheduled") else None

        return waiting.until(result, text, 60)

    for text in ("stats count(*) by text", "dedup text | stats count(*)", "stats count_distinct(text) by n"):
        answer = ended(text)
        assert answer["status"] == "Failed", (text, answer["status"])
        assert "`memory`" in answer["statusReason"], (text, answer)
    assert ended("sort n desc | limit 20 | fields n")["status"] == "Complete"
    assert ended("stats count(*) as n by substr(text, 0, 1)")["status"] == "Complete"
    events = logs.filter_log_events(logGroupName="/wide", filterPattern="{ $.n = 59999 }")
    assert resident_bytes(server) <= LEAST + BESIDE_THE_SHARES
    assert "events" in events
    figures = server.get("/metrics")[2].decode().splitlines()
    used = [line for line in figures if line.startswith('groundwatch_memory_used_bytes{share="queries"}')]
    assert float(used[0].split()[-1]) == 0, "a query that is over holds nothing"
    wire.close()
