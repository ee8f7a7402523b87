"""`kill -9` at a random moment while eight connections write: what was answered is there once, what was not is whole or absent.

ROUNDS (default 6) and SEED (default 1) are read from the environment; a failure names both.
"""

import collections
import dataclasses
import http.client
import json
import os
import random
import threading
import time

import pytest

from support.clients import Clients
from support.server import READY_SECONDS
from support.times import milliseconds_of, minutes, now
from support.wire import Wire

ROUNDS, SEED = int(os.environ.get("ROUNDS", 6)), int(os.environ.get("SEED", 1))
METRIC_WRITERS, LOG_WRITERS, TRACE_WRITERS = 3, 3, 2
NAMES = ["a", "b", "c"]             # one request writes a value of each metric
EVENTS = 5                          # and one of logs that many events
SEGMENTS = 3                        # and one of traces that many segments of one trace
SLOTS = 1800                        # a metric request has a second of its own; later ones than these are not sent


@dataclasses.dataclass
class Sent:
    """What one connection sent. Requests are numbered from 0; at most the last is without an answer."""

    writer: str
    answered: int = 0
    tried: int = 0
    trouble: str = ""               # an answer that should not have been, or a connection that broke before the end

    def check(self, whole, count):
        """`count(number)`: how many of a request's rows are there, `whole` of them if all."""
        assert not self.trouble, f"{self.writer}: {self.trouble}"
        for number in range(self.answered):
            assert count(number) == whole, f"{self.writer}: request {number} was answered, {count(number)} of {whole} rows are there"
        for number in range(self.answered, self.tried):
            assert count(number) in (0, whole), f"{self.writer}: request {number} was not answered, {count(number)} of {whole} rows are there"


class Round:
    """One life of the server: writers, the end of it, and what must be found afterwards."""

    def __init__(self, number, server):
        self.number = number
        self.server = server
        self.begin = now().replace(microsecond=0) - minutes(60)     # where this round's metrics and logs are placed
        self.sent = {}
        self.trace_ids = {}
        self.is_ending = threading.Event()

    def write_until_killed(self, seconds):
        writers = (
            [(f"metrics-{n}", self.metric_request) for n in range(METRIC_WRITERS)]
            + [(f"logs-{n}", self.log_request) for n in range(LOG_WRITERS)]
            + [(f"traces-{n}", self.trace_request) for n in range(TRACE_WRITERS)])
        logs = Clients(self.server.endpoint).logs
        for writer, _ in writers:
            if writer.startswith("logs"):
                logs.create_log_stream(logGroupName="/kill", logStreamName=f"{self.number}-{writer}")
        threads = [threading.Thread(target=self.write, args=writer, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.is_ending.set()
        self.server.kill9()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()

    def write(self, writer, request):
        sent = self.sent[writer] = Sent(writer)
        wire = Wire(self.server.address)
        try:
            for number in range(SLOTS):
                sent.tried = number + 1
                answer = request(wire, writer, number)
                if answer.status != 200:
                    sent.trouble = f"request {number} was answered {answer.status}: {answer.body!r}"
                    return
                sent.answered = number + 1
        except (OSError, http.client.HTTPException) as error:
            if not self.is_ending.is_set():
                sent.trouble = f"request {sent.tried - 1} broke before the server was killed: {error!r}"
        finally:
            wire.close()

    def metric_request(self, wire, writer, number):
        moment = self.begin.timestamp() + number
        return wire.cloudwatch_json("PutMetricData", {"Namespace": "Kill", "MetricData": [
            {"MetricName": name, "Dimensions": self.dimensions(writer), "Timestamp": moment, "Value": 1.0, "StorageResolution": 1}
            for name in NAMES]})

    def log_request(self, wire, writer, number):
        moment = milliseconds_of(self.begin) + number * 1000
        return wire.logs("PutLogEvents", {
            "logGroupName": "/kill", "logStreamName": f"{self.number}-{writer}", "logEvents": [
                {"timestamp": moment + n, "message": f"{number} {n}"} for n in range(EVENTS)]})

    def trace_request(self, wire, writer, number):
        stamp = int(self.begin.timestamp())
        trace = f"1-{stamp:08x}-{self.number:08x}{writer[-1]}{number:015x}"
        self.trace_ids.setdefault(writer, []).append(trace)
        documents = [{"trace_id": trace, "id": f"{n + 1:016x}", "name": "kill", "start_time": stamp + n, "end_time": stamp + n + 0.5}
                     for n in range(SEGMENTS)]
        return wire.xray("/TraceSegments", {"TraceSegmentDocuments": [json.dumps(document) for document in documents]})

    def dimensions(self, writer):
        return [{"Name": "Round", "Value": str(self.number)}, {"Name": "Writer", "Value": writer}]

    def check(self):
        clients = Clients(self.server.endpoint)
        for writer, sent in self.sent.items():
            match writer.split("-")[0]:
                case "metrics":
                    self.check_metrics(clients.cloudwatch, writer, sent)
                case "logs":
                    self.check_logs(clients.logs, writer, sent)
                case "traces":
                    self.check_traces(clients.xray, writer, sent)

    def check_metrics(self, cloudwatch, writer, sent):
        counts = collections.Counter()
        for name in NAMES:
            points = self.samples(cloudwatch, writer, name)
            assert set(points.values()) <= {1.0}, f"{writer}: a value of {name} is there more than once"
            counts.update(points.keys())
        sent.check(len(NAMES), lambda number: counts[number])
        assert all(0 <= number < sent.tried for number in counts), f"{writer}: a value that was never sent"

    def samples(self, cloudwatch, writer, name):
        """{number of the request: how often its value is there}"""
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            StartTime=self.begin, EndTime=self.begin + minutes(SLOTS // 60), ScanBy="TimestampAscending", MetricDataQueries=[{
                "Id": "m", "MetricStat": {"Period": 1, "Stat": "SampleCount", "Metric": {
                    "Namespace": "Kill", "MetricName": name, "Dimensions": self.dimensions(writer)}}}])
        results = [result for page in pages for result in page["MetricDataResults"]]
        return {
            round((moment - self.begin).total_seconds()): value
            for result in results for moment, value in zip(result["Timestamps"], result["Values"], strict=True)}

    def check_logs(self, logs, writer, sent):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName="/kill", logStreamNames=[f"{self.number}-{writer}"])
        messages = collections.Counter(event["message"] for page in pages for event in page["events"])
        assert set(messages.values()) <= {1}, f"{writer}: an event is there more than once"
        counts = collections.Counter(int(message.split()[0]) for message in messages)
        sent.check(EVENTS, lambda number: counts[number])
        assert all(number < sent.tried for number in counts)

    def check_traces(self, xray, writer, sent):
        ids = self.trace_ids.get(writer, [])
        found = {}
        for begin in range(0, len(ids), 5):
            for trace in xray.batch_get_traces(TraceIds=ids[begin:begin + 5])["Traces"]:
                found[trace["Id"]] = [segment["Id"] for segment in trace["Segments"]]
        for trace, segments in found.items():
            assert len(segments) == len(set(segments)), f"{writer}: a segment of {trace} is there more than once"
        sent.check(SEGMENTS, lambda number: len(found.get(ids[number], [])))


def test_what_was_answered_is_there_once_and_the_rest_is_whole_or_absent(start_server):
    chance = random.Random(SEED)
    server = start_server()
    Clients(server.endpoint).logs.create_log_group(logGroupName="/kill")
    rounds = []
    for number in range(ROUNDS):
        life = Round(number, server)
        life.write_until_killed(chance.uniform(0.05, 1.5))
        server.start()
        assert server.seconds_to_ready < READY_SECONDS
        try:
            life.check()
        except AssertionError as error:
            raise AssertionError(f"round {number} of SEED={SEED}: {error}") from None
        rounds.append(life)
    answered = collections.Counter()
    for life in rounds:
        for writer, sent in life.sent.items():
            answered[writer.split("-")[0]] += sent.answered
    assert all(answered[kind] > 0 for kind in ("metrics", "logs", "traces")), f"nothing was put to the test: {answered}"

    # What earlier lives wrote has been through every recovery since, and goes through an orderly end, too.
    server.restart()
    for life in rounds:
        life.check()


def test_a_server_killed_while_it_starts_starts_again(start_server):
    chance = random.Random(SEED)
    server = start_server()
    clients = Clients(server.endpoint)
    start = now().replace(second=0, microsecond=0) - minutes(30)
    for batch in range(40):
        clients.cloudwatch.put_metric_data(Namespace="Kill", MetricData=[
            {"MetricName": f"m{n}", "Timestamp": start, "Value": 1.0} for n in range(200)])
    server.kill9()
    for _ in range(5):
        server.start_and_kill9_after(chance.uniform(0.0, 0.1))
    server.start()
    answer = Clients(server.endpoint).cloudwatch.get_metric_statistics(
        Namespace="Kill", MetricName="m199", StartTime=start, EndTime=start + minutes(1), Period=60, Statistics=["SampleCount"])
    assert [point["SampleCount"] for point in answer["Datapoints"]] == [40.0]


@pytest.mark.parametrize("ending", ["kill -9", "SIGTERM"])
def test_what_was_set_up_outlives_the_server(start_server, ending):
    """Groups with their retention, topics, alarms with their state and history, and rows, in memory and in parts."""
    server = start_server()

    def everything():
        clients = Clients(server.endpoint)
        [group] = clients.logs.describe_log_groups(logGroupNamePrefix="/kept")["logGroups"]
        [alarm] = clients.cloudwatch.describe_alarms(AlarmNames=["kept"])["MetricAlarms"]
        history = clients.cloudwatch.describe_alarm_history(AlarmName="kept")["AlarmHistoryItems"]
        group.pop("storedBytes")                # what is stored is packed tighter as time goes by
        return (
            group, alarm, history, clients.sns.list_topics()["Topics"], clients.cloudwatch.list_metrics()["Metrics"],
            clients.logs.filter_log_events(logGroupName="/kept")["events"])

    clients = Clients(server.endpoint)
    clients.logs.create_log_group(logGroupName="/kept")
    clients.logs.put_retention_policy(logGroupName="/kept", retentionInDays=30)
    clients.logs.create_log_stream(logGroupName="/kept", logStreamName="s")
    clients.logs.put_log_events(logGroupName="/kept", logStreamName="s", logEvents=[
        {"timestamp": milliseconds_of(now()), "message": "kept"}])
    clients.sns.create_topic(Name="kept")
    clients.cloudwatch.put_metric_data(Namespace="Kept", MetricData=[{"MetricName": "kept", "Value": 1.0}])
    clients.cloudwatch.put_metric_alarm(
        AlarmName="kept", Namespace="Kept", MetricName="kept", Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore", ActionsEnabled=False)
    clients.cloudwatch.set_alarm_state(AlarmName="kept", StateValue="ALARM", StateReason="a drill")

    before = everything()
    if ending == "SIGTERM":
        server.restart()
    else:
        server.kill9()
        server.start()
    assert everything() == before
