"""X-Ray: the unchanged SDK sends by UDP, boto3 by HTTP; both read back the documents that were sent."""

import datetime
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import Clients
from support.server import Server, free_port
from support.times import minutes, now

HEADER = b'{"format": "json", "version": 1}\n'
CHANCE = random.Random(20261121)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with the daemon's door open, too: UDP and TCP on one port."""
    port = free_port(socket.SOCK_DGRAM)
    server = Server(tmp_path_factory.mktemp("server"), doors="edge,xray", arguments=["--xray", f"127.0.0.1:{port}"])
    server.xray_port = port
    server.start()
    yield server
    if server.process is not None:
        assert server.stop() == 0, server.log_tail()


@pytest.fixture
def xray(clients):
    return clients.xray


def new_id(digits=16):
    return f"{CHANCE.getrandbits(4 * digits):0{digits}x}"


def new_trace(moment=None):
    return f"1-{int(moment or time.time()):08x}-{new_id(24)}"


def segment(trace, **members):
    """A finished segment with all it needs."""
    start = time.time() - 2
    return {"trace_id": trace, "id": new_id(), "name": "shop", "start_time": start, "end_time": start + 0.5, **members}


def put(xray, *documents):
    answer = xray.put_trace_segments(TraceSegmentDocuments=[
        document if isinstance(document, str) else json.dumps(document) for document in documents])
    return answer["UnprocessedTraceSegments"]


def traces(xray, *ids):
    """{id: its trace}, for those that are known."""
    return {trace["Id"]: trace for trace in xray.batch_get_traces(TraceIds=list(ids))["Traces"]}


def documents(trace):
    found = [json.loads(segment["Document"]) for segment in trace["Segments"]]
    assert [document["id"] for document in found] == [segment["Id"] for segment in trace["Segments"]]
    return found


def summaries(xray, **options):
    pages = xray.get_paginator("get_trace_summaries").paginate(**{
        "StartTime": now() - minutes(10), "EndTime": now() + minutes(1), **options})
    return {summary["Id"]: summary for page in pages for summary in page["TraceSummaries"]}


def run_application(address, sampling, count):
    environment = {**os.environ, "AWS_XRAY_DAEMON_ADDRESS": address}
    program = pathlib.Path(__file__).with_name("xray_application.py")
    done = subprocess.run(
        [sys.executable, str(program), sampling, str(count)], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# The SDK


@pytest.mark.parametrize("tcp", ["daemon port", "edge port"])
def test_the_unchanged_sdk_reads_back_the_document_it_sent(server, xray, tcp):
    address = {
        "daemon port": f"127.0.0.1:{server.xray_port}",
        "edge port": f"tcp:{server.address} udp:127.0.0.1:{server.xray_port}",
    }[tcp]
    sent = run_application(address, "all", 3)
    ids = [one["trace"] for one in sent]
    found = waiting.until(lambda: (known := traces(xray, *ids)).keys() == set(ids) and known, "three traces sent by UDP")

    for one in sent:
        document = json.loads(one["document"])
        first, *inferred = documents(found[one["trace"]])
        assert first == document
        called = {sub["id"]: sub for sub in document["subsegments"] if sub.get("namespace") in ("aws", "remote")}
        assert [sub["name"] for sub in called.values()] == ["DynamoDB", "payments.example.com"]
        assert {segment["parent_id"] for segment in inferred} == called.keys(), "one inferred segment a call to elsewhere"
        for segment in inferred:
            call = called[segment["parent_id"]]
            assert segment["inferred"] is True
            assert segment["name"] in (call["name"], call.get("aws", {}).get("table_name"))
            assert segment["trace_id"] == one["trace"]
            assert (segment["start_time"], segment["end_time"]) == (call["start_time"], call["end_time"])
            assert segment["id"] not in called and segment["id"] != document["id"]

    recent = summaries(xray)
    for one in sent:
        summary, document = recent[one["trace"]], json.loads(one["document"])
        assert (summary["HasFault"], summary["HasThrottle"], summary["IsPartial"]) == (True, False, False)
        assert summary["ResponseTime"] == pytest.approx(document["end_time"] - document["start_time"], abs=0.002)
        assert summary["Http"] == {"HttpURL": "http://shop.example.com/buy", "HttpStatus": 500, "HttpMethod": "POST"}
        annotations = {name: [value["AnnotationValue"] for value in values] for name, values in summary["Annotations"].items()}
        assert annotations == {
            "order": [{"StringValue": document["annotations"]["order"]}], "seats": [{"NumberValue": 3.0}],
            "vip": [{"BooleanValue": True}]}
        assert [user["UserName"] for user in summary["Users"]] == ["ann"]
        assert "ticket-shop" in {service["Name"] for service in summary["ServiceIds"]}
        assert summary["EntryPoint"]["Name"] == "ticket-shop"


def test_the_sdk_that_asks_for_sampling_rules_is_not_held_up(server, xray):
    [sent] = run_application(f"127.0.0.1:{server.xray_port}", "asked", 1)
    assert sent["sampled"], "the first request of a second is always sampled"
    waiting.until(lambda: traces(xray, sent["trace"]), "the trace")


def test_nonsense_by_udp_is_dropped_and_the_next_document_is_taken(server, xray):
    trace = new_trace()
    good = json.dumps(segment(trace)).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in (
                b"", b"\n", b"nonsense", HEADER, HEADER + b"{", HEADER + b"[]", HEADER + b'{"trace_id": "1-1-1"}', good,
                b'{"format": "xml", "version": 1}\n' + good, b'{"format": "json", "version": 2}\n' + good, b"\xff" * 60_000,
                HEADER + b"[" * 60_000):
            sender.sendto(datagram, ("127.0.0.1", server.xray_port))
        other = new_trace()
        sender.sendto(HEADER + json.dumps(segment(other)).encode(), ("127.0.0.1", server.xray_port))
    waiting.until(lambda: traces(xray, other), "the good document after the bad ones")
    assert traces(xray, trace) == {}, "a document without a right header is no document"


# PutTraceSegments and BatchGetTraces


def test_a_trace_is_its_segments_by_start_time_with_inferred_ones_after(xray):
    trace, begin = new_trace(), time.time() - 5
    call = {"id": new_id(), "name": "ledger", "namespace": "remote", "start_time": begin + 0.1, "end_time": begin + 0.4}
    lost = {"id": new_id(), "name": "DynamoDB", "namespace": "aws", "start_time": begin + 0.5, "end_time": begin + 0.6,
            "aws": {"table_name": "orders", "operation": "GetItem"}}
    root = segment(trace, start_time=begin, end_time=begin + 1, subsegments=[call, lost])
    callee = segment(trace, name="ledger", parent_id=call["id"], start_time=begin + 0.2, end_time=begin + 0.3)
    early = segment(trace, name="clock running behind", start_time=begin - 1, end_time=begin)
    assert put(xray, callee, root, early) == []

    trace = traces(xray, trace)[trace]
    *sent, inferred = documents(trace)
    assert sent == [early, root, callee]
    assert (inferred["parent_id"], inferred["inferred"]) == (lost["id"], True)
    assert inferred["name"] in ("DynamoDB", "orders")
    assert (inferred["origin"], inferred["aws"]) == ("AWS::DynamoDB::Table", lost["aws"])
    assert trace["Duration"] == pytest.approx(2.0, abs=0.002)
    assert trace.get("LimitExceeded", False) is False


def test_every_member_of_a_document_is_kept(xray):
    trace = new_trace()
    full = segment(
        trace, user="ann", origin="AWS::Lambda::Function", resource_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
        service={"version": "1.2"}, annotations={"a.b": "ü", "n": -1.5e-7, "t": False},
        metadata={"default": {"deep": [[{"x": None}]], "big": 12345678901234567, "text": "\u0000\n\"\\ 🎫"}},
        http={"request": {"method": "GET", "url": "http://a/b?c=d", "client_ip": "10.0.0.1"},
              "response": {"status": 503, "content_length": 0}},
        aws={"account_id": "000000000000", "cloudwatch_logs": [{"log_group": "g"}]}, fault=True, throttle=False,
        cause={"working_directory": "/srv", "exceptions": [{"id": new_id(), "message": "m", "type": "T", "stack": [
            {"path": "p", "line": 3, "label": "l"}]}]},
        sql={"url": "postgres://db", "sanitized_query": "select 1"}, precursor_ids=[new_id()])
    assert put(xray, full) == []
    assert documents(traces(xray, trace)[trace]) == [full]
    summary = summaries(xray)[trace]
    assert (summary["HasFault"], summary["HasError"], summary["HasThrottle"]) == (True, False, False)
    assert summary["Http"]["HttpStatus"] == 503 and summary["Http"]["ClientIp"] == "10.0.0.1"


def test_a_finished_document_takes_the_place_of_the_one_in_progress(xray):
    trace = new_trace()
    finished = segment(trace)
    begun = {**{key: value for key, value in finished.items() if key != "end_time"}, "in_progress": True}
    assert put(xray, begun) == []
    assert documents(traces(xray, trace)[trace]) == [begun]
    assert summaries(xray)[trace]["IsPartial"] is True
    assert put(xray, finished) == []
    assert documents(traces(xray, trace)[trace]) == [finished]
    assert summaries(xray)[trace]["IsPartial"] is False


def test_a_subsegment_sent_by_itself_belongs_to_its_trace(xray):
    trace = new_trace()
    root = segment(trace)
    part = segment(trace, type="subsegment", parent_id=root["id"], name="slow query", start_time=root["start_time"] + 0.1)
    assert put(xray, root, part) == []
    found = documents(traces(xray, trace)[trace])
    assert len(found) == 1, "X-Ray compiles it into the segment it belongs to"
    assert found[0].pop("subsegments") == [part] and found[0] == root


def test_bad_documents_are_named_and_the_good_ones_beside_them_kept(xray):
    trace = new_trace()
    good = segment(trace)

    def without(member):
        return {key: value for key, value in segment(trace).items() if key != member}

    nameless = ["{", "[]", "", "null", "7", without("id")]
    named = [
        without("trace_id"), without("start_time"), without("name"), segment("1-nonsense"), segment(trace, start_time="soon"),
        segment(trace, metadata={"big": "x" * 70_000})]
    unprocessed = put(xray, *nameless, good, *named, segment(trace, id="short"))
    assert len(unprocessed) == len(nameless) + len(named) + 1, [one["ErrorCode"] for one in unprocessed]
    assert all(one["ErrorCode"] and one["Message"] for one in unprocessed)
    assert {one.get("Id") for one in unprocessed} >= {document["id"] for document in named}
    assert documents(traces(xray, trace)[trace]) == [good]


def test_traces_are_asked_for_five_at_a_time_at_most(xray):
    assert xray.batch_get_traces(TraceIds=[new_trace()])["Traces"] == []
    with pytest.raises(ClientError) as refused:
        xray.batch_get_traces(TraceIds=[new_trace() for _ in range(6)])
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_a_rest_error_names_itself_in_the_header(wire):
    answer = wire.xray("/Traces", b'{"TraceIds": ')
    assert answer.status == 400
    assert answer.headers["x-amzn-errortype"].split(":")[0] in ("SerializationException", "InvalidRequestException")
    assert answer.headers["content-type"].startswith("application/json") and answer.message


# GetTraceSummaries


def test_summaries_are_of_the_time_in_the_trace_id(xray):
    moment = now() - datetime.timedelta(hours=3)
    trace = new_trace(moment.timestamp())
    assert put(xray, segment(trace, start_time=moment.timestamp(), end_time=moment.timestamp() + 1.25)) == []
    assert trace not in summaries(xray)
    around = summaries(xray, StartTime=moment - minutes(1), EndTime=moment + minutes(1))
    assert around[trace]["ResponseTime"] == pytest.approx(1.25, abs=0.002)
    assert trace not in summaries(xray, StartTime=moment - minutes(2), EndTime=moment - minutes(1))


def test_many_summaries_come_page_by_page_each_once(xray):
    moment = now() - datetime.timedelta(hours=5)
    ids = [new_trace(moment.timestamp() + n % 50) for n in range(300)]
    for begin in range(0, len(ids), 50):
        assert put(xray, *(segment(trace, start_time=moment.timestamp(), end_time=moment.timestamp() + 1) for trace in ids[begin:begin + 50])) == []
    pages = xray.get_paginator("get_trace_summaries").paginate(StartTime=moment - minutes(1), EndTime=moment + minutes(2))
    found = [summary["Id"] for page in pages for summary in page["TraceSummaries"]]
    assert sorted(found) == sorted(ids)


def test_a_wrong_range_of_summaries_is_refused(xray):
    for begin, end in [(minutes(0), minutes(10)), (minutes(25 * 60), minutes(0))]:
        with pytest.raises(ClientError) as refused:
            xray.get_trace_summaries(StartTime=now() - begin, EndTime=now() - end)
        assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_traces_of_one_account_are_not_seen_by_another(server, xray):
    trace = new_trace()
    other = Clients(server.endpoint, access_key="111111111111").xray
    assert put(other, segment(trace)) == []
    assert traces(xray, trace) == {}
    assert trace not in summaries(xray)
    assert trace in traces(other, trace)
