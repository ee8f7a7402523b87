"""Every operation of CloudWatch that is served, once in a life of things that are made, read and removed: through boto3, and by hand in each
of the three protocols."""

import pathlib
import re

import botocore.session
import pytest

from support.clients import Clients
from support.times import minutes, minutes_ago
from support.wire import json_value

TABLE = pathlib.Path(__file__).parents[2] / "Documentation" / "Compatibility" / "cloudwatch.md"
ROLE = "arn:aws:iam::000000000000:role/r"


def served():
    return set(re.findall(r"^\| (\w+) \| yes \|", TABLE.read_text(), re.MULTILINE))


def life(call, name, group):
    """Makes everything, reads it and removes it. `call(operation, input, field)` returns the answer's member `field`, wherever it lies."""
    start = minutes_ago(10)
    stat = {"Metric": {"Namespace": name, "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    detector = {"Namespace": name, "MetricName": "m", "Stat": "Average"}
    window = {"StartTime": start - minutes(1), "EndTime": start + minutes(5)}
    call("PutMetricData", {"Namespace": name, "MetricData": [{"MetricName": "m", "Timestamp": start, "Value": 2.0}]})
    assert call("ListMetrics", {"Namespace": name}, "MetricName") == "m"
    assert float(call("GetMetricStatistics", {"Namespace": name, "MetricName": "m", "Period": 60, "Statistics": ["Sum"], **window}, "Sum")) == 2
    assert call("GetMetricData", {"MetricDataQueries": [{"Id": "a", "MetricStat": stat}], **window}, "StatusCode") == "Complete"
    assert call("GetMetricWidgetImage", {"MetricWidget": f'{{"metrics": [["{name}", "m"]]}}'}, "MetricWidgetImage")

    call("PutMetricAlarm", {"AlarmName": name, "Namespace": name, "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                            "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"})
    call("PutCompositeAlarm", {"AlarmName": f"{name}-both", "AlarmRule": f"ALARM({name})"})
    call("PutLogAlarm", {
        "AlarmName": f"{name}-log", "QueryResultsToEvaluate": 1, "QueryResultsToAlarm": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold", "ScheduledQueryConfiguration": {
            "QueryString": "filter level = 'ERROR'", "LogGroupIdentifiers": [group], "ScheduledQueryRoleARN": ROLE,
            "AggregationExpression": "count(*)", "ScheduleConfiguration": {"ScheduleExpression": "rate(1 minute)", "StartTimeOffset": 600}}})
    arn = call("DescribeAlarms", {"AlarmNames": [name]}, "AlarmArn")
    assert call("DescribeAlarmsForMetric", {"Namespace": name, "MetricName": "m"}, "AlarmName") == name
    call("SetAlarmState", {"AlarmName": name, "StateValue": "ALARM", "StateReason": "by hand"})
    assert call("DescribeAlarmHistory", {"AlarmName": name, "HistoryItemType": "StateUpdate"}, "HistoryItemType") == "StateUpdate"
    call("DescribeAlarmContributors", {"AlarmName": f"{name}-log"})
    call("DisableAlarmActions", {"AlarmNames": [name]})
    assert str(call("DescribeAlarms", {"AlarmNames": [name]}, "ActionsEnabled")).lower() == "false"
    call("EnableAlarmActions", {"AlarmNames": [name]})
    assert str(call("DescribeAlarms", {"AlarmNames": [name]}, "ActionsEnabled")).lower() == "true"
    call("TagResource", {"ResourceARN": arn, "Tags": [{"Key": "team", "Value": "web"}]})
    assert call("ListTagsForResource", {"ResourceARN": arn}, "Key") == "team"
    call("UntagResource", {"ResourceARN": arn, "TagKeys": ["team"]})
    assert call("ListTagsForResource", {"ResourceARN": arn}, "Key") is None

    call("PutAlarmMuteRule", {"Name": name, "Rule": {"Schedule": {"Expression": "cron(0 0 * * *)", "Duration": "PT2H"}}, "MuteTargets": {"AlarmNames": [name]}})
    assert call("GetAlarmMuteRule", {"AlarmMuteRuleName": name}, "Duration") == "PT2H"
    assert call("ListAlarmMuteRules", {"AlarmName": name}, "AlarmMuteRuleArn").endswith(name)
    call("DeleteAlarmMuteRule", {"AlarmMuteRuleName": name})

    call("PutAnomalyDetector", {"SingleMetricAnomalyDetector": detector})
    assert call("DescribeAnomalyDetectors", {"Namespace": name}, "MetricName") == "m"
    call("DeleteAnomalyDetector", {"SingleMetricAnomalyDetector": detector})

    call("PutDashboard", {"DashboardName": name, "DashboardBody": '{"widgets": []}'})
    assert call("GetDashboard", {"DashboardName": name}, "DashboardBody") == '{"widgets": []}'
    assert call("ListDashboards", {"DashboardNamePrefix": name}, "DashboardName") == name
    call("DeleteDashboards", {"DashboardNames": [name]})

    call("PutMetricStream", {"Name": name, "FirehoseArn": "http://127.0.0.1:9/none", "RoleArn": ROLE, "OutputFormat": "json"})
    call("StopMetricStreams", {"Names": [name]})
    assert call("GetMetricStream", {"Name": name}, "State") == "stopped"
    call("StartMetricStreams", {"Names": [name]})
    assert call("ListMetricStreams", {}, "State") == "running"
    call("DeleteMetricStream", {"Name": name})

    number = call("PutMetricDataQueryDefinition", {"Path": f"{name}/a", "Expression": "SELECT AVG(x) FROM y", "Type": "SQL"}, "Id")
    assert call("GetMetricDataQueryDefinition", {"Id": number}, "Path") == f"{name}/a"
    assert call("ListMetricDataQueryDefinitions", {}, "Path") == f"{name}/a"
    call("DeleteMetricDataQueryDefinition", {"Id": number})

    for alarm in (f"{name}-both", f"{name}-log", name):
        call("DeleteAlarms", {"AlarmNames": [alarm]})
    assert call("DescribeAlarms", {"AlarmNames": [name]}, "AlarmArn") is None


def first(tree, field):
    """The first member of that name in a tree of maps and lists, depth first."""
    values = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in values:
        found = value if key == field else first(value, field)
        if found is not None:
            return found
    return None


@pytest.fixture(scope="module")
def group(server):
    Clients(server.endpoint).logs.create_log_group(logGroupName="/every/operation")
    return "/every/operation"


@pytest.mark.parametrize("protocol", ["json", "query", "cbor"])
def test_every_operation_answers_in_each_protocol_by_hand(wire, group, protocol):
    called = set()

    def call(operation, body, field=None):
        called.add(operation)
        answer = getattr(wire, f"cloudwatch_{protocol}")(operation, json_value(body) if protocol == "json" else body)
        assert answer.status == 200, (operation, answer.body)
        if protocol == "query":
            assert answer.xml.tag.endswith(f"{operation}Response")
            found = answer.xml.find(f".//{{*}}{field}") if field else None
            return None if found is None else found.text
        return first(answer.json if protocol == "json" else answer.cbor, field) if field and answer.body else None

    life(call, f"hand-{protocol}", group)
    assert called == served()


def test_every_operation_answers_boto3(clients, group):
    methods = {operation: botocore.xform_name(operation) for operation in served()}
    called = set()

    def call(operation, body, field=None):
        called.add(operation)
        return first(getattr(clients.cloudwatch, methods[operation])(**body), field)

    life(call, "boto", group)
    assert called == served()
