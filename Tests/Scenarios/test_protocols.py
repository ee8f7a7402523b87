"""CloudWatch's three protocols by hand: the forms that SDKs other than botocore send, and the exact shape of answers."""

import datetime
import gzip
import urllib.parse

import pytest

from support import cbor
from support.cbor import Epoch, Float, Indefinite
from support.times import minutes_ago, seconds
from support.wire import CLOUDWATCH_NAMESPACE, CLOUDWATCH_TARGET, authorization


def sums(wire, namespace, name, start):
    answer = wire.cloudwatch_cbor("GetMetricStatistics", {
        "Namespace": namespace, "MetricName": name, "StartTime": start, "EndTime": start + seconds(600), "Period": 60,
        "Statistics": ["Sum"]})
    assert answer.status == 200, answer.body
    return [point["Sum"] for point in answer.cbor["Datapoints"]]


# CBOR


@pytest.mark.parametrize("form", ["definite", "indefinite", "small floats", "whole numbers", "unknown members", "text in pieces"])
def test_every_form_of_cbor_is_understood(wire, form):
    start, name = minutes_ago(10), f"form-{form}"
    datum = {"MetricName": name, "Timestamp": Epoch(start.timestamp()), "Value": 1.5}
    body = {"Namespace": "Cbor", "MetricData": [datum]}
    match form:
        case "indefinite":
            body = Indefinite({"Namespace": "Cbor", "MetricData": Indefinite([Indefinite(datum)])})
        case "small floats":
            body["MetricData"] = [{**datum, "Value": Float(1.0, 16)}, {**datum, "Value": Float(0.5, 32)}]
        case "whole numbers":
            body["MetricData"] = [{**datum, "Value": 1, "Timestamp": Epoch(int(start.timestamp()))}, {**datum, "Value": 0.5}]
        case "unknown members":
            body = {"Future": [{"deep": b"\0"}, None, True], **body, "MetricData": [{**datum, "Novel": Epoch(1), "Unit": None}]}
    data = cbor.encode(body)
    if form == "text in pieces":
        pieces = b"\x7f" + cbor.encode(name[:4]) + cbor.encode(name[4:]) + b"\xff"
        data = data.replace(cbor.encode(name), pieces)
    answer = wire.cloudwatch_cbor("PutMetricData", data)
    assert answer.status == 200, answer.body
    assert sums(wire, "Cbor", name, start) == [1.5]


def test_a_cbor_answer_carries_its_protocol_and_types(wire):
    start = minutes_ago(10)
    wire.cloudwatch_cbor("PutMetricData", {"Namespace": "CborTypes", "MetricData": [
        {"MetricName": "m", "Timestamp": start, "Value": 3.0}]})
    answer = wire.cloudwatch_cbor("GetMetricStatistics", {
        "Namespace": "CborTypes", "MetricName": "m", "StartTime": start, "EndTime": start + seconds(60), "Period": 60,
        "Statistics": ["Sum"], "ExtendedStatistics": ["p50"]})
    assert answer.headers["content-type"] == "application/cbor"
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert answer.headers["x-amzn-requestid"]
    [point] = answer.cbor["Datapoints"]
    assert point["Timestamp"] == start, "a timestamp has tag 1"
    assert isinstance(point["Sum"], float) and point["Sum"] == 3.0
    assert point["ExtendedStatistics"] == {"p50": pytest.approx(3.0, rel=0.02)}


def test_an_empty_cbor_input_may_have_no_body(wire):
    answer = wire.post(f"/service/{CLOUDWATCH_TARGET}/operation/ListMetrics", {
        **authorization("monitoring"), "smithy-protocol": "rpc-v2-cbor", "Accept": "application/cbor"}, b"")
    assert answer.status == 200 and isinstance(answer.cbor["Metrics"], list)


def test_a_cbor_error_names_its_shape(wire):
    answer = wire.cloudwatch_cbor("SetAlarmState", {"AlarmName": "none such", "StateValue": "OK", "StateReason": "r"})
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/cbor"
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert answer.headers["x-amzn-query-error"] == "ResourceNotFound;Sender"
    assert "#" in answer.cbor["__type"] and answer.cbor["__type"].rsplit("#", 1)[1].startswith("ResourceNotFound")
    assert answer.cbor["message"]


# Query and XML


def test_a_query_answer_is_xml_with_its_namespace(wire):
    start = minutes_ago(10)
    empty = wire.cloudwatch_query("ListMetrics", {"Namespace": "Xml"})
    assert empty.headers["content-type"].startswith("text/xml")
    assert empty.xml.tag == f"{{{CLOUDWATCH_NAMESPACE}}}ListMetricsResponse"
    [metrics] = empty.xml.findall("./{*}ListMetricsResult/{*}Metrics")
    assert len(metrics) == 0, "an empty list is an empty element"

    put = wire.cloudwatch_query("PutMetricData", {"Namespace": "Xml", "MetricData": [
        {"MetricName": "a & <b>", "Timestamp": start, "Value": 80.0, "Dimensions": [{"Name": "d", "Value": "50% \"quoted\" 'v'"}]}]})
    assert put.xml.tag == f"{{{CLOUDWATCH_NAMESPACE}}}PutMetricDataResponse"
    assert put.xml.find("{*}PutMetricDataResult") is None, "an operation without output has no result element"
    assert put.xml.findtext("./{*}ResponseMetadata/{*}RequestId")

    listed = wire.cloudwatch_query("ListMetrics", {"Namespace": "Xml"}).xml
    [metric] = listed.findall("./{*}ListMetricsResult/{*}Metrics/{*}member")
    assert metric.findtext("{*}MetricName") == "a & <b>"
    assert metric.findtext("./{*}Dimensions/{*}member/{*}Value") == "50% \"quoted\" 'v'"

    read = wire.cloudwatch_query("GetMetricStatistics", {
        "Namespace": "Xml", "MetricName": "a & <b>", "Dimensions": [{"Name": "d", "Value": "50% \"quoted\" 'v'"}], "StartTime": start,
        "EndTime": start + seconds(60), "Period": 60, "Statistics": ["Sum", "SampleCount"]}).xml
    [point] = read.findall("./{*}GetMetricStatisticsResult/{*}Datapoints/{*}member")
    assert point.findtext("{*}Sum") == "80.0"
    moment = point.findtext("{*}Timestamp")
    assert moment.endswith("Z") and datetime.datetime.fromisoformat(moment) == start
    assert read.findtext("./{*}GetMetricStatisticsResult/{*}Label") == "a & <b>"


def test_a_query_may_stand_in_the_address(server):
    query = urllib.parse.urlencode({"Action": "ListMetrics", "Version": "2010-08-01", "Namespace": "Nowhere"})
    status, headers, body = server.get(f"/?{query}", headers=authorization("monitoring"))
    assert status == 200 and headers["content-type"].startswith("text/xml"), body
    assert b"ListMetricsResponse" in body


def test_a_query_error_is_an_error_document(wire):
    answer = wire.cloudwatch_query("SetAlarmState", {"AlarmName": "none such", "StateValue": "OK", "StateReason": "r"})
    assert answer.status == 404
    assert answer.xml.tag == f"{{{CLOUDWATCH_NAMESPACE}}}ErrorResponse"
    assert answer.xml.findtext("./{*}Error/{*}Type") == "Sender"
    assert answer.code == "ResourceNotFound"
    assert answer.xml.findtext("./{*}Error/{*}Message") and answer.xml.findtext("./{*}RequestId")


@pytest.mark.parametrize("moment", ["{:%Y-%m-%dT%H:%M:%SZ}", "{:%Y-%m-%dT%H:%M:%S.000Z}", "{:%Y-%m-%dT%H:%M:%S+00:00}"])
def test_every_usual_form_of_a_timestamp_is_understood(wire, moment):
    start, name = minutes_ago(10), moment.replace(":", "-").replace("%", "")
    answer = wire.cloudwatch_query("PutMetricData", [
        ("Namespace", "Moments"), ("MetricData.member.1.MetricName", name), ("MetricData.member.1.Value", "2.5"),
        ("MetricData.member.1.Timestamp", moment.format(start))])
    assert answer.status == 200, answer.body
    assert sums(wire, "Moments", name, start) == [2.5]


# JSON


def test_a_json_answer_carries_its_version_and_request_id(wire):
    answer = wire.cloudwatch_json("ListMetrics", {"Namespace": "Json"})
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-requestid"]
    assert answer.json["Metrics"] == []


def test_unknown_and_null_members_of_json_are_passed_over(wire):
    start = minutes_ago(10)
    answer = wire.cloudwatch_json("PutMetricData", {
        "Future": [{"deep": None}], "Namespace": "Json", "StrictEntityValidation": None, "MetricData": [
            {"MetricName": "m", "Timestamp": start.timestamp(), "Value": 4.0, "Values": None, "Unit": None, "Novel": {"x": [1]}}]})
    assert answer.status == 200, answer.body
    assert answer.body in (b"", b"{}")
    assert sums(wire, "Json", "m", start) == [4.0]


def test_a_json_error_names_its_shape_and_the_query_code_when_asked(wire):
    request = {"AlarmName": "none such", "StateValue": "OK", "StateReason": "r"}
    asked = wire.cloudwatch_json("SetAlarmState", request)
    assert (asked.status, asked.headers["x-amzn-query-error"]) == (404, "ResourceNotFound;Sender")
    assert asked.json["__type"].rsplit("#", 1)[-1].startswith("ResourceNotFound") and asked.json["message"]
    plain = wire.json("monitoring", f"{CLOUDWATCH_TARGET}.SetAlarmState", request)
    assert plain.status == 404 and plain.headers["x-amzn-query-error"] is None


# All of them


@pytest.mark.parametrize("protocol", ["json", "query", "cbor"])
def test_a_compressed_body_is_unpacked(wire, protocol):
    start, packed = minutes_ago(10), {"Content-Encoding": "gzip"}
    name = f"packed-{protocol}"
    match protocol:
        case "json":
            body = b'{"Namespace":"Packed","MetricData":[{"MetricName":"%s","Timestamp":%d,"Value":1}]}' % (
                name.encode(), start.timestamp())
            answer = wire.cloudwatch_json("PutMetricData", gzip.compress(body), packed)
        case "query":
            body = urllib.parse.urlencode({
                "Action": "PutMetricData", "Version": "2010-08-01", "Namespace": "Packed", "MetricData.member.1.MetricName": name,
                "MetricData.member.1.Timestamp": f"{start:%Y-%m-%dT%H:%M:%SZ}", "MetricData.member.1.Value": "1"})
            answer = wire.cloudwatch_query("PutMetricData", gzip.compress(body.encode()), packed)
        case "cbor":
            body = cbor.encode({"Namespace": "Packed", "MetricData": [{"MetricName": name, "Timestamp": start, "Value": 1}]})
            answer = wire.cloudwatch_cbor("PutMetricData", gzip.compress(body), packed)
    assert answer.status == 200, answer.body
    assert sums(wire, "Packed", name, start) == [1.0]


def test_an_unknown_operation_is_refused_in_each_protocol(wire):
    assert wire.cloudwatch_json("MakeCoffee", {}).code in ("UnknownOperationException", "InvalidAction")
    assert wire.cloudwatch_query("MakeCoffee", {}).code == "InvalidAction"
    assert wire.cloudwatch_cbor("MakeCoffee", {}).code in ("UnknownOperationException", "InvalidAction")
    assert wire.json("logs", "Logs_20140328.MakeCoffee", {}, version="1.1").code == "UnknownOperationException"


def test_services_are_told_apart_without_a_signature(wire):
    """The form body names its service by version where no signature does."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    metrics = wire.post("/", form, b"Action=ListMetrics&Version=2010-08-01")
    assert metrics.status == 200 and b"ListMetricsResponse" in metrics.body
    topics = wire.post("/", form, b"Action=ListTopics&Version=2010-03-31")
    assert topics.status == 200 and b"ListTopicsResponse" in topics.body
