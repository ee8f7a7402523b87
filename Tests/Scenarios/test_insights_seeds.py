"""The Logs Insights queries that the seed systems publish for their operators, word for word, against logs made here.

Each answer is compared with one that this file computes from the same events in plain Python.
"""

import collections
import datetime
import json
import random

import pytest

from support import waiting
from support.clients import Clients
from support.times import milliseconds_of, minutes, now

PURCHASE, EVENTS, MESSAGES = "/aws/lambda/purchase", "/eventflow/backend/application", "/aws/lambda/message-processor"

# The queries, with the group each is meant for.
SLOW_EXECUTIONS = PURCHASE, """fields @timestamp, @requestId, @duration
| filter @duration > 1000
| sort @duration desc
| limit 20"""
ERRORS_BY_TYPE = PURCHASE, """fields @message
| filter @message like /ERROR/
| stats count(*) by errorType"""
ONE_ORDER = PURCHASE, """fields @timestamp, @message
| filter orderId = "ORD-12345"
| sort @timestamp asc"""
ERRORS_BY_ROUTE = EVENTS, """fields @timestamp, @message
| filter level = "ERROR"
| stats count() by route"""
SLOW_REQUESTS = EVENTS, """fields @timestamp, duration_ms
| filter duration_ms > 1000
| sort duration_ms desc
| limit 100"""
EVENTS_BY_TYPE = EVENTS, """fields @timestamp, event_type
| stats count() by event_type"""
ONE_CORRELATION = MESSAGES, """fields @timestamp, @message, level, message_id, correlation_id
| filter correlation_id = "660e9500-f39c-52e5-b827-557766551111"
| sort @timestamp asc"""
ERRORS_BY_MESSAGE = MESSAGES, """fields message_id, @message
| filter level = "ERROR"
| stats count() as error_count by message_id
| sort error_count desc"""
RESPONSE_TIME = MESSAGES, """fields duration_ms
| filter path = "/api/messages" and method = "POST"
| stats avg(duration_ms) as avg_duration_ms, max(duration_ms) as max_duration_ms"""
FAILED_NOTIFICATIONS = MESSAGES, """fields @timestamp, message_id, error
| filter @message like "Notification failed"
| sort @timestamp desc"""


# The logs: a seeded hour of each system, every event at a millisecond of its own.


def identifier(chance):
    text = f"{chance.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def purchase_messages(chance):
    """A function's START, REPORT and END lines, its JSON log lines, and errors with a prefix before the JSON."""
    for _ in range(300):
        request, order = identifier(chance), f"ORD-{chance.choice([12345, *range(20000, 20040)])}"
        duration = chance.lognormvariate(5.5, 1.2)
        cold = f"\tInit Duration: {chance.uniform(200, 900):.2f} ms" if chance.random() < 0.1 else ""
        yield f"START RequestId: {request} Version: $LATEST"
        yield json.dumps({"level": "INFO", "orderId": order, "message": "reserving tickets", "requestId": request})
        if chance.random() < 0.2:
            kind = chance.choice(["PaymentDeclined", "InventoryConflict", "Timeout"])
            failure = json.dumps({"errorType": kind, "errorMessage": f"order {order} failed", "orderId": order})
            match chance.randrange(3):
                case 0:
                    yield f"2026-11-21T08:00:00.000Z\t{request}\tERROR\tInvoke Error\t{failure}"
                case 1:
                    yield json.dumps({"level": "ERROR", **json.loads(failure)})
                case 2:
                    yield f"[ERROR] RequestId: {request} task timed out"      # no type to be found in this one
        yield f"END RequestId: {request}"
        yield (f"REPORT RequestId: {request}\tDuration: {duration:.2f} ms\tBilled Duration: {int(duration) + 1} ms\t"
               f"Memory Size: 512 MB\tMax Memory Used: {chance.randrange(90, 400)} MB{cold}\t")


def event_messages(chance):
    """A backend's structured lines; some without a route, some without a type, some not JSON at all."""
    for n in range(900):
        if chance.random() < 0.03:
            yield f"plain line {n} about an ERROR at /events that took 5000 ms"
            continue
        record = {"level": chance.choices(["INFO", "WARN", "ERROR", "DEBUG"], [70, 10, 15, 5])[0], "service": "eventflow-backend"}
        if chance.random() < 0.9:
            record["route"] = chance.choice(["/api/v1/events", "/api/v1/streams", "/api/v1/consumers"])
        if chance.random() < 0.8:
            record["event_type"] = chance.choice(["user_registered", "order_placed", "payment_received", "email_sent"])
        if chance.random() < 0.85:
            record["duration_ms"] = chance.choice([chance.randrange(1, 900), round(chance.uniform(1, 4000), 3)])
        record["metadata"] = {"org_id": identifier(chance), "level": "ERROR"}      # nested, so it must not count
        yield json.dumps(record)


def message_messages(chance):
    """A message processor: correlation ids over several lines, an HTTP API, and notifications that fail."""
    correlations = ["660e9500-f39c-52e5-b827-557766551111", *(identifier(chance) for _ in range(40))]
    for n in range(700):
        record = {"time": f"line {n}", "level": chance.choices(["INFO", "ERROR", "WARN"], [75, 20, 5])[0], "msg": "Processing message"}
        record["correlation_id"] = chance.choice(correlations)
        record["message_id"] = f"msg-{chance.randrange(25):03}"
        match chance.randrange(4):
            case 0:
                record |= {"path": chance.choice(["/api/messages", "/api/messages/1", "/api/health"]),
                           "method": chance.choice(["POST", "GET"]), "duration_ms": chance.randrange(5, 800)}
            case 1 if record["level"] == "ERROR":
                record |= {"msg": "Notification failed", "error": chance.choice(["ntfy.sh: 429", "ntfy.sh: timeout"])}
            case 2 if record["level"] == "WARN":
                record["msg"] = "notification failed once, will retry"      # in lower case: not the phrase asked for
        if chance.random() < 0.1:
            del record["message_id"]
        yield json.dumps(record)


def events_of(messages, seed):
    chance = random.Random(seed)
    start = milliseconds_of(now() - minutes(59))
    texts = list(messages(chance))
    moments = sorted(chance.sample(range(55 * 60_000), len(texts)))
    return [{"timestamp": start + moment, "message": text} for moment, text in zip(moments, texts, strict=True)]


@pytest.fixture(scope="module")
def logs(server):
    return Clients(server.endpoint).logs


@pytest.fixture(scope="module")
def events(logs):
    """{group: its events}, put over several streams and in several requests."""
    made = {
        group: events_of(messages, seed)
        for seed, (group, messages) in enumerate({PURCHASE: purchase_messages, EVENTS: event_messages, MESSAGES: message_messages}.items())}
    for group, records in made.items():
        logs.create_log_group(logGroupName=group)
        for stream in range(3):
            logs.create_log_stream(logGroupName=group, logStreamName=f"stream-{stream}")
            own = records[stream::3]
            for begin in range(0, len(own), 150):
                logs.put_log_events(logGroupName=group, logStreamName=f"stream-{stream}", logEvents=own[begin:begin + 150])
    return made


# Asking, and reading the answer


def ask(logs, query):
    group, text = query
    moment = now()
    identifier = logs.start_query(
        logGroupName=group, queryString=text, startTime=int((moment - minutes(61)).timestamp()), endTime=int(moment.timestamp()) + 60)["queryId"]
    answer = waiting.until(
        lambda: (found := logs.get_query_results(queryId=identifier))["status"] not in ("Scheduled", "Running") and found,
        "the query to end", seconds=20)
    assert answer["status"] == "Complete"
    rows = [{field["field"]: field["value"] for field in row} for row in answer["results"]]
    assert all(isinstance(value, str) for row in rows for value in row.values())
    return [{name: value for name, value in row.items() if name != "@ptr"} for row in rows]


# The independent side: discovered fields and formats


def fields_of(event):
    """What the service discovers in a message: a Lambda report's numbers, or the members of the first JSON object in it."""
    message = event["message"]
    if message.startswith("REPORT RequestId: "):
        parts = dict(part.split(": ", 1) for part in message.strip().split("\t"))
        return {"@requestId": parts["REPORT RequestId"], "@duration": float(parts["Duration"].removesuffix(" ms"))}
    begin = message.find("{")
    if begin < 0:
        return {}
    try:
        return json.JSONDecoder().raw_decode(message, begin)[0]
    except ValueError:
        return {}


def timestamp(event):
    moment = datetime.datetime.fromtimestamp(event["timestamp"] / 1000, datetime.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{event['timestamp'] % 1000:03}"


def is_above(value, limit):
    return isinstance(value, (int, float)) and value > limit


def counted(values):
    """{value or None: how often}; None is what a row without the field stands for."""
    return dict(collections.Counter(values))


def counts_in(rows, field, column):
    assert all(set(row) <= {field, column} for row in rows)
    counts = {row.get(field): int(row[column]) for row in rows}
    assert len(counts) == len(rows), "each group comes once"
    return counts


# The ten


def test_slow_lambda_executions(logs, events):
    rows = ask(logs, SLOW_EXECUTIONS)
    slow = [(fields["@duration"], timestamp(event), fields["@requestId"]) for event in events[PURCHASE]
            if is_above((fields := fields_of(event)).get("@duration"), 1000)]
    assert len(slow) > 20, "the limit must matter"
    expected = sorted(slow, reverse=True)[:20]
    assert [(float(row["@duration"]), row["@timestamp"], row["@requestId"]) for row in rows] == expected


def test_errors_by_type(logs, events):
    rows = ask(logs, ERRORS_BY_TYPE)
    expected = counted(fields_of(event).get("errorType") for event in events[PURCHASE] if "ERROR" in event["message"])
    assert expected.keys() == {"PaymentDeclined", "InventoryConflict", "Timeout", None}
    assert counts_in(rows, "errorType", "count(*)") == expected


def test_the_story_of_one_order(logs, events):
    rows = ask(logs, ONE_ORDER)
    expected = [{"@timestamp": timestamp(event), "@message": event["message"]} for event in events[PURCHASE]
                if fields_of(event).get("orderId") == "ORD-12345"]
    assert len(expected) >= 5
    assert rows == expected


def test_errors_by_route(logs, events):
    rows = ask(logs, ERRORS_BY_ROUTE)
    expected = counted(fields_of(event).get("route") for event in events[EVENTS] if fields_of(event).get("level") == "ERROR")
    assert None in expected and len(expected) == 4
    assert counts_in(rows, "route", "count()") == expected


def test_slow_requests(logs, events):
    rows = ask(logs, SLOW_REQUESTS)
    slow = [(fields["duration_ms"], timestamp(event)) for event in events[EVENTS]
            if is_above((fields := fields_of(event)).get("duration_ms"), 1000)]
    assert len(slow) > 100, "the limit must matter"
    expected = sorted(slow, reverse=True)[:100]
    assert [float(row["duration_ms"]) for row in rows] == [duration for duration, _ in expected]
    assert [row["@timestamp"] for row in rows] == [moment for _, moment in expected]


def test_events_by_type(logs, events):
    rows = ask(logs, EVENTS_BY_TYPE)
    assert counts_in(rows, "event_type", "count()") == counted(fields_of(event).get("event_type") for event in events[EVENTS])


def test_all_logs_of_one_correlation_id(logs, events):
    rows = ask(logs, ONE_CORRELATION)
    expected = [
        {"@timestamp": timestamp(event), "@message": event["message"],
         **{name: fields[name] for name in ("level", "message_id", "correlation_id") if name in fields}}
        for event in events[MESSAGES]
        if (fields := fields_of(event)).get("correlation_id") == "660e9500-f39c-52e5-b827-557766551111"]
    assert len(expected) >= 5
    assert rows == expected


def test_errors_by_message(logs, events):
    rows = ask(logs, ERRORS_BY_MESSAGE)
    expected = counted(fields_of(event).get("message_id") for event in events[MESSAGES] if fields_of(event).get("level") == "ERROR")
    assert counts_in(rows, "message_id", "error_count") == expected
    counts = [int(row["error_count"]) for row in rows]
    assert counts == sorted(counts, reverse=True)


def test_the_response_time_of_the_api(logs, events):
    [row] = ask(logs, RESPONSE_TIME)
    durations = [fields["duration_ms"] for event in events[MESSAGES]
                 if ((fields := fields_of(event)).get("path"), fields.get("method")) == ("/api/messages", "POST")]
    assert len(durations) > 10
    assert set(row) == {"avg_duration_ms", "max_duration_ms"}
    # The service rounds an average for show.
    assert float(row["avg_duration_ms"]) == pytest.approx(sum(durations) / len(durations), abs=1e-3)
    assert row["max_duration_ms"] == str(max(durations))


def test_failed_notifications(logs, events):
    rows = ask(logs, FAILED_NOTIFICATIONS)
    expected = [
        {"@timestamp": timestamp(event), **{name: fields[name] for name in ("message_id", "error") if name in fields}}
        for event in reversed(events[MESSAGES]) if "Notification failed" in event["message"] and (fields := fields_of(event)) is not None]
    assert len(expected) >= 5
    assert rows == expected
