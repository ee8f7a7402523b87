"""Anomaly bands, labels with values, metric streams, widget images and what is not served, from unmodified boto3 in each protocol."""

import base64
import json
import pathlib
import struct
import zlib

import pytest
from botocore.exceptions import ClientError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from support.clients import ACCOUNT, PROTOCOLS, REGION
from support.times import minutes, minutes_ago
from support.webhook import Webhook


@pytest.fixture(params=PROTOCOLS)
def cloudwatch(request, clients, tmp_path):
    return clients.cloudwatch_speaking(request.param, tmp_path)


@pytest.fixture
def namespace(request):
    return "More/" + request.node.name.replace("[", "/").replace("]", "")


@pytest.fixture
def webhooks():
    webhooks = [Webhook() for _ in range(3)]
    yield webhooks
    for webhook in webhooks:
        webhook.close()


def metric(namespace, name, stat="Average", period=60):
    return {"Metric": {"Namespace": namespace, "MetricName": name}, "Period": period, "Stat": stat}


def fill(cloudwatch, namespace, name, values, start):
    """One value a minute from `start` on."""
    data = [{"MetricName": name, "Timestamp": start + minutes(n), "Value": float(value)} for n, value in enumerate(values)]
    for first in range(0, len(data), 1000):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[first:first + 1000])


def error_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


# Labels


def test_labels_hold_values_of_their_results(cloudwatch, namespace):
    start = minutes_ago(10)
    fill(cloudwatch, namespace, "load", [1, 5, 3], start)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": metric(namespace, "load"),
                            "Label": "${PROP('MetricName')} max ${MAX} of ${DATAPOINT_COUNT}, at ${MAX_TIME}"}],
        StartTime=start, EndTime=start + minutes(5), LabelOptions={"Timezone": "+0100"})
    local = (start + minutes(1) + minutes(60)).strftime("%Y-%m-%d %H:%M +0100")
    assert answer["MetricDataResults"][0]["Label"] == f"load max 5 of 3, at {local}"


# Anomaly detection


def test_a_detector_lives_and_a_band_finds_what_is_out_of_order(cloudwatch, namespace):
    start = minutes_ago(2 * 1440)
    values = [100 + 3 * ((n * 7919) % 11) / 10 + (40 if n % 1440 < 720 else 0) for n in range(2 * 1440)]
    values[-10] += 200
    fill(cloudwatch, namespace, "orders", values, start)
    detector = {"Namespace": namespace, "MetricName": "orders", "Stat": "Average"}
    created = cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=detector)
    [found] = cloudwatch.describe_anomaly_detectors(Namespace=namespace)["AnomalyDetectors"]
    assert found["AnomalyDetectorId"] == created["AnomalyDetectorId"]
    assert found["StateValue"] == "TRAINED_INSUFFICIENT_DATA"
    assert found["SingleMetricAnomalyDetector"]["MetricName"] == "orders"

    results = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": "m1", "MetricStat": metric(namespace, "orders")},
            {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "Label": "expected"},
        ], StartTime=start + minutes(2 * 1440 - 60), EndTime=start + minutes(2 * 1440), ScanBy="TimestampAscending")["MetricDataResults"]
    by_label = {result["Label"]: dict(zip(result["Timestamps"], result["Values"])) for result in results}
    assert set(by_label) == {"orders", "expected High", "expected Low"}
    # After two days the steps of this metric are not yet expected at their minute; what lies far outside of its band is the one wild value.
    far = [time for time, value in by_label["orders"].items()
           if value > by_label["expected High"][time] + 50 or value < by_label["expected Low"][time] - 50]
    assert far == [start + minutes(2 * 1440 - 10)]

    cloudwatch.delete_anomaly_detector(SingleMetricAnomalyDetector=detector)
    assert error_of(cloudwatch.delete_anomaly_detector, SingleMetricAnomalyDetector=detector)["Code"] == "ResourceNotFoundException"


def test_a_forecast_tells_when_a_disk_is_full(cloudwatch, namespace):
    start = minutes_ago(180)
    fill(cloudwatch, namespace, "used", [50 + n / 12 for n in range(180)], start)
    [result] = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": metric(namespace, "used"), "ReturnData": False},
                           {"Id": "left", "Expression": "TIME_UNTIL(m1, 90)"}],
        StartTime=start + minutes(150), EndTime=start + minutes(180), ScanBy="TimestampDescending")["MetricDataResults"]
    assert result["Values"][0] == pytest.approx(300 * 60, rel=0.25)


# Images


def png_size(data):
    """Checks each part's sum; width and height."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, kinds = 8, []
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length:place + 12 + length])[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        place += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("view", ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"])
def test_a_widget_is_drawn(cloudwatch, namespace, view):
    start = minutes_ago(60)
    fill(cloudwatch, namespace, "a", [n % 10 for n in range(60)], start)
    fill(cloudwatch, namespace, "b", [n % 7 for n in range(60)], start)
    widget = {
        "title": "Load é", "view": view, "stat": "Average", "period": 60, "width": 500, "height": 300, "start": "-PT1H", "theme": "dark",
        "metrics": [[namespace, "a", {"id": "m1", "label": "a ${MAX}"}], [".", "b", {"yAxis": "right"}], [{"expression": "m1 * 2", "id": "e1"}]],
        "yAxis": {"left": {"min": 0, "max": 20}},
        "annotations": {"horizontal": [{"value": 8, "label": "limit", "fill": "above"}]},
    }
    image = cloudwatch.get_metric_widget_image(MetricWidget=json.dumps(widget))["MetricWidgetImage"]
    assert png_size(image) == (500, 300)
    empty = cloudwatch.get_metric_widget_image(MetricWidget=json.dumps({**widget, "metrics": [[namespace, "none"]]}))["MetricWidgetImage"]
    assert empty != image


def test_a_wrong_widget_is_refused_with_its_mistakes(cloudwatch):
    assert error_of(cloudwatch.get_metric_widget_image, MetricWidget="{")["Code"] == "ValidationError"
    error = error_of(cloudwatch.get_metric_widget_image, MetricWidget='{"metrics": [["only"]], "width": 5000}')
    assert "/metrics/0" in error["Message"] and "/width" in error["Message"]
    error = error_of(cloudwatch.get_metric_widget_image, MetricWidget='{"metrics": [[{"expression": "m9 + 1"}]]}')
    assert "m9" in error["Message"]


# Metric streams


ROLE = f"arn:aws:iam::{ACCOUNT}:role/streams"


def test_a_stream_is_put_listed_stopped_and_removed(cloudwatch, request):
    name = "stream-" + request.node.callspec.id
    arn = cloudwatch.put_metric_stream(
        Name=name, FirehoseArn="http://127.0.0.1:9/none", RoleArn=ROLE, OutputFormat="json", Tags=[{"Key": "team", "Value": "web"}],
        IncludeFilters=[{"Namespace": "A"}, {"Namespace": "B", "MetricNames": ["x", "y"]}],
        StatisticsConfigurations=[{"IncludeMetrics": [{"Namespace": "A", "MetricName": "m"}], "AdditionalStatistics": ["p99", "TM(10%:90%)"]}])["Arn"]
    assert arn == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:metric-stream/{name}"
    got = cloudwatch.get_metric_stream(Name=name)
    assert got["State"] == "running" and got["OutputFormat"] == "json" and got["RoleArn"] == ROLE
    assert got["IncludeFilters"] == [{"Namespace": "A"}, {"Namespace": "B", "MetricNames": ["x", "y"]}]
    assert got["StatisticsConfigurations"][0]["AdditionalStatistics"] == ["p99", "TM(10%:90%)"]
    cloudwatch.stop_metric_streams(Names=[name])
    assert cloudwatch.get_metric_stream(Name=name)["State"] == "stopped"
    cloudwatch.start_metric_streams(Names=[name])
    assert name in [entry["Name"] for entry in cloudwatch.list_metric_streams()["Entries"]]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "web"}]
    cloudwatch.delete_metric_stream(Name=name)
    assert error_of(cloudwatch.get_metric_stream, Name=name)["Code"] == "ResourceNotFoundException"


def test_wrong_streams_are_refused(cloudwatch):
    good = {"Name": "bad", "FirehoseArn": "http://127.0.0.1:9/", "RoleArn": ROLE, "OutputFormat": "json"}
    assert error_of(cloudwatch.put_metric_stream, **{**good, "OutputFormat": "xml"})["Code"] in ("InvalidParameterValue", "ValidationError")
    trimmed = [{"IncludeMetrics": [{"Namespace": "A", "MetricName": "m"}], "AdditionalStatistics": ["p99", "tm90"]}]
    error = error_of(cloudwatch.put_metric_stream, **{**good, "OutputFormat": "opentelemetry1.0", "StatisticsConfigurations": trimmed})
    assert error["Code"] == "InvalidParameterValue" and "tm90" in error["Message"]
    assert error_of(cloudwatch.put_metric_stream, **{**good, "FirehoseArn": "arn:aws:firehose:us-east-1:1:deliverystream/x"})["Code"] == "InvalidParameterValue"
    assert error_of(cloudwatch.put_metric_stream, **good, IncludeFilters=[{"Namespace": "A"}], ExcludeFilters=[{"Namespace": "B"}])[
        "Code"] == "InvalidParameterCombination"


def exports(data):
    """The messages behind their lengths."""
    place = 0
    while place < len(data):
        length, shift = 0, 0
        while True:
            byte, place = data[place], place + 1
            length, shift = length | (byte & 0x7f) << shift, shift + 7
            if byte < 0x80:
                break
        yield ExportMetricsServiceRequest.FromString(data[place:place + length])
        place += length


def put_opentelemetry_stream(clients, webhook, namespace, version):
    clients.cloudwatch.put_metric_stream(
        Name="otel" + version, FirehoseArn=webhook.url, RoleArn=ROLE, OutputFormat="opentelemetry" + version,
        IncludeFilters=[{"Namespace": namespace, "MetricNames": ["load"]}],
        StatisticsConfigurations=[{"IncludeMetrics": [{"Namespace": namespace, "MetricName": "load"}], "AdditionalStatistics": ["p99.9"]}])
    assert clients.cloudwatch.get_metric_stream(Name="otel" + version)["OutputFormat"] == "opentelemetry" + version


def check_opentelemetry(taken, namespace, version):
    [export] = [export for record in taken.json["records"] for export in exports(base64.b64decode(record["data"]))]
    [resource] = export.resource_metrics
    attributes = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
    assert attributes == {"cloud.provider": "aws", "cloud.account.id": ACCOUNT, "cloud.region": REGION,
                          "aws.exporter.arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:metric-stream/otel{version}"}
    [load] = resource.scope_metrics[0].metrics
    assert (load.name, load.unit) == (f"amazonaws.com/{namespace}/load", "{Count}")
    [point] = load.summary.data_points
    assert point.time_unix_nano - point.start_time_unix_nano == 60_000_000_000
    assert point.quantile_values[0].quantile == 0 and point.quantile_values[1].quantile == 0.999 and point.quantile_values[2].quantile == 1
    assert point.quantile_values[0].value <= point.sum / point.count <= point.quantile_values[2].value
    if version == "1.0":
        named = {pair.key: pair.value for pair in point.attributes}
        assert named["Namespace"].string_value == namespace and named["MetricName"].string_value == "load"
        assert [(pair.key, pair.value.string_value) for pair in named["Dimensions"].kvlist_value.values] == [("host", "a")]


def test_a_stream_delivers_its_metrics_and_tries_again(clients, webhooks, namespace):
    webhook, webhook_07, webhook_10 = webhooks
    webhook.answers.put(500)
    put_opentelemetry_stream(clients, webhook_07, namespace, "0.7")
    put_opentelemetry_stream(clients, webhook_10, namespace, "1.0")
    clients.cloudwatch.put_metric_stream(
        Name="delivered", FirehoseArn=webhook.url, RoleArn=ROLE, OutputFormat="json", IncludeFilters=[{"Namespace": namespace}],
        StatisticsConfigurations=[{"IncludeMetrics": [{"Namespace": namespace, "MetricName": "load"}], "AdditionalStatistics": ["p50"]}])
    for value in (1.0, 2.0, 9.0):
        clients.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
            {"MetricName": "load", "Value": value, "Unit": "Count", "Dimensions": [{"Name": "host", "Value": "a"}]},
            {"MetricName": "other", "Value": value}])
    clients.cloudwatch.put_metric_data(Namespace="Elsewhere", MetricData=[{"MetricName": "load", "Value": 1.0}])
    refused, taken = webhook.next(seconds=150), webhook.next(seconds=30)
    assert refused.json["records"] == taken.json["records"]
    assert taken.headers["X-Amz-Firehose-Protocol-Version"] == "1.0"
    assert taken.headers["X-Amz-Firehose-Request-Id"] == taken.json["requestId"]
    lines = [json.loads(line) for record in taken.json["records"] for line in base64.b64decode(record["data"]).splitlines()]
    assert {line["namespace"] for line in lines} == {namespace}
    # The three values may lie on both sides of a minute.
    loads = [line for line in lines if line["metric_name"] == "load"]
    assert loads[0]["dimensions"] == {"host": "a"} and loads[0]["unit"] == "Count"
    assert loads[0]["metric_stream_name"] == "delivered" and loads[0]["account_id"] == ACCOUNT
    assert set(loads[0]["value"]) == {"max", "min", "sum", "count", "p50"}
    check_opentelemetry(webhook_07.next(seconds=30), namespace, "0.7")
    check_opentelemetry(webhook_10.next(seconds=30), namespace, "1.0")
    for name in ("delivered", "otel0.7", "otel1.0"):
        clients.cloudwatch.delete_metric_stream(Name=name)


# Saved queries


def test_queries_are_kept_under_paths_page_by_page(cloudwatch, request):
    folder = "saved-" + request.node.callspec.id
    made = [cloudwatch.put_metric_data_query_definition(
        Path=f"{folder}/{name}", Expression="SELECT AVG(x) FROM y", Type="SQL", Tags=[{"Key": "team", "Value": "web"}]) for name in "abc"]
    first = made[0]
    assert first["Arn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:metric-query-definition/{first['Id']}"
    changed = cloudwatch.put_metric_data_query_definition(Id=first["Id"], Path=f"{folder}/d", Expression="m1 + m2", Type="METRIC_MATH")
    assert changed["CreatedAt"] == first["CreatedAt"] and changed["UpdatedAt"] >= first["UpdatedAt"]
    got = cloudwatch.get_metric_data_query_definition(Id=first["Id"])
    assert (got["Path"], got["Expression"], got["Type"]) == (f"{folder}/d", "m1 + m2", "METRIC_MATH")
    assert cloudwatch.list_tags_for_resource(ResourceARN=first["Arn"])["Tags"] == [{"Key": "team", "Value": "web"}]
    taken = error_of(cloudwatch.put_metric_data_query_definition, Path=f"{folder}/b", Expression="x", Type="SQL")
    assert taken["Code"] == "ConflictException"
    items, token = [], {}
    while True:
        page = cloudwatch.list_metric_data_query_definitions(MaxResults=2, **token)
        items += page["Items"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    mine = [item for item in items if item["Path"].startswith(folder)]
    assert sorted(item["Path"] for item in mine) == [f"{folder}/{name}" for name in "bcd"] and all("Expression" not in item for item in mine)
    for item in mine:
        cloudwatch.delete_metric_data_query_definition(Id=item["Id"])
    assert error_of(cloudwatch.get_metric_data_query_definition, Id=first["Id"])["Code"] == "ResourceNotFoundException"


# What is not served


def test_the_list_of_operations_is_that_of_the_sdk(clients):
    listed = pathlib.Path(__file__).parent.parent / "Fixtures" / "aws" / "cloudwatch-operations.txt"
    names = [line for line in listed.read_text().splitlines() if not line.startswith("#")]
    assert names == sorted(clients.cloudwatch.meta.service_model.operation_names)


def test_what_is_not_served_says_so(cloudwatch):
    error = error_of(cloudwatch.describe_insight_rules)
    assert error["Code"] == "UnsupportedOperation" and "Contributor Insights" in error["Message"]


def test_widgets_and_detectors_by_requests_made_by_hand(wire):
    """As query clients write them, and CBOR ones."""
    fields = [("SingleMetricAnomalyDetector.Namespace", "Hand"), ("SingleMetricAnomalyDetector.MetricName", "m"),
              ("SingleMetricAnomalyDetector.Stat", "Sum"), ("SingleMetricAnomalyDetector.Dimensions.member.1.Name", "d"),
              ("SingleMetricAnomalyDetector.Dimensions.member.1.Value", "v")]
    put = wire.cloudwatch_query("PutAnomalyDetector", fields)
    assert put.status == 200 and len(put.xml.findtext(".//{*}AnomalyDetectorId")) == 32
    found = wire.cloudwatch_cbor("DescribeAnomalyDetectors", {"Namespace": "Hand"})
    assert found.cbor["AnomalyDetectors"][0]["SingleMetricAnomalyDetector"]["Dimensions"] == [{"Name": "d", "Value": "v"}]
    assert wire.cloudwatch_query("DeleteAnomalyDetector", fields).status == 200
    image = wire.cloudwatch_cbor("GetMetricWidgetImage", {"MetricWidget": '{"metrics":[["Hand","m"]]}'})
    assert png_size(image.cbor["MetricWidgetImage"]) == (600, 400)
    image = wire.cloudwatch_query("GetMetricWidgetImage", {"MetricWidget": '{"metrics":[["Hand","m"]]}'})
    assert png_size(base64.b64decode(image.xml.findtext(".//{*}MetricWidgetImage"))) == (600, 400)
