"""A small ticket sale as ordinary clients would report it, for looking at: metrics, logs, a trace and an alarm of the last
quarter of an hour, with hostile text where text comes from outside."""

import json
import secrets
import time

from .times import milliseconds_of, minutes, minutes_ago, now, seconds

GROUP, STREAM, ALARM = "/aws/lambda/eventpro-checkout", "2026/11/21/[$LATEST]one", "eventpro-checkout-latency"
EVENTS = ["Aurora Festival", "Winter Opera"]
# Markup, a console's escape sequence, a bell, and the mark that turns "exe.png" into "gnp.exe".
HOSTILE = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\"> \u202egnp.exe\x07\x1b[31m"


def fill(clients):
    """Sends everything; the id of the trace."""
    send_metrics(clients)
    send_logs(clients)
    trace = send_trace(clients)
    clients.cloudwatch.put_metric_alarm(
        AlarmName=ALARM, Namespace="EventPro", MetricName="CheckoutLatency", ExtendedStatistic="p99", Period=60, EvaluationPeriods=5,
        DatapointsToAlarm=3, Threshold=100.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="breaching")  # it goes on firing
    clients.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason=f"Three of five: {HOSTILE}")
    return trace


def send_metrics(clients):
    data = []
    for age in range(15, -1, -1):
        moment = minutes_ago(age)
        for index, event in enumerate(EVENTS):
            data.append({"MetricName": "TicketsSold", "Dimensions": [{"Name": "Event", "Value": event}], "Timestamp": moment,
                         "Value": 40 + 10 * index + age % 4 * 7, "Unit": "Count"})
        data.append({"MetricName": "CheckoutLatency", "Timestamp": moment, "Values": [180.0, 210.0, 260.0 + 20 * (age % 3)], "Unit": "Milliseconds"})
        if age not in (6, 7, 8):  # a gap, to be drawn as one
            data.append({"MetricName": "ConversionRate", "Timestamp": moment, "Value": 5 + age % 3, "Unit": "Percent"})
    # A name nobody should send; the page must not choke on it.
    data.append({"MetricName": "<b>bold</b>", "Dimensions": [{"Name": "x", "Value": "\"><script>document.title='broken'</script>"}], "Value": 1})
    clients.cloudwatch.put_metric_data(Namespace="EventPro", MetricData=data)


def send_logs(clients):
    clients.logs.create_log_group(logGroupName=GROUP)
    clients.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    start = now() - minutes(3)
    messages = ["INFO all is well", json.dumps({"level": "ERROR", "message": "payment declined", "order": {"id": 42, "items": [1, 2, None]}}),
                f"ERROR {HOSTILE}", json.dumps({"level": "ERROR", HOSTILE: HOSTILE}), "ERROR long " + "x" * 100_000]
    clients.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[
        {"timestamp": milliseconds_of(start + seconds(index)), "message": message} for index, message in enumerate(messages)])


def send_trace(clients):
    start = time.time() - 60
    trace = f"1-{int(start):08x}-{secrets.token_hex(12)}"
    ids = [secrets.token_hex(8) for _ in range(5)]
    api = {"id": ids[0], "trace_id": trace, "name": "eventpro-api", "start_time": start, "end_time": start + 1.2, "fault": True,
           "http": {"request": {"method": "POST", "url": "https://api.eventpro.test/v1/checkout"}, "response": {"status": 502}},
           "subsegments": [{"id": ids[1], "name": "Lambda", "namespace": "aws", "start_time": start + 0.01, "end_time": start + 1.1}]}
    function = {"id": ids[2], "trace_id": trace, "parent_id": ids[1], "name": "eventpro-checkout", "origin": "AWS::Lambda::Function",
                "start_time": start + 0.05, "end_time": start + 1.0, "annotations": {"note": HOSTILE},
                "subsegments": [{"id": ids[3], "name": "reserve seats", "start_time": start + 0.1, "end_time": start + 0.4},
                                {"id": ids[4], "name": "payments.test", "namespace": "remote", "fault": True, "start_time": start + 0.4, "end_time": start + 0.9}]}
    answer = clients.xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(api), json.dumps(function)])
    assert answer["UnprocessedTraceSegments"] == []
    return trace
