"""JSON lines from a plain shipper: posted over HTTP, read back by the CloudWatch Logs client."""

import gzip
import json
import time
import urllib.error
import urllib.request


def post(server, query, body, **headers):
    request = urllib.request.Request(f"{server.endpoint}/ingest/logs?{query}", data=body, headers=headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def line(n, now):
    return json.dumps({"timestamp": now + n, "service": f"s{n % 2}", "host": "h", "level": "ERROR" if n % 5 == 0 else "INFO", "n": n})


def test_lines_are_read_back_as_they_were_sent(server, clients):
    now = int(time.time() * 1000) - 60_000
    lines = [line(n, now) for n in range(100)]
    query = "group=/shop/lines&stream=service,host&time=timestamp"
    assert post(server, query, "\n".join(lines[:50]).encode()) == {"stored": 50}
    assert post(server, query, gzip.compress("\n".join(lines[50:]).encode()), **{"Content-Encoding": "gzip"}) == {"stored": 50}

    logs = clients.logs
    streams = logs.describe_log_streams(logGroupName="/shop/lines")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["s0/h", "s1/h"]
    events = logs.filter_log_events(logGroupName="/shop/lines")["events"]
    assert [event["message"] for event in events] == lines
    assert [event["timestamp"] for event in events] == [now + n for n in range(100)]
    errors = logs.filter_log_events(logGroupName="/shop/lines", filterPattern='{ $.level = "ERROR" }')["events"]
    assert len(errors) == 20


def test_a_bad_line_is_named_and_nothing_is_stored(server, clients):
    now = int(time.time() * 1000) - 60_000
    body = "\n".join([line(0, now), line(1, now), "{broken", line(2, now)]).encode()
    try:
        post(server, "group=/shop/refused&time=timestamp", body)
        raise AssertionError("the request should have been refused")
    except urllib.error.HTTPError as error:
        assert error.code == 400
        assert json.load(error)["line"] == 3
    assert clients.logs.describe_log_groups(logGroupNamePrefix="/shop/refused")["logGroups"] == []
