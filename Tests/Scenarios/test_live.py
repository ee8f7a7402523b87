"""The live stream: what is written by an unchanged client is told within a second, slow readers hear of gaps, gone ones are freed."""

import socket
import time

import pytest

from support import waiting
from support.access import add_user, client, command, make_key
from support.clients import Clients
from support.stream import Stream
from test_access import PASSWORD, Page

GROUP = "/live"


@pytest.fixture
def stream(server):
    stream = Stream(server)
    yield stream
    stream.close()


@pytest.fixture
def logs(clients):
    try:
        clients.logs.create_log_group(logGroupName=GROUP)
        clients.logs.create_log_stream(logGroupName=GROUP, logStreamName="web-1")
    except clients.logs.exceptions.ResourceAlreadyExistsException:
        pass
    return clients.logs


def put(logs, *messages):
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=GROUP, logStreamName="web-1", logEvents=[{"timestamp": now, "message": message} for message in messages])


def test_an_event_is_told_within_a_second_and_is_the_one_that_filterlogevents_shows(stream, logs):
    assert stream.subscribe({"id": "tail", "topic": "logs", "groups": [GROUP], "filter": "ERROR"})[0] == 200
    begun = time.monotonic()
    put(logs, "all is well", "ERROR no ticket left <script>")
    told = stream.next("logs")
    assert time.monotonic() - begun < 1
    assert told["id"] == "tail" and [event["message"] for event in told["events"]] == ["ERROR no ticket left <script>"]
    [found] = logs.filter_log_events(logGroupName=GROUP, filterPattern="ticket")["events"]
    for name in ["eventId", "timestamp", "ingestionTime", "logStreamName", "message"]:
        assert told["events"][0][name] == found[name]


def test_an_alarm_is_told_with_its_new_state(stream, clients):
    stream.subscribe({"id": "a", "topic": "alarms"})
    clients.cloudwatch.put_metric_alarm(
        AlarmName="live", Namespace="Live", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold")
    assert stream.next("alarm")["name"] == "live"
    clients.cloudwatch.set_alarm_state(AlarmName="live", StateValue="ALARM", StateReason="by hand")
    told = waiting.until(lambda: (alarm := stream.next("alarm")["alarm"])["StateValue"] == "ALARM" and alarm, "the new state", 5)
    assert told["StateReason"] == "by hand"
    clients.cloudwatch.delete_alarms(AlarmNames=["live"])
    waiting.until(lambda: "alarm" not in stream.next("alarm"), "the alarm to be gone", 5)


def test_newer_samples_are_hinted_at_for_what_is_watched(stream, clients):
    stream.subscribe({"id": "mine", "topic": "metrics", "namespace": "LiveMine"}, {"id": "any", "topic": "metrics"})
    clients.cloudwatch.put_metric_data(Namespace="LiveOther", MetricData=[{"MetricName": "m", "Value": 1}])
    assert stream.next("metrics")["id"] == "any"
    clients.cloudwatch.put_metric_data(Namespace="LiveMine", MetricData=[{"MetricName": "m", "Value": 1}])
    heard = {stream.next("metrics")["id"], stream.next("metrics")["id"]}
    assert heard == {"mine", "any"}


def test_figures_and_subscriptions_that_end(stream, logs):
    stream.subscribe({"id": "self", "topic": "health"}, {"id": "tail", "topic": "logs", "groups": [GROUP]})
    assert stream.next("health")["figures"]["process_resident_memory_bytes"] > 0
    stream.subscribe({"id": "other", "topic": "logs", "groups": [GROUP], "filter": "second"})
    put(logs, "first")
    put(logs, "second")
    assert stream.next("logs", "health")["id"] == "other"


def test_mistakes_are_named(stream):
    assert stream.subscribe({"id": "x", "topic": "logs", "groups": ["/nowhere"]}) == (200, {"subscriptions": ["x"], "unknownGroups": ["/nowhere"]})
    status, body = stream.subscribe({"id": "x", "topic": "logs", "groups": [GROUP], "filter": "{ $.a = }"})
    assert (status, body["code"]) == (400, "InvalidRequest") and "cannot be read at" in body["message"]
    assert stream.subscribe(*[{"id": str(number), "topic": "alarms"} for number in range(65)])[0] == 400


def test_a_slow_reader_is_told_how_much_it_missed(server, logs):
    """A socket that is not read: its buffers fill, then the server's queue, and nothing else waits for it."""
    stream = Stream.__new__(Stream)
    stream.server, stream.headers = server, {}
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /api/ui/v1/live HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode())
        head = b""
        while b"heartbeatSeconds" not in head:
            head += slow.recv(1024)
        stream.id = head.split(b'"stream":"')[1].split(b'"')[0].decode()
        assert stream.subscribe({"id": "tail", "topic": "logs", "groups": [GROUP]})[0] == 200
        sent = 0
        for _ in range(16):
            put(logs, *["z" * 1000 for _ in range(900)])
            sent += 900
        read = b""
        deadline = time.monotonic() + 60
        while b"}" not in read.partition(b'"leftOut":')[2] and time.monotonic() < deadline:
            read += slow.recv(1 << 16)
        missed = int(read.split(b'"leftOut":')[1].split(b"}")[0])
        told = read.split(b"event: lag")[0].count(b'"eventId"')
        assert 0 < missed and told + missed <= sent


def test_a_stream_that_broke_goes_on_where_it_was(server, stream, logs):
    stream.subscribe({"id": "tail", "topic": "logs", "groups": [GROUP]})
    put(logs, "seen before")
    stream.next("logs")
    stream.close()
    put(logs, "missed", "missed too")
    again = Stream(server, {"Last-Event-ID": stream.last_event})
    assert again.is_resumed and again.id == stream.id
    told = []
    while len(told) < 2:
        told += [event["message"] for event in again.next("logs")["events"]]
    assert told == ["missed", "missed too"]
    put(logs, "and on")
    assert [event["message"] for event in again.next("logs")["events"]] == ["and on"]
    # What it was sent the first time is sent again to who says that he did not get it.
    third = Stream(server, {"Last-Event-ID": f"{stream.id}-0"})
    assert third.is_resumed and [event["message"] for event in third.next("logs")["events"]] == ["seen before"]
    assert again.ended(), "the place is the newest connection's"
    third.close()


@pytest.mark.parametrize("place", ["nonsense", "-", "unknown-3", "\u00ff", "x" * 4000])
def test_who_says_a_place_that_nobody_knows_begins_anew(server, place):
    stream = Stream(server, {"Last-Event-ID": place})
    assert stream.status == 200 and not stream.is_resumed
    stream.close()


def test_nobody_takes_another_s_stream_over(start_server):
    server = start_server()
    for account, name in (("111111111111", "ada"), ("222222222222", "eve")):
        make_key(server.data, "--account", account)
        add_user(server.data, name, PASSWORD, "viewer", "--account", account)
    ada, eve = Page(server), Page(server)
    waiting.until(lambda: ada.login("ada", PASSWORD)[0] == 200, "the server to know ada", 5)
    waiting.until(lambda: eve.login("eve", PASSWORD)[0] == 200, "the server to know eve", 5)
    stream = Stream(server, {"Cookie": ada.cookie})
    place = stream.last_event
    stream.close()
    assert not Stream(server, {"Cookie": eve.cookie, "Last-Event-ID": place}).is_resumed
    assert Stream(server, {"Cookie": ada.cookie, "Last-Event-ID": place}).is_resumed


def streams_open(server):
    """By the server's own count."""
    text = server.get("/metrics")[2].decode()
    return int(float(text.split("\ngroundwatch_live_streams ")[1].split("\n")[0]))


def test_a_client_that_is_gone_is_freed(server):
    before = streams_open(server)
    streams = [Stream(server) for _ in range(5)]
    assert streams_open(server) == before + 5
    for stream in streams:
        stream.close()
    waiting.until(lambda: streams_open(server) == before, "the streams to be freed", 5)


def test_a_server_that_stops_ends_its_streams_at_once(start_server):
    server = start_server()
    stream = Stream(server)
    begun = time.monotonic()
    assert server.stop() == 0
    assert stream.ended() and time.monotonic() - begun < 5


def test_a_guarded_stream_is_the_session_s_own_and_ends_with_it(start_server):
    server = start_server()
    key = make_key(server.data, "--account", "111111111111")
    add_user(server.data, "ada", PASSWORD, "viewer", "--account", "111111111111")
    add_user(server.data, "eve", PASSWORD, "editor", "--account", "222222222222")
    page, other = Page(server), Page(server)
    waiting.until(lambda: page.login("ada", PASSWORD)[0] == 200, "the server to know ada", 5)
    waiting.until(lambda: other.login("eve", PASSWORD)[0] == 200, "the server to know eve", 5)
    assert Stream(server).status == 401

    stream = Stream(server, {"Cookie": page.cookie})
    alarms = {"id": "a", "topic": "alarms"}
    assert stream.subscribe(alarms)[0] == 403                                        # no proof that a page of ours asks
    assert stream.subscribe(alarms, headers={"Cookie": other.cookie, "X-Groundwatch-Csrf": other.csrf})[0] == 404
    assert stream.subscribe(alarms, headers={"X-Groundwatch-Csrf": page.csrf})[0] == 200
    make_alarm = lambda key: client(server.endpoint, "cloudwatch", key).put_metric_alarm(
        AlarmName="guarded", Namespace="Live", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold")
    make_alarm(make_key_known(server, "333333333333"))
    make_alarm(key)
    assert stream.next("alarm")["alarm"]["AlarmArn"].split(":")[4] == "111111111111"
    command(server.data, "user", "remove", "ada")
    assert stream.ended(seconds=25)


def make_key_known(server, account):
    key = make_key(server.data, "--account", account)
    logs = client(server.endpoint, "logs", key)

    def is_known():
        try:
            return logs.describe_log_groups() is not None
        except logs.exceptions.ClientError:
            return False

    waiting.until(is_known, "the new key to be known", 5)
    return key
