"""CloudWatch Logs from unmodified boto3: what is put is read back, in order, page by page, and found again."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import ACCOUNT, REGION, Clients
from support.times import milliseconds_of, minutes, now

DAY = 24 * 60


@pytest.fixture
def logs(clients):
    return clients.logs


@pytest.fixture
def group(logs, request):
    """A log group of the test's own."""
    name = "/test/" + "".join(c if c.isalnum() else "-" for c in request.node.name)
    logs.create_log_group(logGroupName=name)
    yield name
    try:
        logs.delete_log_group(logGroupName=name)
    except logs.exceptions.ResourceNotFoundException:
        pass  # the test deleted it


def put(logs, group, stream, messages, start=None, step=1):
    """Puts messages `step` ms apart into a stream, made if need be; returns the events."""
    start = start or now() - minutes(10)
    events = [{"timestamp": milliseconds_of(start) + n * step, "message": message} for n, message in enumerate(messages)]
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    answer = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    assert "rejectedLogEventsInfo" not in answer
    return events


def plain(events):
    return [{"timestamp": event["timestamp"], "message": event["message"]} for event in events]


def all_filtered(logs, **query):
    pages = logs.get_paginator("filter_log_events").paginate(**query)
    return [event for page in pages for event in page["events"]]


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


# Put and get


def test_messages_come_back_byte_for_byte_and_in_order(logs, group):
    messages = [
        "plain", "  spaces kept  ", "ünï©ödé 🎫", "tab\tand\nnewline", '{"json": "stays text", "n": 1.50}', "\\ \" '", "\u0001control",
        "x" * 200_000, "last"]
    before = milliseconds_of(now())
    sent = put(logs, group, "s", messages)
    answer = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert plain(answer["events"]) == sent
    for event in answer["events"]:
        assert before - 1000 <= event["ingestionTime"] <= milliseconds_of(now()) + 1000


def test_events_of_one_millisecond_keep_the_order_they_were_put_in(logs, group):
    start = now() - minutes(5)
    first = put(logs, group, "s", [f"first {n}" for n in range(50)], start, step=0)
    second = put(logs, group, "s", [f"second {n}" for n in range(50)], start, step=0)
    answer = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert plain(answer["events"]) == first + second


def test_batches_that_overlap_in_time_are_merged_by_time(logs, group):
    start = now() - minutes(5)
    even = put(logs, group, "s", [f"{n}" for n in range(0, 40, 2)], start, step=20)
    odd = put(logs, group, "s", [f"{n}" for n in range(1, 40, 2)], start + datetime.timedelta(milliseconds=10), step=20)
    answer = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert plain(answer["events"]) == sorted(even + odd, key=lambda event: event["timestamp"])


def test_a_stream_is_paged_forward_until_the_token_stays_the_same(logs, group):
    sent = put(logs, group, "s", [f"m{n}" for n in range(25)])
    query = {"logGroupName": group, "logStreamName": "s", "startFromHead": True, "limit": 10}
    seen, sizes, token = [], [], None
    while True:
        page = logs.get_log_events(**query, **({"nextToken": token} if token else {}))
        assert page["nextForwardToken"].startswith("f/") and page["nextBackwardToken"].startswith("b/")
        seen += plain(page["events"])
        sizes.append(len(page["events"]))
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert (sizes, seen) == ([10, 10, 5, 0], sent)

    more = put(logs, group, "s", ["late 1", "late 2"], now() - minutes(5))
    page = logs.get_log_events(**query, nextToken=token)
    assert plain(page["events"]) == more, "the last token finds what came after"


def test_a_stream_is_paged_backward_from_its_newest_events(logs, group):
    sent = put(logs, group, "s", [f"m{n}" for n in range(25)])
    page = logs.get_log_events(logGroupName=group, logStreamName="s", limit=10)
    pages = [plain(page["events"])]
    while page["events"]:
        page = logs.get_log_events(logGroupName=group, logStreamName="s", limit=10, nextToken=page["nextBackwardToken"])
        pages.append(plain(page["events"]))
    assert pages == [sent[15:], sent[5:15], sent[:5], []]


def test_a_time_range_includes_its_start(logs, group):
    """Its end is outside for GetLogEvents and inside for FilterLogEvents, as their references say."""
    sent = put(logs, group, "s", [f"m{n}" for n in range(10)], step=1000)
    times = {"startTime": sent[2]["timestamp"], "endTime": sent[6]["timestamp"]}
    answer = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True, **times)
    assert plain(answer["events"]) == sent[2:6]
    assert plain(all_filtered(logs, logGroupName=group, **times)) == sent[2:7]


def test_a_group_may_be_named_by_its_arn(logs, group):
    sent = put(logs, group, "s", ["one"])
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    answer = logs.get_log_events(logGroupIdentifier=arn, logStreamName="s", startFromHead=True)
    assert plain(answer["events"]) == sent


# What is refused


def test_a_batch_out_of_order_is_refused_whole(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    moment = milliseconds_of(now())
    error = refused(logs.put_log_events, logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": moment, "message": "later"}, {"timestamp": moment - 1, "message": "earlier"}])
    assert error["Code"] == "InvalidParameterException"
    assert error["Message"] == "Log events in a single PutLogEvents request must be in chronological order."
    assert logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"] == []


def test_a_batch_over_more_than_a_day_is_refused_whole(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    error = refused(logs.put_log_events, logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": milliseconds_of(now() - minutes(DAY + 1)), "message": "yesterday"},
        {"timestamp": milliseconds_of(now()), "message": "today"}])
    assert error["Code"] == "InvalidParameterException"
    assert logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"] == []


def test_events_too_old_or_too_new_are_left_out_and_named(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")

    def send(*offsets):
        """Puts events that many minutes from now."""
        return logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
            {"timestamp": milliseconds_of(now() + minutes(offset)), "message": f"{offset}"} for offset in offsets])

    old = send(-14 * DAY - 120, -14 * DAY - 60, -14 * DAY + 60)
    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2}
    new = send(0, 60, 180, 240)
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 2}
    kept = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"]
    assert [event["message"] for event in kept] == [str(-14 * DAY + 60), "0", "60"]


@pytest.mark.parametrize("events", [
    [], [{"timestamp": 0}], [{"message": "no time"}], [{"timestamp": "now", "message": "m"}], [{"timestamp": 1.5, "message": 7}],
    [{"timestamp": None, "message": ""}], [{"timestamp": -1, "message": "before 1970"}],
    [{"timestamp": "NOW", "message": "m"}] * 10_001, [{"timestamp": "NOW", "message": "x" * 1100}] * 1000,
], ids=["none", "no message", "no time", "text for a time", "number for a message", "empty message", "negative time", "10001", "1 MB"])
def test_a_wrong_batch_is_refused_whole(logs, wire, group, events):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    present = milliseconds_of(now())
    events = [{**event, "timestamp": present if event.get("timestamp") in ("NOW", None) else event["timestamp"]}
              if "timestamp" in event else event for event in events]
    answer = wire.logs("PutLogEvents", {"logGroupName": group, "logStreamName": "s", "logEvents": events})
    assert answer.status == 400, answer.body
    assert answer.code in ("InvalidParameterException", "SerializationException"), answer.body
    assert logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"] == []


def test_what_does_not_exist_is_not_found(logs, group):
    events = [{"timestamp": milliseconds_of(now()), "message": "m"}]
    no_group, no_stream = "The specified log group does not exist.", "The specified log stream does not exist."
    for call, arguments, message in [
        (logs.put_log_events, {"logGroupName": "/none", "logStreamName": "s", "logEvents": events}, no_group),
        (logs.put_log_events, {"logGroupName": group, "logStreamName": "s", "logEvents": events}, no_stream),
        (logs.get_log_events, {"logGroupName": "/none", "logStreamName": "s"}, no_group),
        (logs.get_log_events, {"logGroupName": group, "logStreamName": "s"}, no_stream),
        (logs.filter_log_events, {"logGroupName": "/none"}, no_group),
        (logs.create_log_stream, {"logGroupName": "/none", "logStreamName": "s"}, no_group),
        (logs.describe_log_streams, {"logGroupName": "/none"}, no_group),
        (logs.put_retention_policy, {"logGroupName": "/none", "retentionInDays": 7}, no_group),
        (logs.delete_log_group, {"logGroupName": "/none"}, no_group),
    ]:
        error = refused(call, **arguments)
        assert (error["Code"], error["Message"]) == ("ResourceNotFoundException", message), call


def test_what_exists_cannot_be_made_again(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    error = refused(logs.create_log_group, logGroupName=group)
    assert (error["Code"], error["Message"]) == ("ResourceAlreadyExistsException", "The specified log group already exists")
    error = refused(logs.create_log_stream, logGroupName=group, logStreamName="s")
    assert (error["Code"], error["Message"]) == ("ResourceAlreadyExistsException", "The specified log stream already exists")


@pytest.mark.parametrize("name", ["with space", "star*", "colon:", "umlautü", "x" * 513, ""])
def test_a_wrong_group_name_is_refused(wire, name):
    answer = wire.logs("CreateLogGroup", {"logGroupName": name})
    assert (answer.status, answer.code) == (400, "InvalidParameterException"), answer.body


@pytest.mark.parametrize("name", ["star*", "colon:", "x" * 513, ""])
def test_a_wrong_stream_name_is_refused(wire, group, name):
    answer = wire.logs("CreateLogStream", {"logGroupName": group, "logStreamName": name})
    assert (answer.status, answer.code) == (400, "InvalidParameterException"), answer.body


def test_a_token_of_ones_own_making_is_refused(logs, group):
    put(logs, group, "s", ["m"])
    error = refused(logs.get_log_events, logGroupName=group, logStreamName="s", nextToken="f/1/s")
    assert (error["Code"], error["Message"]) == ("InvalidParameterException", "The specified nextToken is invalid.")
    assert refused(logs.filter_log_events, logGroupName=group, nextToken="made up")["Code"] == "InvalidParameterException"


# Groups and streams


def test_groups_are_described_by_prefix_and_pattern_page_by_page(logs):
    names = [f"/describe/Group-{n}" for n in range(5)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=names[1], retentionInDays=30)
    pages = list(logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix="/describe/", PaginationConfig={"PageSize": 2}))
    assert [[found["logGroupName"] for found in page["logGroups"]] for page in pages] == [names[:2], names[2:4], names[4:]]
    found = {found["logGroupName"]: found for page in pages for found in page["logGroups"]}
    assert {name: group.get("retentionInDays") for name, group in found.items()} == {name: 30 if name == names[1] else None for name in names}
    first = found[names[0]]
    assert first["arn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{names[0]}:*"
    assert first["logGroupArn"] == first["arn"].removesuffix(":*")
    assert first["logGroupClass"] == "STANDARD" and first["metricFilterCount"] == 0
    assert abs(first["creationTime"] - milliseconds_of(now())) < 60_000 and first["storedBytes"] >= 0

    by_pattern = logs.describe_log_groups(logGroupNamePattern="be/group-3")["logGroups"]
    assert [group["logGroupName"] for group in by_pattern] == [names[3]], "a pattern is any part, in either case"
    both = refused(logs.describe_log_groups, logGroupNamePrefix="/d", logGroupNamePattern="d")
    assert both["Code"] == "InvalidParameterException"
    for name in names:
        logs.delete_log_group(logGroupName=name)


def test_retention_takes_only_the_known_numbers_of_days(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=14)
    [found] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 14
    for days in (0, 2, 18, -1, 4000):
        assert refused(logs.put_retention_policy, logGroupName=group, retentionInDays=days)["Code"] == "InvalidParameterException"
    [found] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 14


def test_a_shorter_retention_hides_older_events_at_once(logs, group):
    old = put(logs, group, "s", ["old"], now() - minutes(3 * DAY))
    new = put(logs, group, "s", ["new"])
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    assert plain(logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)["events"]) == new
    expired = logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=old)
    assert expired["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}


def test_streams_are_described_by_name_or_by_last_event(logs, group):
    start = now() - minutes(10)
    sent = {name: put(logs, group, name, ["first", "last"], start + minutes(n), step=500)
            for n, name in enumerate(["b-new", "a-old", "b-newest"])}
    logs.create_log_stream(logGroupName=group, logStreamName="c-empty")

    def names(**options):
        return [stream["logStreamName"] for stream in logs.describe_log_streams(logGroupName=group, **options)["logStreams"]]

    assert names() == ["a-old", "b-new", "b-newest", "c-empty"]
    assert names(descending=True) == ["c-empty", "b-newest", "b-new", "a-old"]
    assert names(logStreamNamePrefix="b-") == ["b-new", "b-newest"]
    assert names(orderBy="LastEventTime", descending=True)[:3] == ["b-newest", "a-old", "b-new"]
    both = refused(logs.describe_log_streams, logGroupName=group, orderBy="LastEventTime", logStreamNamePrefix="b")
    assert both["Code"] == "InvalidParameterException"

    streams = {stream["logStreamName"]: stream for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]}
    for name, events in sent.items():
        stream = streams[name]
        assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (events[0]["timestamp"], events[-1]["timestamp"])
        assert stream["arn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{name}"
        assert stream["lastIngestionTime"] >= stream["creationTime"]
    assert "firstEventTimestamp" not in streams["c-empty"]

    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, PaginationConfig={"PageSize": 3})
    assert [len(page["logStreams"]) for page in pages] == [3, 1]


def test_a_deleted_group_takes_its_events_with_it(logs, group):
    put(logs, group, "s", ["secret"])
    logs.delete_log_group(logGroupName=group)
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
    assert refused(logs.filter_log_events, logGroupName=group)["Code"] == "ResourceNotFoundException"
    logs.create_log_group(logGroupName=group)
    assert all_filtered(logs, logGroupName=group) == []
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []
    sent = put(logs, group, "s", ["afresh"])
    assert plain(all_filtered(logs, logGroupName=group)) == sent


# Filtering


LINES = [
    "INFO starting up",                                                                                           # 0
    "ERROR payment failed: card declined",                                                                        # 1
    "ERROR timeout waiting for payment",                                                                          # 2
    "WARN retry payment failed again",                                                                            # 3
    "error in lower case",                                                                                        # 4
    '{"level": "ERROR", "route": "/buy", "status": 502, "duration_ms": 1500.5, "user": {"name": "ann"}}',         # 5
    '{"level": "ERROR", "route": "/pay", "status": 404, "duration_ms": 12, "items": [{"sku": "A1"}, {"sku": "B2"}]}',  # 6
    '{"level": "INFO", "route": "/buy", "status": 200, "duration_ms": 1e3, "ok": true, "error": null}',           # 7
    '{"level": "WARN", "ip": "10.0.0.7", "ok": false, "tags": ["x", "y"], "weird key": 1}',                       # 8
    'not json {"level": "ERROR"}',                                                                                # 9
]

PATTERNS = {
    "": range(10),
    "ERROR": [1, 2, 5, 6, 9],
    "ERROR payment": [1, 2],
    '"payment failed"': [1, 3],
    '"failed payment"': [],
    "ERROR -timeout": [1, 5, 6, 9],
    'payment -"card declined"': [2, 3],
    "?INFO ?WARN": [0, 3, 7, 8],
    '?"starting up" ?timeout': [0, 2],
    '{ $.level = "ERROR" }': [5, 6],
    "{ $.level = ERROR }": [5, 6],
    '{ $.level != "ERROR" }': [7, 8],
    '{ $.level = "E*" }': [5, 6],
    '{ $.route = "/b*" && $.status >= 500 }': [5],
    "{ $.duration_ms > 1000 }": [5],
    "{ $.duration_ms >= 1000 }": [5, 7],
    "{ $.duration_ms = 1000 }": [7],
    "{ $.duration_ms < 1.3e1 }": [6],
    "{ $.status != 200 }": [5, 6],
    '{ $.user.name = "ann" }': [5],
    '{ $.items[1].sku = "B2" }': [6],
    '{ $.tags[*] = "y" }': [8],
    "{ $.['weird key'] = 1 }": [8],
    '{ $.ip = "10.0.*" }': [8],
    "{ $.ok IS TRUE }": [7],
    "{ $.ok IS FALSE }": [8],
    "{ $.error IS NULL }": [7],
    "{ $.route NOT EXISTS }": [8],
    "{ $.route = * }": [5, 6, 7],
    '{ $.level = "WARN" || $.status = 404 && $.route = "/pay" }': [6, 8],
    '{ ($.level = "WARN" || $.status = 404) && $.ok IS FALSE }': [8],
    "{ $.user = * }": [],
    "{ $.nothing = 1 }": [],
}


@pytest.fixture(scope="module")
def filtered_group(server):
    logs = Clients(server.endpoint).logs
    logs.create_log_group(logGroupName="/filter")
    put(logs, "/filter", "s", LINES)
    return "/filter"


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern or "nothing")
def test_a_filter_pattern_finds_its_events(logs, filtered_group, pattern):
    found = all_filtered(logs, logGroupName=filtered_group, filterPattern=pattern)
    assert [LINES.index(event["message"]) for event in found] == list(PATTERNS[pattern])


@pytest.mark.parametrize("pattern", [
    "{ $.level = }", "{ $.level = \"ERROR\"", "{ level = 1 }", "{ $.a == 1 }", "{ $.a = 1 && }", "{ ($.a = 1 }", "{ }",
    "{ $.a EXISTS }", "{ $.a IS MAYBE }", "{ $.a > text }", '"open', "x" * 1025,
], ids=lambda pattern: pattern[:30])
def test_a_broken_filter_pattern_is_refused(logs, filtered_group, pattern):
    error = refused(logs.filter_log_events, logGroupName=filtered_group, filterPattern=pattern)
    assert error["Code"] == "InvalidParameterException"


def test_filtered_events_come_from_all_streams_by_time_page_by_page(logs, group):
    start = now() - minutes(10)
    sent = []
    for n, stream in enumerate(["web-1", "web-2", "job-1"]):
        events = put(logs, group, stream, [f"{stream} {k}" for k in range(10)], start + datetime.timedelta(milliseconds=n), step=3)
        sent += [{**event, "logStreamName": stream} for event in events]
    sent.sort(key=lambda event: event["timestamp"])

    def found(**query):
        events = all_filtered(logs, logGroupName=group, **query)
        return [{key: event[key] for key in ("timestamp", "message", "logStreamName")} for event in events]

    assert found() == sent
    assert found(PaginationConfig={"PageSize": 7}) == sent
    assert found(logStreamNamePrefix="web-") == [event for event in sent if event["logStreamName"].startswith("web-")]
    assert found(logStreamNames=["job-1", "web-2"]) == [event for event in sent if event["logStreamName"] != "web-1"]
    assert found(startTime=sent[10]["timestamp"]) == sent[10:]
    whole = all_filtered(logs, logGroupName=group)
    assert len({event["eventId"] for event in whole}) == len(sent)
    assert all(event["eventId"].isdigit() and len(event["eventId"]) == 56 for event in whole)
    both = refused(logs.filter_log_events, logGroupName=group, logStreamNames=["web-1"], logStreamNamePrefix="web")
    assert both["Code"] == "InvalidParameterException"


# Flows of well-known clients


def test_watchtowers_way_of_starting_works(logs):
    """Describe, create if absent, set retention, put first, create the stream only when told that there is none."""
    group = "/watchtower/app"
    assert not any(found["logGroupName"] == group for found in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"])
    logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    events = [{"timestamp": milliseconds_of(now()) + n, "message": json.dumps({"n": n})} for n in range(3)]
    batch = {"logGroupName": group, "logStreamName": "host/python/1", "logEvents": events}
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.put_log_events(**batch)
    logs.create_log_stream(logGroupName=group, logStreamName=batch["logStreamName"])
    answer = logs.put_log_events(**batch)
    assert answer["nextSequenceToken"]
    logs.put_log_events(**{**batch, "sequenceToken": "any old token"})
    assert plain(all_filtered(logs, logGroupName=group, filterPattern="{ $.n = 1 }")) == [events[1]] * 2


# Insights, in short; the seeds' queries have a file of their own


def query_results(logs, **query):
    identifier = logs.start_query(**query)["queryId"]
    return waiting.until(
        lambda: (answer := logs.get_query_results(queryId=identifier))["status"] not in ("Scheduled", "Running") and answer,
        f"the end of {query['queryString']}", seconds=20)


def rows(answer):
    return [{field["field"]: field["value"] for field in row} for row in answer["results"]]


def around_now():
    return {"startTime": int((now() - minutes(60)).timestamp()), "endTime": int((now() + minutes(5)).timestamp())}


def test_a_query_lists_the_newest_messages_first_each_with_its_pointer(logs, group):
    sent = put(logs, group, "stream-1", [f"m{n}" for n in range(5)], step=1000)
    answer = query_results(logs, logGroupName=group, queryString="fields @timestamp, @message, @logStream | limit 3", **around_now())
    assert answer["status"] == "Complete"
    assert [[field["field"] for field in row] for row in answer["results"]] == [["@timestamp", "@message", "@logStream", "@ptr"]] * 3
    assert [row["@message"] for row in rows(answer)] == ["m4", "m3", "m2"]
    assert {row["@logStream"] for row in rows(answer)} == {"stream-1"}
    moment = datetime.datetime.fromtimestamp(sent[4]["timestamp"] / 1000, datetime.UTC)
    assert rows(answer)[0]["@timestamp"] == f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
    assert answer["statistics"]["recordsScanned"] >= answer["statistics"]["recordsMatched"] >= 3


def test_a_query_over_several_groups_and_a_time_range(logs, group):
    other = group + "-2"
    logs.create_log_group(logGroupName=other)
    put(logs, group, "s", ["in range"])
    put(logs, other, "s", ["in range too"])
    put(logs, other, "s", ["too old"], now() - minutes(180))
    answer = query_results(logs, logGroupNames=[group, other], queryString="stats count(*) as n by @log", **around_now())
    assert sorted((row["@log"], row["n"]) for row in rows(answer)) == [(f"{ACCOUNT}:{group}", "1"), (f"{ACCOUNT}:{other}", "1")]
    logs.delete_log_group(logGroupName=other)


@pytest.mark.parametrize("text", ["fields @message | nonsense", "filter", "stats count( by x", "fields @message | limit many", "| |"])
def test_a_query_that_cannot_be_read_is_refused(logs, group, text):
    error = refused(logs.start_query, logGroupName=group, queryString=text, **around_now())
    assert error["Code"] == "MalformedQueryException"


def test_a_query_over_nothing_is_refused(logs):
    error = refused(logs.start_query, logGroupName="/none", queryString="fields @message", **around_now())
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"].startswith("Log group '/none' does not exist for account ID")
    assert refused(logs.get_query_results, queryId="2c0c3c5e-0000-4000-8000-000000000000")["Code"] == "ResourceNotFoundException"
