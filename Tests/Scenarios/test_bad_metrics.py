"""PutMetricData with every kind of wrong input: the right error each time, and nothing is stored.

Codes and words are those that CloudWatch is known to answer; where only the kind of error is known, any of its codes will do.
"""

import functools
import gzip
import json
import math

import pytest

from support import cbor
from support.times import minutes, now
from support.wire import form_fields, json_value

VALUE, MISSING, COMBINATION = "InvalidParameterValue", "MissingParameter", "InvalidParameterCombination"
FRAMEWORK = "ValidationError"
UNREADABLE = {"SerializationException", "MalformedInput"}

PROTOCOLS = ["json", "query", "cbor"]


def datum(**changes):
    """A right datum with changes; a member set to None is left out."""
    right = {"MetricName": "bad", "Timestamp": now() - minutes(5), "Value": 1.0, **changes}
    return {key: value for key, value in right.items() if value is not None}


def dimensions(*names):
    return [{"Name": name, "Value": "v"} for name in names]


def statistics(**changes):
    right = {"SampleCount": 2.0, "Sum": 3.0, "Minimum": 1.0, "Maximum": 2.0, **changes}
    return datum(Value=None, StatisticValues={key: value for key, value in right.items() if value is not None})


# What is wrong: the datum, the codes that say so, words of the message. `{m}` is the datum's place in the request.
BAD_DATA = {
    "unknown unit": (lambda: datum(Unit="Parsec"), {VALUE, FRAMEWORK}, "Unit"),
    "NaN": (lambda: datum(Value=math.nan), {VALUE}, "The value NaN for parameter {m}.Value is invalid."),
    "infinity": (lambda: datum(Value=math.inf), {VALUE}, "{m}.Value is invalid."),
    "minus infinity": (lambda: datum(Value=-math.inf), {VALUE}, "{m}.Value is invalid."),
    "too large": (lambda: datum(Value=1.2e108), {VALUE}, "{m}.Value is invalid."),
    "too large a negative": (lambda: datum(Value=-1.2e108), {VALUE}, "{m}.Value is invalid."),
    "too near to zero": (lambda: datum(Value=8e-109), {VALUE}, "{m}.Value is invalid."),
    "NaN among values": (lambda: datum(Value=None, Values=[1.0, math.nan]), {VALUE}, "{m}.Values"),
    "31 dimensions": (lambda: datum(Dimensions=dimensions(*(f"d{n}" for n in range(31)))), {VALUE}, "Dimensions"),
    "empty dimension value": (
        lambda: datum(Dimensions=[{"Name": "d", "Value": ""}]), {MISSING, VALUE}, "{m}.Dimensions.member.1.Value"),
    "no dimension value": (
        lambda: datum(Dimensions=[{"Name": "d"}]), {MISSING}, "The parameter {m}.Dimensions.member.1.Value is required."),
    "no dimension name": (
        lambda: datum(Dimensions=[{"Value": "v"}]), {MISSING}, "The parameter {m}.Dimensions.member.1.Name is required."),
    "dimension name with a leading colon": (lambda: datum(Dimensions=dimensions(":d")), {VALUE}, "Dimensions"),
    "the same dimension twice": (lambda: datum(Dimensions=dimensions("d", "d")), {VALUE, COMBINATION}, "Dimensions"),
    "dimension name of 256 characters": (lambda: datum(Dimensions=dimensions("d" * 256)), {VALUE, FRAMEWORK}, ""),
    "dimension value of 1025 characters": (
        lambda: datum(Dimensions=[{"Name": "d", "Value": "v" * 1025}]), {VALUE, FRAMEWORK}, ""),
    "no name": (lambda: datum(MetricName=None), {MISSING}, "The parameter {m}.MetricName is required."),
    "empty name": (lambda: datum(MetricName=""), {MISSING, VALUE, FRAMEWORK}, "{m}.MetricName"),
    "name of 256 characters": (lambda: datum(MetricName="n" * 256), {VALUE, FRAMEWORK}, ""),
    "no value": (lambda: datum(Value=None), {COMBINATION, MISSING}, "{m}"),
    "value and values": (
        lambda: datum(Values=[1.0]), {COMBINATION},
        "The parameters {m}.Value and {m}.Values are mutually exclusive and you have specified both."),
    "value and statistics": (
        lambda: {**statistics(), "Value": 1.0}, {COMBINATION},
        "The parameters {m}.Value and {m}.StatisticValues are mutually exclusive and you have specified both."),
    "more counts than values": (
        lambda: datum(Value=None, Values=[1.0], Counts=[1.0, 2.0]), {VALUE},
        "The parameters {m}.Values and {m}.Counts must be of the same size."),
    "fewer counts than values": (
        lambda: datum(Value=None, Values=[1.0, 2.0], Counts=[1.0]), {VALUE},
        "The parameters {m}.Values and {m}.Counts must be of the same size."),
    "negative count": (lambda: datum(Value=None, Values=[1.0], Counts=[-1.0]), {VALUE}, "{m}.Counts"),
    "151 values": (lambda: datum(Value=None, Values=[float(n) for n in range(151)]), {VALUE}, "{m}.Values"),
    "minimum above maximum": (lambda: statistics(Minimum=3.0), {VALUE, COMBINATION}, "{m}.StatisticValues"),
    "statistics without a sum": (lambda: statistics(Sum=None), {MISSING}, "{m}.StatisticValues.Sum"),
    "statistics of no sample": (lambda: statistics(SampleCount=0.0), {VALUE}, "{m}.StatisticValues.SampleCount"),
    "statistics with NaN": (lambda: statistics(Maximum=math.nan), {VALUE}, "{m}.StatisticValues.Maximum"),
    "resolution of 7 seconds": (lambda: datum(StorageResolution=7), {VALUE}, "StorageResolution"),
    "two weeks and a day ago": (
        lambda: datum(Timestamp=now() - minutes(15 * 1440)), {VALUE},
        "The parameter {m}.Timestamp must specify a time within the past two weeks."),
    "three hours ahead": (lambda: datum(Timestamp=now() + minutes(180)), {VALUE}, "The parameter {m}.Timestamp must specify a time"),
}


@pytest.fixture(autouse=True)
def nothing_is_stored(clients):
    """After each test the server knows no metric at all, but those of the one right request."""
    yield
    assert [metric for metric in clients.cloudwatch.list_metrics()["Metrics"] if metric["Namespace"] != "Good"] == []


def test_the_same_request_without_a_fault_is_taken(wire):
    for protocol in PROTOCOLS:
        right = [datum(MetricName=protocol), {**statistics(), "MetricName": protocol}, datum(
            MetricName=protocol, Value=None, Values=[1.0], Counts=[2.0], StorageResolution=1, Unit="Count", Dimensions=dimensions("d"))]
        answer = put(wire, protocol, {"Namespace": "Good", "MetricData": right})
        assert (answer.status, answer.code) == (200, None), answer.body
    listed = wire.cloudwatch_json("ListMetrics", {"Namespace": "Good"}).json["Metrics"]
    assert sorted({metric["MetricName"] for metric in listed}) == sorted(PROTOCOLS)
    assert len(listed) == 2 * len(PROTOCOLS)


def put(wire, protocol, body, headers=None):
    match protocol:
        case "json":
            return wire.cloudwatch_json("PutMetricData", json_value(body), headers)
        case "query":
            return wire.cloudwatch_query("PutMetricData", body, headers)
        case "cbor":
            return wire.cloudwatch_cbor("PutMetricData", body, headers)


def assert_refused(answer, codes, words="", status=400):
    assert (answer.status, answer.code in codes) == (status, True), (answer.status, answer.code, answer.body)
    assert words in answer.message
    assert answer.headers.get("x-amzn-requestid") or b"RequestId" in answer.body


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("wrong", BAD_DATA)
def test_a_wrong_datum_is_refused_with_the_right_ones_beside_it(wire, protocol, wrong):
    make, codes, words = BAD_DATA[wrong]
    body = {"Namespace": "Bad", "MetricData": [datum(MetricName="right"), make(), datum(MetricName="right too")]}
    assert_refused(put(wire, protocol, body), codes, words.replace("{m}", "MetricData.member.2"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("namespace, codes", [
    (None, {MISSING}), ("", {MISSING, VALUE, FRAMEWORK}), (":colon", {VALUE, FRAMEWORK}),
    ("n" * 256, {VALUE, FRAMEWORK}),
], ids=["none", "empty", "colon", "256 characters"])
def test_a_wrong_namespace_is_refused(wire, protocol, namespace, codes):
    body = {"MetricData": [datum()]} if namespace is None else {"Namespace": namespace, "MetricData": [datum()]}
    assert_refused(put(wire, protocol, body), codes, "amespace")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_more_than_a_thousand_data_are_refused(wire, protocol):
    body = {"Namespace": "Bad", "MetricData": [{"MetricName": "m", "Value": 1.0}] * 1001}
    assert_refused(put(wire, protocol, body), {VALUE}, "The collection MetricData must not have a size greater than 1000.")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_request_without_data_is_refused(wire, protocol):
    assert_refused(put(wire, protocol, {"Namespace": "Bad"}), {MISSING, VALUE})


@pytest.mark.parametrize("wrong", [
    {"Value": "abc"}, {"Value": [1.0]}, {"Value": True}, {"MetricName": 5}, {"MetricName": {}}, {"Dimensions": {"Name": "d"}},
    {"Dimensions": "d"}, {"Timestamp": "yesterday"}, {"StorageResolution": "one"}, {"Values": 1.0}, {"StatisticValues": [1.0]},
], ids=str)
@pytest.mark.parametrize("protocol", ["json", "cbor"])
def test_a_member_of_the_wrong_type_is_refused(wire, protocol, wrong):
    body = {"Namespace": "Bad", "MetricData": [datum(MetricName="right"), datum(**wrong)]}
    assert_refused(put(wire, protocol, body), {"SerializationException"})


@pytest.mark.parametrize("field, text, words", [
    ("Value", "abc", ""), ("Value", "1,5", ""), ("Timestamp", "yesterday", "ISO8601"),
    ("Timestamp", "1763712000", "ISO8601"), ("Timestamp", "2026-13-01T00:00:00Z", ""), ("StorageResolution", "1.5", ""),
])
def test_a_form_field_that_is_no_such_value_is_refused(wire, field, text, words):
    fields = dict(form_fields({"Namespace": "Bad", "MetricData": [datum(StorageResolution=1)]}))
    fields[f"MetricData.member.1.{field}"] = text
    assert_refused(wire.cloudwatch_query("PutMetricData", list(fields.items())), {"MalformedInput"}, words)


@pytest.mark.parametrize("text", [
    b"", b"{", b'{"Namespace": "Bad", "MetricData": [', b"[]", b'"text"', b"null", b"{'Namespace': 1}", b'{"Namespace": "Bad",}',
    b'{"Namespace": "Bad"} {}', b'{"Namespace": "\xff\xfe", "MetricData": []}', b"[" * 100_000, b'{"a":' * 100_000,
    b'{"Namespace": "Bad", "MetricData": [{"MetricName": "m", "Value": NaN}]}',
    b'{"Namespace": "Bad", "MetricData": [{"MetricName": "m", "Value": 01}]}',
    b'{"Namespace": "Bad", "MetricData": [{"MetricName": "m", "Value": 1e999}]}',
], ids=lambda text: text[:40].decode(errors="replace"))
def test_json_that_is_none_is_refused(wire, text):
    answer = wire.cloudwatch_json("PutMetricData", text)
    # Nothing at all, and a number beyond every double, are well-formed enough to be judged as input.
    lenient = {MISSING, VALUE} if text in (b"", b"null") or b"1e999" in text else set()
    assert_refused(answer, {"SerializationException"} | lenient)


def whole_cbor():
    return cbor.encode({"Namespace": "Bad", "MetricData": [datum(Dimensions=dimensions("d"))]})


def test_cbor_cut_off_anywhere_is_refused(wire):
    whole = whole_cbor()
    for length in range(1, len(whole)):
        answer = wire.cloudwatch_cbor("PutMetricData", whole[:length])
        assert (answer.status, answer.code) == (400, "SerializationException"), f"after {length} of {len(whole)} bytes"


@pytest.mark.parametrize("data", [
    b"\xff", b"\x80", b"\x1c", b"\xf8\x10", b"\xbf\x61a\xff", b"\xa1\x01\x02", b"\x5b" + b"\xff" * 8, b"\x9b" + b"\xff" * 8,
    b"\xbb\x7f" + b"\xff" * 7, b"\x9f" * 100_000, b"\x81" * 100_000, b"\xa1\x61a" * 100_000, b"\xa0\xa0", b"\xa1\x62\xc3\x28\xf6",
    b"\xc1" * 100_000,
], ids=lambda data: f"{data[:8].hex()}, {len(data)} bytes")
def test_cbor_that_is_none_is_refused(wire, data):
    assert_refused(wire.cloudwatch_cbor("PutMetricData", data), {"SerializationException"})


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("spoil", ["cut off", "not gzip", "wrong checksum", "empty"])
def test_a_broken_gzip_body_is_refused(wire, protocol, spoil):
    body = {"Namespace": "Bad", "MetricData": [datum()]}
    plain = {
        "json": lambda: json.dumps(json_value(body)).encode(),
        "query": lambda: b"Action=PutMetricData&Version=2010-08-01&Namespace=Bad&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1",
        "cbor": lambda: cbor.encode(body),
    }[protocol]()
    packed = gzip.compress(plain)
    spoilt = {
        "cut off": packed[:-12], "not gzip": plain, "wrong checksum": packed[:-8] + b"\0\0\0\0" + packed[-4:], "empty": b"",
    }[spoil]
    send = {"json": wire.cloudwatch_json, "query": wire.cloudwatch_query, "cbor": wire.cloudwatch_cbor}[protocol]
    answer = send("PutMetricData", spoilt, headers={"Content-Encoding": "gzip"})
    # A query request whose body cannot be read names no action either.
    assert_refused(answer, UNREADABLE | {"InvalidRequest", "InvalidAction", "MissingAction", MISSING})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_unknown_content_encoding_is_refused(wire, protocol):
    answer = put(wire, protocol, {"Namespace": "Bad", "MetricData": [datum()]}, headers={"Content-Encoding": "sparkle"})
    assert answer.status in (400, 415), answer.body


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_body_of_two_megabytes_is_refused(wire, protocol):
    long = dimensions(*(f"{n:02}" + "d" * 80 for n in range(25)))
    body = {"Namespace": "Bad", "MetricData": [{"MetricName": f"m{n}", "Value": 1.0, "Dimensions": long} for n in range(900)]}
    assert_refused(put(wire, protocol, body), {"RequestEntityTooLarge"}, status=413)


@functools.cache
def large_when_unpacked():
    packed = gzip.compress(b" " * (128 << 20), compresslevel=1)
    assert len(packed) < 1_000_000
    return packed


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_small_body_that_unpacks_to_128_megabytes_is_refused(wire, protocol):
    send = {"json": wire.cloudwatch_json, "query": wire.cloudwatch_query, "cbor": wire.cloudwatch_cbor}[protocol]
    answer = send("PutMetricData", large_when_unpacked(), headers={"Content-Encoding": "gzip"})
    assert_refused(answer, {"RequestEntityTooLarge"}, status=413)
