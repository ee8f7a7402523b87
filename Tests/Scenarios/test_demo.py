"""`groundwatch demo eventpro` against a server: what a newcomer is shown, and what the seeds' queries find in it.

The answers to the queries are compared with ones computed here from the same events.
"""

import collections
import datetime
import json
import os
import signal
import subprocess

import pytest

from support import waiting
from support.access import client, make_key
from support.clients import Clients
from support.server import BINARY, Server
from support.times import milliseconds_of, minutes, now
from test_insights_seeds import (
    ERRORS_BY_MESSAGE, ERRORS_BY_ROUTE, ERRORS_BY_TYPE, EVENTS_BY_TYPE, FAILED_NOTIFICATIONS, ONE_CORRELATION, ONE_ORDER, RESPONSE_TIME,
    SLOW_EXECUTIONS, SLOW_REQUESTS, counted, counts_in, fields_of, is_above, timestamp)

FUNCTIONS = [f"eventpro-{name}" for name in ("checkout", "order-processor", "payment", "ticket-issuer", "notifier")]
GROUPS = [f"/aws/lambda/{name}" for name in FUNCTIONS]
HISTORY_MINUTES = 8     # two flash sales
CORRELATION = "660e9500-f39c-52e5-b827-557766551111"


def demo(endpoint, *arguments, key=None):
    """The demo, running; `key`: the id and secret to sign with, where the server asks for them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GROUNDWATCH_", "AWS_"))}
    if key:
        environment |= dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), key))
    return subprocess.Popen(
        [str(BINARY), "demo", "eventpro", "--endpoint", endpoint, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=environment)


@pytest.fixture(scope="module")
def said(server):
    """The demo has run for 20 s of the present, with its history before; the lines it said."""
    running = demo(server.endpoint, "--seconds", "20", "--history", str(HISTORY_MINUTES), "--seed", "5")
    output, _ = running.communicate(timeout=240)
    assert running.returncode == 0, output
    return output.splitlines()


@pytest.fixture(scope="module")
def clients(server, said):
    return Clients(server.endpoint)


@pytest.fixture(scope="module")
def events(clients):
    """Every event of the five groups, by time."""
    found = []
    for group in GROUPS:
        for page in clients.logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            found += [{**event, "group": group} for event in page["events"]]
    assert len(found) > 5000
    return sorted(found, key=lambda event: event["timestamp"])


@pytest.fixture(scope="module")
def records(events):
    """The fields that are discovered in each event, beside it."""
    return [(event, fields_of(event)) for event in events]


def ask(clients, query):
    moment = now()
    identifier = clients.logs.start_query(
        logGroupNames=GROUPS, queryString=query[1], startTime=int((moment - minutes(60)).timestamp()), endTime=int(moment.timestamp()) + 60)["queryId"]
    answer = waiting.until(
        lambda: (found := clients.logs.get_query_results(queryId=identifier))["status"] not in ("Scheduled", "Running") and found,
        "the query to end", seconds=60)
    assert answer["status"] == "Complete"
    assert answer["results"], "every query of the seeds finds something"
    return [{field["field"]: field["value"] for field in row if field["field"] != "@ptr"} for row in answer["results"]]


# What there is


def test_it_says_what_it_does(said):
    assert said[0].startswith("demo: setting up EventPro at http://127.0.0.1:")
    assert f"demo: sending the last {HISTORY_MINUTES} minutes" in said
    assert any(line.startswith("demo: live; the next flash sale opens in ") for line in said)
    assert said[-1] == "demo: done"
    assert not [line for line in said if "cannot" in line]


def test_the_metrics_of_the_console_are_there(clients):
    metrics = [metric for page in clients.cloudwatch.get_paginator("list_metrics").paginate() for metric in page["Metrics"]]
    found = {(metric["Namespace"], metric["MetricName"], *(dimension["Value"] for dimension in metric["Dimensions"])) for metric in metrics}
    expected = {("EventPro", name) for name in ("TicketsSold", "Revenue", "CheckoutLatency", "PaymentFailures", "ConversionRate")}
    expected |= {("AWS/ApiGateway", name, "eventpro") for name in ("Latency", "Count", "4XXError", "5XXError")}
    expected |= {("AWS/Lambda", name, function) for function in FUNCTIONS
                 for name in ("Invocations", "Errors", "Duration", "Throttles", "ConcurrentExecutions")}
    expected |= {("AWS/SQS", name, "eventpro-orders.fifo") for name in (
        "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible", "ApproximateAgeOfOldestMessage",
        "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted")}
    expected |= {("AWS/DynamoDB", name, table) for table in ("eventpro-inventory", "eventpro-orders")
                 for name in ("ConsumedWriteCapacityUnits", "ThrottledRequests")}
    assert expected <= found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_metrics_agree_with_the_logs(clients, events, function):
    begin = (datetime.datetime.fromtimestamp(events[0]["timestamp"] / 1000, datetime.UTC) + minutes(1)).replace(second=0, microsecond=0)
    end = begin + minutes(HISTORY_MINUTES - 2)
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": [{"Name": "FunctionName", "Value": function}]}
    answer = clients.cloudwatch.get_metric_data(StartTime=begin, EndTime=end, ScanBy="TimestampAscending", MetricDataQueries=[
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}])["MetricDataResults"][0]
    reports = collections.Counter(
        (event["timestamp"] - milliseconds_of(begin)) // 60_000 for event in events
        if event["group"] == f"/aws/lambda/{function}" and event["message"].startswith("REPORT"))
    assert sum(answer["Values"]) > 10
    assert answer["Values"] == [reports[minute] for minute in range(HISTORY_MINUTES - 2) if reports[minute]]


def test_streams_are_named_as_lambda_names_them(clients):
    groups = {group["logGroupName"]: group for group in clients.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/eventpro-")["logGroups"]}
    assert set(groups) == set(GROUPS)
    for group in GROUPS:
        streams = clients.logs.describe_log_streams(logGroupName=group)["logStreams"]
        assert len(streams) >= 2
        for stream in streams:
            day, environment = stream["logStreamName"].split("[$LATEST]")
            assert datetime.datetime.strptime(day, "%Y/%m/%d/") and len(environment) == 32 and int(environment, 16)


def test_alarms_are_watched_and_notify(clients):
    alarms = {alarm["AlarmName"]: alarm for alarm in clients.cloudwatch.describe_alarms(AlarmNamePrefix="eventpro-")["MetricAlarms"]}
    assert set(alarms) == {f"eventpro-{name}" for name in (
        "api-5xx", "api-latency-p99", "lambda-errors", "queue-depth", "queue-age", "dynamodb-throttles", "payment-failures")}
    [topic] = [topic["TopicArn"] for topic in clients.sns.list_topics()["Topics"]]
    assert topic.endswith(":eventpro-alerts")
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic]
        assert f"Runbook: https://runbooks.eventpro.example/{name}" in alarm["AlarmDescription"]
    # Judged every ten seconds, and the pager was told of it; it has unsubscribed when it left.
    assert alarms["eventpro-payment-failures"]["StateValue"] in ("OK", "ALARM")


def test_every_tile_of_the_operations_dashboard_shows_data(clients):
    body = json.loads(clients.cloudwatch.get_dashboard(DashboardName="EventPro-Operations")["DashboardBody"])
    tiles = [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]
    assert len(tiles) == 9
    for tile in tiles:
        answer = clients.cloudwatch.get_metric_data(
            MetricDataQueries=queries_of(tile), StartTime=now() - minutes(60), EndTime=now() + minutes(1))
        assert answer["MetricDataResults"], tile["title"]
        for result in answer["MetricDataResults"]:
            assert result["Values"], (tile["title"], result["Label"])


def queries_of(tile):
    """A metric widget's rows as queries; `.` repeats a place of the row before, `...` all of it up to what follows."""
    queries, before = [], []
    for number, row in enumerate(tile["metrics"]):
        options = row[-1] if isinstance(row[-1], dict) else {}
        query = {"Id": options.get("id", f"q{number}"), "ReturnData": options.get("visible", True)}
        if "expression" in options:
            query["Expression"] = options["expression"]
        else:
            parts = [part for part in row if isinstance(part, str)]
            if parts[0] == "...":
                parts = before[:len(before) - len(parts) + 1] + parts[1:]
            before = [before[place] if part == "." else part for place, part in enumerate(parts)]
            namespace, name, *dimensions = before
            query["MetricStat"] = {
                "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": [
                    {"Name": key, "Value": value} for key, value in zip(dimensions[::2], dimensions[1::2])]},
                "Period": tile["period"], "Stat": options.get("stat", tile.get("stat"))}
        queries.append(query)
    return queries


def test_the_pager_hears_of_alarms_and_leaves_no_subscription(clients, said):
    assert any("eventpro-payment-failures (was INSUFFICIENT_DATA): Threshold Crossed: " in line for line in said)
    assert clients.sns.list_subscriptions()["Subscriptions"] == []


# Traces


def test_traces_are_listed(clients):
    moment = now()
    summaries = [summary for page in clients.xray.get_paginator("get_trace_summaries").paginate(
        StartTime=moment - minutes(HISTORY_MINUTES + 5), EndTime=moment) for summary in page["TraceSummaries"]]
    assert len(summaries) > 100
    assert {summary["EntryPoint"]["Name"] for summary in summaries} == {"eventpro-api"}
    assert any(summary["HasFault"] for summary in summaries) and any(summary["HasError"] for summary in summaries)
    assert any("order_id" in summary["Annotations"] for summary in summaries)


def test_the_famous_order_can_be_followed_from_its_logs_to_its_trace(clients, records):
    [trace] = {fields["trace_id"] for _, fields in records if fields.get("orderId") == "ORD-12345" and fields.get("event_type") == "order_failed"}
    [found] = clients.xray.batch_get_traces(TraceIds=[trace])["Traces"]
    documents = [json.loads(segment["Document"]) for segment in found["Segments"]]
    names = {document["name"] for document in documents if not document.get("inferred")}
    assert names == {"eventpro-api", "eventpro-checkout", "eventpro-orders.fifo", "eventpro-order-processor", "eventpro-order-saga", "eventpro-payment"}

    def spans(document):
        return [document, *(span for child in document.get("subsegments", []) for span in spans(child))]

    known = {span["id"] for document in documents for span in spans(document)}
    roots = [document for document in documents if "parent_id" not in document]
    assert [root["name"] for root in roots] == ["eventpro-api"]
    assert all(document["parent_id"] in known for document in documents if document not in roots)
    payment = next(document for document in documents if document["name"] == "eventpro-payment" and document["origin"] == "AWS::Lambda::Function")
    assert payment["fault"] and payment["cause"]["exceptions"][0]["type"] == "PaymentTimeout"
    assert payment["annotations"]["order_id"] == "ORD-12345"


# The ten queries


def test_slow_lambda_executions(clients, records):
    rows = ask(clients, SLOW_EXECUTIONS)
    slow = {(fields["@requestId"], timestamp(event)): fields["@duration"] for event, fields in records if is_above(fields.get("@duration"), 1000)}
    assert [float(row["@duration"]) for row in rows] == sorted(slow.values(), reverse=True)[:20]
    assert all(slow[row["@requestId"], row["@timestamp"]] == float(row["@duration"]) for row in rows)


def test_errors_by_type(clients, records):
    rows = ask(clients, ERRORS_BY_TYPE)
    expected = counted(fields.get("errorType") for event, fields in records if "ERROR" in event["message"])
    assert {"PaymentDeclined", "PaymentTimeout", "InventoryConflict", "ThrottlingException"} <= expected.keys()
    assert counts_in(rows, "errorType", "count(*)") == expected


def test_the_story_of_one_order(clients, records):
    rows = ask(clients, ONE_ORDER)
    expected = [{"@timestamp": timestamp(event), "@message": event["message"]} for event, fields in records if fields.get("orderId") == "ORD-12345"]
    assert in_any_order(rows) == in_any_order(expected)
    assert [row["@timestamp"] for row in rows] == [row["@timestamp"] for row in expected]


def test_errors_by_route(clients, records):
    rows = ask(clients, ERRORS_BY_ROUTE)
    expected = counted(fields.get("route") for _, fields in records if fields.get("level") == "ERROR")
    assert "/api/checkout" in expected
    assert counts_in(rows, "route", "count()") == expected


def test_slow_requests(clients, records):
    rows = ask(clients, SLOW_REQUESTS)
    slow = collections.Counter((timestamp(event), fields["duration_ms"]) for event, fields in records if is_above(fields.get("duration_ms"), 1000))
    assert [float(row["duration_ms"]) for row in rows] == sorted((duration for _, duration in slow.elements()), reverse=True)[:100]
    assert not collections.Counter((row["@timestamp"], int(row["duration_ms"])) for row in rows) - slow


def test_events_by_type(clients, records):
    rows = ask(clients, EVENTS_BY_TYPE)
    assert counts_in(rows, "event_type", "count()") == counted(fields.get("event_type") for _, fields in records)


def test_all_logs_of_one_correlation_id(clients, records):
    rows = ask(clients, ONE_CORRELATION)
    expected = [
        {"@timestamp": timestamp(event), "@message": event["message"],
         **{name: fields[name] for name in ("level", "message_id", "correlation_id") if name in fields}}
        for event, fields in records if fields.get("correlation_id") == CORRELATION]
    assert in_any_order(rows) == in_any_order(expected)
    assert [row["@timestamp"] for row in rows] == [row["@timestamp"] for row in expected]


def test_errors_by_message(clients, records):
    rows = ask(clients, ERRORS_BY_MESSAGE)
    expected = counted(fields.get("message_id") for _, fields in records if fields.get("level") == "ERROR")
    assert counts_in(rows, "message_id", "error_count") == expected
    counts = [int(row["error_count"]) for row in rows]
    assert counts == sorted(counts, reverse=True)


def test_the_response_time_of_the_api(clients, records):
    [row] = ask(clients, RESPONSE_TIME)
    durations = [fields["duration_ms"] for _, fields in records
                 if (fields.get("path"), fields.get("method")) == ("/api/messages", "POST") and "duration_ms" in fields]
    assert float(row["avg_duration_ms"]) == pytest.approx(sum(durations) / len(durations), abs=1e-3)
    assert row["max_duration_ms"] == str(max(durations))


def test_failed_notifications(clients, records):
    rows = ask(clients, FAILED_NOTIFICATIONS)
    expected = [
        {"@timestamp": timestamp(event), **{name: fields[name] for name in ("message_id", "error") if name in fields}}
        for event, fields in reversed(records) if "Notification failed" in event["message"]]
    assert in_any_order(rows) == in_any_order(expected)
    assert [row["@timestamp"] for row in rows] == [row["@timestamp"] for row in expected]


def in_any_order(rows):
    """Several groups write in the same millisecond, and no order is promised then."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


# Ends and interruptions


def test_help_and_mistakes(tmp_path):
    def run(*arguments):
        return subprocess.run([str(BINARY), "demo", *arguments], capture_output=True, text=True, timeout=30)
    helped = run("--help")
    assert helped.returncode == 0 and "groundwatch demo eventpro [OPTIONS]" in helped.stdout
    for arguments in ([], ["eventbro"], ["eventpro", "--sed", "1"], ["eventpro", "--speed", "fast"], ["eventpro", "--endpoint", "nowhere"]):
        mistaken = run(*arguments)
        assert mistaken.returncode == 2 and mistaken.stderr.startswith("groundwatch: cannot "), arguments


def test_it_goes_on_over_a_restart_of_the_server_and_ends_when_asked(start_server):
    server = start_server()
    running = demo(server.endpoint, "--history", "1")
    said = []

    def line_with(words):
        for line in running.stdout:
            said.append(line)
            if words in line:
                return
        raise AssertionError(f"it never said {words!r}, but\n{''.join(said)}")

    try:
        line_with("live; ")
        logs = Clients(server.endpoint).logs

        def newest():
            streams = logs.describe_log_streams(logGroupName=GROUPS[0], orderBy="LastEventTime", descending=True)["logStreams"]
            return max(stream.get("lastEventTimestamp", 0) for stream in streams)

        server.kill9()
        line_with("trying again")
        server.start()
        restarted = milliseconds_of(now())
        line_with("the server is back")
        waiting.until(lambda: newest() > restarted, "events of after the restart", seconds=30)
    finally:
        running.send_signal(signal.SIGTERM)
        rest, _ = running.communicate(timeout=30)
    assert running.returncode == 0, rest
    assert "demo: stopped" in rest


@pytest.fixture
def guarded(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    server.key = make_key(server.data, "--account", "111111111111")
    server.start()
    yield server
    server.stop()


def test_it_signs_with_a_key_where_the_server_asks_for_one(guarded):
    server, key = guarded, guarded.key
    logs = client(server.endpoint, "logs", key)
    running = demo(server.endpoint, "--history", "1", "--seconds", "3", key=key)
    output, _ = running.communicate(timeout=120)
    assert running.returncode == 0 and "cannot" not in output, output
    assert [group["logGroupName"] for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/eventpro")["logGroups"]] == sorted(GROUPS)
    cloudwatch = client(server.endpoint, "cloudwatch", key)
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="eventpro")["MetricAlarms"]
    assert alarms and {arn.split(":")[4] for alarm in alarms for arn in alarm["AlarmActions"]} == {"111111111111"}
    subscriptions = client(server.endpoint, "sns", key).list_subscriptions()["Subscriptions"]
    assert subscriptions == [], "it takes back what it subscribed"

    unsigned = demo(server.endpoint, "--history", "1", "--seconds", "3")
    output, _ = unsigned.communicate(timeout=60)
    assert unsigned.returncode == 1 and "UnrecognizedClientException" in output, output
