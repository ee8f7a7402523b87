"""CloudWatch from unmodified boto3, in each of the three protocols that botocore can be made to speak."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from support.clients import ACCOUNT, PROTOCOLS, REGION
from support.times import minutes, minutes_ago, seconds

STATISTICS = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]


@pytest.fixture(params=PROTOCOLS)
def cloudwatch(request, clients, tmp_path):
    return clients.cloudwatch_speaking(request.param, tmp_path)


@pytest.fixture
def namespace(request):
    """A namespace of the test's own."""
    return "Test/" + request.node.name.replace("[", "/").replace("]", "")


def datapoints(cloudwatch, namespace, name, start, periods=10, dimensions=(), **options):
    """GetMetricStatistics over some minutes, as {start of the period: datapoint}."""
    query = {"Period": 60, "Statistics": STATISTICS, **options}
    answer = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName=name, Dimensions=list(dimensions), StartTime=start,
        EndTime=start + periods * seconds(query["Period"]), **query)
    assert answer["Label"] == name
    points = answer["Datapoints"]
    assert [point["Timestamp"] for point in points] == sorted(point["Timestamp"] for point in points)
    return {point["Timestamp"]: point for point in points}


def statistics(point):
    return {name: point[name] for name in STATISTICS}


def code_of(error):
    return error.value.response["Error"]["Code"]


# Values


def test_every_form_of_value_is_read_back_as_it_was_written(cloudwatch, namespace):
    start = minutes_ago(20)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "single", "Timestamp": start, "Value": 80.0, "Unit": "Milliseconds"},
        {"MetricName": "single", "Timestamp": start + seconds(59), "Value": 20.5, "Unit": "Milliseconds"},
        {"MetricName": "single", "Timestamp": start + minutes(1), "Value": -5.25, "Unit": "Milliseconds"},
        {"MetricName": "counted", "Timestamp": start, "Values": [1.0, 2.0, 3.0], "Counts": [1.0, 2.0, 1.0], "Unit": "Count"},
        {"MetricName": "values", "Timestamp": start, "Values": [10.0, 20.0]},
        {"MetricName": "set", "Timestamp": start, "Unit": "Bytes",
         "StatisticValues": {"SampleCount": 10.0, "Sum": 100.0, "Minimum": 1.0, "Maximum": 30.0}},
    ])

    single = datapoints(cloudwatch, namespace, "single", start)
    assert list(single) == [start, start + minutes(1)]
    assert statistics(single[start]) == {
        "SampleCount": 2.0, "Sum": 100.5, "Average": 50.25, "Minimum": 20.5, "Maximum": 80.0}
    assert statistics(single[start + minutes(1)]) == {
        "SampleCount": 1.0, "Sum": -5.25, "Average": -5.25, "Minimum": -5.25, "Maximum": -5.25}
    assert {point["Unit"] for point in single.values()} == {"Milliseconds"}

    [counted] = datapoints(cloudwatch, namespace, "counted", start).values()
    assert statistics(counted) == {"SampleCount": 4.0, "Sum": 8.0, "Average": 2.0, "Minimum": 1.0, "Maximum": 3.0}
    [values] = datapoints(cloudwatch, namespace, "values", start).values()
    assert statistics(values) == {"SampleCount": 2.0, "Sum": 30.0, "Average": 15.0, "Minimum": 10.0, "Maximum": 20.0}
    assert values["Unit"] == "None"
    [a_set] = datapoints(cloudwatch, namespace, "set", start).values()
    assert statistics(a_set) == {"SampleCount": 10.0, "Sum": 100.0, "Average": 10.0, "Minimum": 1.0, "Maximum": 30.0}


def test_a_written_value_is_visible_to_the_very_next_read(cloudwatch, namespace):
    start = minutes_ago(5)
    for count in range(1, 21):
        cloudwatch.put_metric_data(
            Namespace=namespace, MetricData=[{"MetricName": "steps", "Timestamp": start, "Value": 1.0}])
        [point] = datapoints(cloudwatch, namespace, "steps", start).values()
        assert point["SampleCount"] == count


def test_a_value_without_a_timestamp_is_placed_at_the_present(cloudwatch, namespace):
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "now", "Value": 7.0}])
    [point] = datapoints(cloudwatch, namespace, "now", minutes_ago(2), periods=4).values()
    assert point["Sum"] == 7.0


def test_values_of_one_second_are_kept_apart_by_the_second(cloudwatch, namespace):
    start = minutes_ago(10)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "fast", "Timestamp": start + seconds(n), "Value": float(n), "StorageResolution": 1}
        for n in range(30)])
    by_second = datapoints(cloudwatch, namespace, "fast", start, periods=60, Period=1)
    assert [point["Maximum"] for point in by_second.values()] == [float(n) for n in range(30)]
    by_ten = datapoints(cloudwatch, namespace, "fast", start, periods=6, Period=10)
    assert [point["Sum"] for point in by_ten.values()] == [45.0, 145.0, 245.0]


def test_dimensions_name_a_metric_whatever_their_order(cloudwatch, namespace):
    start = minutes_ago(10)
    route, stage = {"Name": "Route", "Value": "/buy"}, {"Name": "Stage", "Value": "prod"}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "latency", "Timestamp": start, "Value": 1.0, "Dimensions": [route, stage]},
        {"MetricName": "latency", "Timestamp": start, "Value": 2.0, "Dimensions": [stage, route]},
        {"MetricName": "latency", "Timestamp": start, "Value": 4.0, "Dimensions": [route]},
        {"MetricName": "latency", "Timestamp": start, "Value": 8.0},
    ])
    sums = [
        [point["Sum"] for point in datapoints(cloudwatch, namespace, "latency", start, dimensions=dimensions).values()]
        for dimensions in ([stage, route], [route], [], [stage])]
    assert sums == [[3.0], [4.0], [8.0], []]


def test_units_are_aggregated_each_for_itself(cloudwatch, namespace):
    start = minutes_ago(10)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "mixed", "Timestamp": start, "Value": 1.0, "Unit": "Seconds"},
        {"MetricName": "mixed", "Timestamp": start, "Value": 1000.0, "Unit": "Milliseconds"}])
    answer = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName="mixed", StartTime=start, EndTime=start + minutes(1), Period=60, Statistics=["Sum"])
    assert {(point["Unit"], point["Sum"]) for point in answer["Datapoints"]} == {("Seconds", 1.0), ("Milliseconds", 1000.0)}
    [seconds_only] = datapoints(cloudwatch, namespace, "mixed", start, Unit="Seconds").values()
    assert seconds_only["Sum"] == 1.0


def test_the_start_of_a_range_is_inside_and_its_end_is_not(cloudwatch, namespace):
    start = minutes_ago(10)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "edges", "Timestamp": start + minutes(n), "Value": float(n)} for n in range(4)])
    inside = datapoints(cloudwatch, namespace, "edges", start + minutes(1), periods=2)
    assert list(inside) == [start + minutes(1), start + minutes(2)]


def test_percentiles_come_from_the_values(cloudwatch, namespace):
    start = minutes_ago(10)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "spread", "Timestamp": start, "Values": [float(n) for n in range(1, 101)]}])
    [point] = datapoints(
        cloudwatch, namespace, "spread", start, Statistics=["Maximum"], ExtendedStatistics=["p90", "p50", "p99.9"]).values()
    assert point["ExtendedStatistics"]["p90"] == pytest.approx(90, rel=0.02)
    assert point["ExtendedStatistics"]["p50"] == pytest.approx(50, rel=0.03)
    assert point["ExtendedStatistics"]["p99.9"] == pytest.approx(100, rel=0.02)
    assert point["Maximum"] == 100.0


def test_a_large_request_comes_compressed_and_whole(cloudwatch, namespace):
    start = minutes_ago(10)
    encodings = []
    cloudwatch.meta.events.register(
        "before-send", lambda request, **_: encodings.append(request.headers.get("Content-Encoding")))
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "many", "Timestamp": start, "Value": float(n)} for n in range(1000)])
    assert encodings in (["gzip"], [b"gzip"]), "the SDK compresses what is larger than 10 KB"
    [point] = datapoints(cloudwatch, namespace, "many", start).values()
    assert (point["SampleCount"], point["Sum"]) == (1000.0, 499500.0)


@pytest.mark.parametrize("writer", PROTOCOLS)
def test_what_one_protocol_wrote_each_protocol_reads_alike(writer, clients, tmp_path):
    speaking = {name: clients.cloudwatch_speaking(name, tmp_path / name) for name in PROTOCOLS}
    namespace, start = f"Test/Alike/{writer}", minutes_ago(30)
    odd = [0.1, 1 / 3, -1e-50, 1e100, 123456789.123456789, 0.0]
    dimensions = [{"Name": "Name with space", "Value": "50% & <tag> \"quoted\""}]
    speaking[writer].put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "odd", "Timestamp": start + minutes(n), "Value": value, "Dimensions": dimensions, "Unit": "Bytes/Second"}
        for n, value in enumerate(odd)])

    query = {"MetricDataQueries": [{"Id": "odd", "MetricStat": {
        "Metric": {"Namespace": namespace, "MetricName": "odd", "Dimensions": dimensions}, "Period": 60, "Stat": "Sum"}}],
        "StartTime": start, "EndTime": start + minutes(10), "ScanBy": "TimestampAscending"}
    for client in speaking.values():
        points = datapoints(client, namespace, "odd", start, dimensions=dimensions)
        assert [point["Maximum"] for point in points.values()] == odd
        assert list(points) == [start + minutes(n) for n in range(len(odd))]
        [listed] = client.list_metrics(Namespace=namespace)["Metrics"]
        assert listed == {"Namespace": namespace, "MetricName": "odd", "Dimensions": dimensions}
        [result] = client.get_metric_data(**query)["MetricDataResults"]
        assert (result["Values"], result["Timestamps"]) == (odd, list(points))


# ListMetrics


def test_metrics_are_listed_page_by_page_each_once(cloudwatch, namespace):
    names = {f"metric-{n:04}" for n in range(620)}
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": name, "Value": 1.0} for name in names])
    pages = [page["Metrics"] for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace)]
    assert [len(page) for page in pages] == [500, 120]
    assert sorted(metric["MetricName"] for page in pages for metric in page) == sorted(names)


def test_metrics_are_listed_by_name_and_dimensions(cloudwatch, namespace):
    def put(name, **dimensions):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{
            "MetricName": name, "Value": 1.0, "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]}])

    put("errors", Service="buy", Stage="prod")
    put("errors", Service="pay", Stage="prod")
    put("latency", Service="buy")
    put("latency")

    def listed(**options):
        metrics = cloudwatch.list_metrics(Namespace=namespace, **options)["Metrics"]
        return sorted((metric["MetricName"], *sorted(d["Value"] for d in metric["Dimensions"])) for metric in metrics)

    assert listed() == [("errors", "buy", "prod"), ("errors", "pay", "prod"), ("latency",), ("latency", "buy")]
    assert listed(MetricName="latency") == [("latency",), ("latency", "buy")]
    assert listed(Dimensions=[{"Name": "Stage"}]) == [("errors", "buy", "prod"), ("errors", "pay", "prod")]
    assert listed(Dimensions=[{"Name": "Service", "Value": "buy"}]) == [("errors", "buy", "prod"), ("latency", "buy")]
    assert listed(Dimensions=[{"Name": "Service", "Value": "buy"}, {"Name": "Stage"}]) == [("errors", "buy", "prod")]
    assert listed(Dimensions=[{"Name": "Service", "Value": "nobody"}]) == []


def test_metrics_can_be_listed_by_recent_activity(cloudwatch, namespace):
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "recent", "Value": 1.0},
        {"MetricName": "quiet", "Value": 1.0, "Timestamp": minutes_ago(5 * 60)}])

    def names(**options):
        return sorted(metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace=namespace, **options)["Metrics"])

    assert names() == ["quiet", "recent"]
    assert names(RecentlyActive="PT3H") == ["recent"]
    with pytest.raises(ClientError) as refused:
        names(RecentlyActive="PT5H")
    assert code_of(refused) in ("InvalidParameterValue", "ValidationError")


# GetMetricStatistics, GetMetricData


@pytest.mark.parametrize("change, code, words", [
    ({"Period": 1, "minutes": 1440}, "InvalidParameterCombination",
     "You have requested up to 86400 datapoints, which exceeds the limit of 1440."),
    ({"minutes": 0}, "InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."),
    ({"Period": 7}, "InvalidParameterValue", "Period"),
    ({"Statistics": None}, None, "Statistics"),
    ({"Statistics": ["Mode"]}, None, "Mode"),
])
def test_a_wrong_statistics_request_is_refused(cloudwatch, change, code, words):
    change, start = dict(change), minutes_ago(2000)
    length = change.pop("minutes", 10)
    request = {
        "Namespace": "Any", "MetricName": "any", "StartTime": start, "EndTime": start + minutes(length), "Period": 60,
        "Statistics": ["Sum"], **change}
    with pytest.raises(ClientError) as refused:
        cloudwatch.get_metric_statistics(**{key: value for key, value in request.items() if value is not None})
    assert code_of(refused) == code or code is None and code_of(refused) in (
        "InvalidParameterCombination", "InvalidParameterValue", "MissingParameter", "ValidationError")
    assert words in refused.value.response["Error"]["Message"]


def metric_query(identifier, namespace, name, stat="Sum", **options):
    return {"Id": identifier, **options, "MetricStat": {
        "Metric": {"Namespace": namespace, "MetricName": name}, "Period": 60, "Stat": stat}}


def test_arithmetic_joins_metrics_by_their_timestamps(cloudwatch, namespace):
    start = minutes_ago(20)
    errors, requests = [1.0, 0.0, 3.0, 5.0], [10.0, 20.0, 0.0]      # one more minute of errors than of requests
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": name, "Timestamp": start + minutes(n), "Value": value}
        for name, values in (("errors", errors), ("requests", requests)) for n, value in enumerate(values)])

    answer = cloudwatch.get_metric_data(StartTime=start, EndTime=start + minutes(10), ScanBy="TimestampAscending", MetricDataQueries=[
        metric_query("e", namespace, "errors"),
        metric_query("r", namespace, "requests", ReturnData=False),
        {"Id": "rate", "Expression": "100 * e / r", "Label": "error rate"},
        {"Id": "sum", "Expression": "e + r"},
        {"Id": "mixed", "Expression": "-(e - 2) * 3 ^ 2"},
    ])
    results = {result["Id"]: result for result in answer["MetricDataResults"]}
    assert list(results) == ["e", "rate", "sum", "mixed"]
    assert {result["StatusCode"] for result in results.values()} == {"Complete"}
    assert results["e"]["Label"] == "errors" and results["rate"]["Label"] == "error rate"
    times = [start + minutes(n) for n in range(4)]
    assert (results["e"]["Timestamps"], results["e"]["Values"]) == (times, errors)
    assert (results["rate"]["Timestamps"], results["rate"]["Values"]) == (times[:2], [10.0, 0.0]), "nothing is divided by zero"
    assert (results["sum"]["Timestamps"], results["sum"]["Values"]) == (times[:3], [11.0, 20.0, 3.0])
    assert results["mixed"]["Values"] == [9.0, 18.0, -9.0, -27.0]


def test_metric_data_come_newest_first_unless_asked_otherwise(cloudwatch, namespace):
    start = minutes_ago(20)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "steps", "Timestamp": start + minutes(n), "Value": float(n)} for n in range(3)])
    [result] = cloudwatch.get_metric_data(
        StartTime=start, EndTime=start + minutes(5), MetricDataQueries=[metric_query("m", namespace, "steps")])["MetricDataResults"]
    assert result["Values"] == [2.0, 1.0, 0.0]


def test_each_statistic_can_be_asked_of_metric_data(cloudwatch, namespace):
    start = minutes_ago(20)
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
        {"MetricName": "spread", "Timestamp": start, "Values": [float(n) for n in range(1, 101)]}])
    wanted = {"SampleCount": 100, "Sum": 5050, "Average": 50.5, "Minimum": 1, "Maximum": 100, "p90": 90}
    results = cloudwatch.get_metric_data(StartTime=start, EndTime=start + minutes(1), MetricDataQueries=[
        metric_query(f"q{n}", namespace, "spread", stat) for n, stat in enumerate(wanted)])["MetricDataResults"]
    for stat, result in zip(wanted, results, strict=True):
        [value] = result["Values"]
        assert value == pytest.approx(wanted[stat], rel=0.02 if stat == "p90" else 0), stat


def test_no_data_is_an_empty_and_complete_result(cloudwatch, namespace):
    [result] = cloudwatch.get_metric_data(
        StartTime=minutes_ago(10), EndTime=minutes_ago(0),
        MetricDataQueries=[metric_query("m", namespace, "never")])["MetricDataResults"]
    assert (result["Timestamps"], result["Values"], result["StatusCode"]) == ([], [], "Complete")


@pytest.mark.parametrize("queries", [
    [{"Id": "x", "Expression": "unknown / 2"}],
    [{"Id": "x", "Expression": "1 +"}],
    [{"Id": "x", "Expression": "NOSUCH(1)"}],
    [{"Id": "Upper", "Expression": "1 + 1"}],
    [metric_query("m", "N", "a"), metric_query("m", "N", "b")],
    [metric_query("m", "N", "a", ReturnData=False)],
    [metric_query("m", "N", "a", stat="Mode")],
    [{"Id": "nothing"}],
], ids=["unknown id", "broken", "unknown function", "upper case id", "same id", "nothing returned", "unknown statistic", "empty"])
def test_a_wrong_metric_data_query_is_refused(cloudwatch, queries):
    with pytest.raises(ClientError) as refused:
        cloudwatch.get_metric_data(StartTime=minutes_ago(10), EndTime=minutes_ago(0), MetricDataQueries=queries)
    assert code_of(refused) in ("ValidationError", "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter")


# Alarms


@pytest.fixture
def alarm(cloudwatch, namespace):
    """An alarm without data or actions, deleted at the end."""
    name = namespace.replace("/", "-")
    definition = {
        "AlarmName": name, "AlarmDescription": "5XX above one percent & <more>", "ActionsEnabled": True,
        "OKActions": [], "AlarmActions": [], "InsufficientDataActions": [],
        "Namespace": namespace, "MetricName": "errors", "Statistic": "Average", "Unit": "Percent",
        "Dimensions": [{"Name": "Stage", "Value": "prod"}], "Period": 300, "EvaluationPeriods": 3, "DatapointsToAlarm": 2,
        "Threshold": 1.5, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore",
    }
    cloudwatch.put_metric_alarm(**definition)
    yield definition
    cloudwatch.delete_alarms(AlarmNames=[name])


def described(cloudwatch, name):
    answer = cloudwatch.describe_alarms(AlarmNames=[name])
    [alarm] = answer["MetricAlarms"]
    return alarm


def test_an_alarm_is_described_as_it_was_put(cloudwatch, alarm):
    found = described(cloudwatch, alarm["AlarmName"])
    assert {key: found[key] for key in alarm} == alarm
    assert found["AlarmArn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{alarm['AlarmName']}"
    assert (found["StateValue"], found["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    for moment in ("StateUpdatedTimestamp", "AlarmConfigurationUpdatedTimestamp"):
        assert abs(found[moment] - datetime.datetime.now(datetime.UTC)) < minutes(2)


def test_putting_an_alarm_again_replaces_all_but_its_state(cloudwatch, alarm):
    name = alarm["AlarmName"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="set by hand")
    changed = {**alarm, "Threshold": 9.0, "EvaluationPeriods": 2}
    del changed["AlarmDescription"], changed["DatapointsToAlarm"]
    cloudwatch.put_metric_alarm(**changed)
    found = described(cloudwatch, name)
    assert (found["Threshold"], found["StateValue"], found["StateReason"]) == (9.0, "OK", "set by hand")
    assert "AlarmDescription" not in found and "DatapointsToAlarm" not in found


def test_alarms_are_found_by_prefix_and_state(cloudwatch, alarm):
    name = alarm["AlarmName"]

    def names(**options):
        answer = cloudwatch.describe_alarms(AlarmNamePrefix=name[:-1], **options)
        return [found["AlarmName"] for found in answer["MetricAlarms"]]

    assert names() == [name]
    assert names(StateValue="ALARM") == []
    assert names(StateValue="INSUFFICIENT_DATA") == [name]
    assert cloudwatch.describe_alarms(AlarmNames=["no such alarm"])["MetricAlarms"] == []


def test_alarms_are_described_page_by_page(cloudwatch, namespace):
    prefix = namespace.replace("/", "-")
    names = [f"{prefix}-{n:02}" for n in range(7)]
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace=namespace, MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=0.0,
            ComparisonOperator="LessThanThreshold")
    pages = list(cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, PaginationConfig={"PageSize": 3}))
    assert [[alarm["AlarmName"] for alarm in page["MetricAlarms"]] for page in pages] == [names[:3], names[3:6], names[6:]]
    cloudwatch.delete_alarms(AlarmNames=names)
    assert cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"] == []


def test_a_state_set_by_hand_is_seen_and_remembered(cloudwatch, alarm):
    name = alarm["AlarmName"]
    data = {"why": "a drill"}
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="drill begins", StateReasonData=json.dumps(data))
    found = described(cloudwatch, name)
    assert (found["StateValue"], found["StateReason"]) == ("ALARM", "drill begins")
    assert json.loads(found["StateReasonData"]) == data
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="drill ends")

    items = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == [
        ("StateUpdate", "Alarm updated from ALARM to OK"),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("ConfigurationUpdate", f'Alarm "{name}" created'),
    ]
    assert {(item["AlarmName"], item["AlarmType"]) for item in items} == {(name, "MetricAlarm")}
    change = json.loads(items[1]["HistoryData"])
    assert (change["oldState"]["stateValue"], change["newState"]["stateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert (change["newState"]["stateReason"], change["newState"]["stateReasonData"]) == ("drill begins", data)

    oldest_first = cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert oldest_first == items[::-1]
    updates = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="ConfigurationUpdate")["AlarmHistoryItems"]
    assert updates == items[2:]
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(AlarmName=name, PaginationConfig={"PageSize": 2})
    assert [item for page in pages for item in page["AlarmHistoryItems"]] == items


def test_a_deleted_alarm_is_gone_and_its_history_stays(cloudwatch, namespace):
    name = namespace.replace("/", "-")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace=namespace, MetricName="m", ExtendedStatistic="p99", Period=60, EvaluationPeriods=1, Threshold=1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold")
    found = described(cloudwatch, name)
    assert found["ExtendedStatistic"] == "p99" and "Statistic" not in found
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    summaries = [item["HistorySummary"] for item in cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]]
    assert summaries == [f'Alarm "{name}" deleted', f'Alarm "{name}" created']


def test_a_wrong_name_among_those_to_delete_does_not_keep_the_others(cloudwatch, namespace):
    name = namespace.replace("/", "-")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace=namespace, MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold")
    try:
        cloudwatch.delete_alarms(AlarmNames=["no such alarm", name])
    except cloudwatch.exceptions.ResourceNotFound:
        pass  # said or not, the other is deleted
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_an_alarm_over_arithmetic_keeps_its_queries(cloudwatch, namespace):
    name = namespace.replace("/", "-")
    queries = [
        metric_query("e", namespace, "errors", ReturnData=False), metric_query("r", namespace, "requests", ReturnData=False),
        {"Id": "rate", "Expression": "100 * e / r", "Label": "error rate", "ReturnData": True}]
    cloudwatch.put_metric_alarm(
        AlarmName=name, Metrics=queries, EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
    found = described(cloudwatch, name)
    assert [query["Id"] for query in found["Metrics"]] == ["e", "r", "rate"]
    assert found["Metrics"][2]["Expression"] == "100 * e / r"
    assert found["Metrics"][0]["MetricStat"]["Stat"] == "Sum" and found["Metrics"][0]["ReturnData"] is False
    assert not {"Period", "Statistic", "MetricName"} & found.keys()
    cloudwatch.delete_alarms(AlarmNames=[name])


@pytest.mark.parametrize("change", [
    {"Period": 7}, {"DatapointsToAlarm": 4}, {"ComparisonOperator": "IsRatherLarge"},
    {"TreatMissingData": "guess"}, {"Statistic": "Mode"}, {"ExtendedStatistic": "p99"}, {"Statistic": None},
    {"MetricName": None}, {"Threshold": None}, {"Period": 3600, "EvaluationPeriods": 200}, {"Unit": "Parsec"},
], ids=str)
def test_a_wrong_alarm_is_refused_and_not_kept(cloudwatch, change):
    definition = {
        "AlarmName": "wrong", "Namespace": "N", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", **change}
    with pytest.raises(ClientError) as refused:
        cloudwatch.put_metric_alarm(**{key: value for key, value in definition.items() if value is not None})
    assert code_of(refused) in ("ValidationError", "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter")
    assert cloudwatch.describe_alarms(AlarmNames=["wrong"])["MetricAlarms"] == []


def test_a_state_cannot_be_set_on_nothing_or_to_nonsense(cloudwatch, alarm):
    with pytest.raises(ClientError) as refused:
        cloudwatch.set_alarm_state(AlarmName="no such alarm", StateValue="OK", StateReason="why not")
    assert code_of(refused) == "ResourceNotFound"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404

    with pytest.raises(ClientError) as refused:
        cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="INVALID", StateReason="why not")
    assert code_of(refused) == "ValidationError"
    assert refused.value.response["Error"]["Message"] == (
        "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: "
        "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
    assert described(cloudwatch, alarm["AlarmName"])["StateValue"] == "INSUFFICIENT_DATA"
