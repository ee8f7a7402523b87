"""OpenTelemetry: the unchanged Python SDK and exporter send spans; X-Ray's calls read them back as segments."""

import gzip
import json
import socket
import time
import urllib.error
import urllib.request

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode

from support.clients import Clients
from support.server import Server, free_port
from support.times import minutes, now


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with OpenTelemetry's door open, too."""
    port = free_port(socket.SOCK_STREAM)
    server = Server(tmp_path_factory.mktemp("server"), doors="edge,otlp", arguments=["--otlp", f"127.0.0.1:{port}"])
    server.otlp_port = port
    server.start()
    yield server
    if server.process is not None:
        assert server.stop() == 0, server.log_tail()


class Collecting(OTLPSpanExporter):
    """Remembers what each export came to."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.results = []

    def export(self, spans):
        self.results.append(super().export(spans))
        return self.results[-1]


def tracer(endpoint, service="shop", compression=Compression.NoCompression):
    exporter = Collecting(endpoint=f"{endpoint}/v1/traces", compression=compression)
    provider = TracerProvider(resource=Resource.create({"service.name": service, "cloud.region": "eu-west-1"}))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("tests", "1.0"), exporter


def xray_id(span):
    digits = f"{span.get_span_context().trace_id:032x}"
    return f"1-{digits[:8]}-{digits[8:]}"


def segments(clients, trace_id):
    answer = clients.xray.batch_get_traces(TraceIds=[trace_id])
    assert answer["UnprocessedTraceIds"] == []
    return [json.loads(segment["Document"]) for segment in answer["Traces"][0]["Segments"]]


def post(server, path, body, content_type, **headers):
    request = urllib.request.Request(server.endpoint + path, data=body, headers={"Content-Type": content_type, **headers})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers["Content-Type"], response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_a_served_request_with_its_calls_comes_back_as_xray_segments(server, clients):
    tracing, exporter = tracer(server.endpoint)
    with tracing.start_as_current_span("GET /pay", kind=SpanKind.SERVER) as root:
        root.set_attribute("http.request.method", "GET")
        root.set_attribute("url.full", "http://shop/pay")
        root.set_attribute("http.response.status_code", 500)
        root.set_attribute("tenant", "acme")
        with tracing.start_as_current_span("work"):
            with tracing.start_as_current_span("SELECT", kind=SpanKind.CLIENT) as query:
                query.set_attributes({
                    "db.system.name": "postgresql", "db.namespace": "orders", "server.address": "db", "db.query.text": "SELECT 1"})
                try:
                    raise ValueError("no such order")
                except ValueError as error:
                    query.record_exception(error)
                    query.set_status(Status(StatusCode.ERROR, "failed"))
    assert exporter.results == [SpanExportResult.SUCCESS] * 3

    documents = segments(clients, xray_id(root))
    segment = next(document for document in documents if document["name"] == "shop")
    assert segment["id"] == f"{root.get_span_context().span_id:016x}"
    assert segment["http"]["request"] == {"method": "GET", "url": "http://shop/pay"}
    assert segment["http"]["response"]["status"] == 500
    assert segment["fault"] is True
    assert segment["annotations"]["tenant"] == "acme"
    assert segment["metadata"]["default"]["otel.resource.cloud.region"] == "eu-west-1"
    assert segment["end_time"] >= segment["start_time"] > time.time() - 60

    (work,) = segment["subsegments"]
    (query_segment,) = work["subsegments"]
    assert work["name"] == "work" and "namespace" not in work
    assert query_segment["name"] == "orders@db" and query_segment["namespace"] == "remote" and query_segment["fault"] is True
    assert query_segment["sql"] == {"database_type": "postgresql", "url": "db/orders", "sanitized_query": "SELECT 1"}
    (exception,) = query_segment["cause"]["exceptions"]
    assert (exception["type"], exception["message"]) == ("ValueError", "no such order")
    assert exception["stack"][0]["path"].endswith("test_otlp.py") and exception["stack"][0]["line"] > 0

    (inferred,) = [document for document in documents if document.get("inferred")]
    assert inferred["parent_id"] == query_segment["id"]


def test_services_that_call_one_another_are_segments_of_one_trace(server, clients):
    front, _ = tracer(server.endpoint, "front")
    back, _ = tracer(server.endpoint, "back")
    with front.start_as_current_span("GET /", kind=SpanKind.SERVER) as root:
        with front.start_as_current_span("call", kind=SpanKind.CLIENT) as call:
            with back.start_as_current_span("GET /stock", kind=SpanKind.SERVER):
                pass
    documents = {document["name"]: document for document in segments(clients, xray_id(root))}
    assert documents["back"]["parent_id"] == f"{call.get_span_context().span_id:016x}"
    (summary,) = [
        summary for summary in clients.xray.get_trace_summaries(StartTime=now() - minutes(5), EndTime=now() + minutes(5))["TraceSummaries"]
        if summary["Id"] == xray_id(root)]
    assert {service["Name"] for service in summary["ServiceIds"]} >= {"front", "back"}
    assert summary["EntryPoint"]["Name"] == "front" and summary["HasFault"] is False


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def test_the_exporter_s_compressions_are_taken_on_its_own_port(server, clients, compression):
    tracing, exporter = tracer(f"http://127.0.0.1:{server.otlp_port}", compression=compression)
    with tracing.start_as_current_span("job") as root:
        pass
    assert exporter.results == [SpanExportResult.SUCCESS]
    assert segments(clients, xray_id(root))[0]["name"] == "shop"


def test_what_was_acknowledged_survives_a_kill(start_server):
    server = start_server()
    tracing, exporter = tracer(server.endpoint)
    with tracing.start_as_current_span("job") as root:
        root.add_event("half way", {"done": 0.5})
    assert exporter.results == [SpanExportResult.SUCCESS]
    server.kill9()
    server.start()
    assert segments(Clients(server.endpoint), xray_id(root))[0]["name"] == "shop"


def test_json_is_taken_and_answered_in_json(server, clients):
    moment = time.time_ns()
    body = json.dumps({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "browser"}}]},
        "scopeSpans": [{"scope": {"name": "web"}, "spans": [{
            "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "EEE19B7EC3C1B174", "name": "click", "kind": 1,
            "startTimeUnixNano": str(moment), "endTimeUnixNano": str(moment + 5_000_000),
            "attributes": [{"key": "count", "value": {"intValue": "3"}}]}]}]}]}).encode()
    assert post(server, "/v1/traces", body, "application/json") == (200, "application/json", b"{}")
    zipped = post(server, "/v1/traces", gzip.compress(body), "application/json", **{"Content-Encoding": "gzip"})
    assert zipped == (200, "application/json", b"{}")
    (segment,) = segments(clients, "1-5b8efff7-98038103d269b633813fc60c")
    assert segment["name"] == "browser" and segment["annotations"]["count"] == 3


def test_what_is_wrong_is_told_in_the_request_s_encoding(server):
    status, content_type, body = post(server, "/v1/traces", b'{"resourceSpans":[{"scopeSpans":7}]}', "application/json")
    assert (status, content_type) == (400, "application/json")
    assert json.loads(body) == {"code": 3, "message": "cannot read resourceSpans[0].scopeSpans: it must be an array"}
    status, content_type, body = post(server, "/v1/traces", b"\x0a\xff", "application/x-protobuf")
    assert (status, content_type) == (400, "application/x-protobuf")
    assert body.startswith(b"\x08\x03\x12")
    assert post(server, "/v1/logs", b"", "application/x-protobuf")[0] == 404
    assert post(server, "/v1/traces", b"", "application/x-protobuf") == (200, "application/x-protobuf", b"")
