"""Log alarms, quotas and drills on a running server: from boto3, from the command, and by the API behind the console's preview."""

import datetime
import json
import pathlib
import subprocess
import urllib.request

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import PROTOCOLS
from support.server import BINARY, ROOT
from support.times import milliseconds_of, minutes, minutes_ago, now


def command(server, *arguments):
    return subprocess.run(
        [str(BINARY), *arguments, "--server", server.endpoint], capture_output=True, text=True, timeout=60, check=False)


def post(server, path, body, method="POST"):
    request = urllib.request.Request(server.endpoint + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


ALARM = {
    "AlarmName": "errors", "Namespace": "Drill", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}


@pytest.fixture(scope="module")
def history(server):
    """Four bad minutes, each followed by five good ones."""
    from support.clients import Clients
    clients = Clients(server.endpoint)
    start = minutes_ago(40)
    clients.cloudwatch.put_metric_data(Namespace="Drill", MetricData=[
        {"MetricName": "Errors", "Timestamp": start + minutes(n), "Value": 9.0 if n % 8 == 0 else 1.0} for n in range(30)])
    return start


def test_a_drill_says_when_an_alarm_would_have_fired(server, history, tmp_path):
    (tmp_path / "alarm.json").write_text(json.dumps(ALARM))
    arguments = ["drill", "--file", str(tmp_path / "alarm.json"), "--from", f"{history:%Y-%m-%dT%H:%M:%SZ}"]
    ran = command(server, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("errors would have fired 4 times between ")
    assert ran.stdout.count("OK -> ALARM") + ran.stdout.count("INSUFFICIENT_DATA -> ALARM") == 4
    assert "was greater than the threshold (5.0)" in ran.stdout
    answer = json.loads(command(server, *arguments, "--json").stdout)
    assert answer["fired"] == 4 and answer["threshold"] == 5 and answer["period"] == 60
    assert [point["value"] for point in answer["datapoints"]][:9] == [9, 1, 1, 1, 1, 1, 1, 1, 9]
    assert answer["segments"][0]["state"] == "INSUFFICIENT_DATA" and answer["segments"][-1]["state"] == "OK"


def test_a_stored_alarm_is_drilled_by_its_name_with_its_children(server, history, clients):
    clients.cloudwatch.put_metric_alarm(**ALARM)
    clients.cloudwatch.put_composite_alarm(AlarmName="drilled", AlarmRule="ALARM(errors)")
    status, answer = post(server, "/api/ui/v1/alarms/preview", {"name": "drilled", "start": history.timestamp()})
    assert status == 200 and answer["fired"] == 4
    assert "errors transitioned to ALARM at" in answer["changes"][0]["reason"]


def test_a_log_alarm_is_drilled_over_the_logs_that_are_there(server, clients):
    start = minutes_ago(30)
    clients.logs.create_log_group(logGroupName="/drill/web")
    clients.logs.create_log_stream(logGroupName="/drill/web", logStreamName="one")
    # Twelve refusals a minute, for ten minutes of the thirty.
    clients.logs.put_log_events(logGroupName="/drill/web", logStreamName="one", logEvents=[
        {"timestamp": milliseconds_of(start + minutes(n)) + second * 1000, "message": "request refused" if 10 <= n < 20 else "request served"}
        for n in range(28) for second in range(12)])
    alarm = {
        "AlarmName": "refusals", "QueryResultsToEvaluate": 1, "QueryResultsToAlarm": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching", "ScheduledQueryConfiguration": {
            "QueryString": "filter @message like /refused/", "LogGroupIdentifiers": ["/drill/web"], "AggregationExpression": "count(*) as n",
            "ScheduledQueryRoleARN": "arn:aws:iam::000000000000:role/q",
            "ScheduleConfiguration": {"ScheduleExpression": "rate(1 minute)", "StartTimeOffset": 60}}}
    status, answer = post(server, "/api/ui/v1/alarms/preview", {"alarm": alarm, "start": start.timestamp(), "end": (start + minutes(27)).timestamp()})
    assert status == 200, answer
    assert answer["fired"] == 1 and [change["to"] for change in answer["changes"]] == ["OK", "ALARM", "OK"]
    began, ended = answer["changes"][1]["time"], answer["changes"][2]["time"]
    assert began.startswith(f"{start + minutes(11):%Y-%m-%dT%H:%M}") and ended.startswith(f"{start + minutes(21):%Y-%m-%dT%H:%M}")
    broken = {**alarm, "ScheduledQueryConfiguration": {**alarm["ScheduledQueryConfiguration"], "QueryString": "nonsense here"}}
    status, answer = post(server, "/api/ui/v1/alarms/preview", {"alarm": broken})
    assert status == 400 and "query is not valid" in answer["message"]


def test_a_drill_tells_what_a_suppressor_and_a_mute_rule_would_have_held_back(server, history, clients):
    topic = clients.sns.create_topic(Name="drilled")["TopicArn"]
    clients.cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": "held-leaf"})
    # In ALARM all the time: nothing gets past it.
    clients.cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": "held-guard", "Threshold": -1, "TreatMissingData": "breaching"})
    clients.cloudwatch.put_composite_alarm(
        AlarmName="held", AlarmRule="ALARM(held-leaf)", AlarmActions=[topic], ActionsSuppressor="held-guard", ActionsSuppressorWaitPeriod=120,
        ActionsSuppressorExtensionPeriod=60)
    status, answer = post(server, "/api/ui/v1/alarms/preview", {"name": "held", "start": history.timestamp()})
    assert status == 200 and answer["fired"] == 4 and not [told for told in answer["told"] if told["state"] == "ALARM"]
    assert answer["held"][0]["by"] == "Alarm" and answer["held"][0]["reason"] == "Actions suppressed by Alarm"
    ran = command(server, "drill", "--alarm", "held-leaf", "--from", f"{history:%Y-%m-%dT%H:%M:%SZ}")
    assert ran.returncode == 0 and "actions of" not in ran.stdout, "an alarm without actions runs none"
    clients.cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": "held-leaf", "AlarmActions": [topic]})
    ran = command(server, "drill", "--alarm", "held-leaf", "--from", f"{history:%Y-%m-%dT%H:%M:%SZ}")
    assert ran.stdout.count("actions of ALARM would have run") == 4
    clients.cloudwatch.put_alarm_mute_rule(
        Name="always", Rule={"Schedule": {"Expression": "cron(0 0 * * *)", "Duration": "P2D"}}, MuteTargets={"AlarmNames": ["held-leaf"]})
    ran = command(server, "drill", "--alarm", "held-leaf", "--from", f"{history:%Y-%m-%dT%H:%M:%SZ}")
    assert "would have run" not in ran.stdout and "Actions are muted by always" in ran.stdout
    clients.cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName="always")
    clients.cloudwatch.delete_alarms(AlarmNames=["held"])
    clients.cloudwatch.delete_alarms(AlarmNames=["held-leaf", "held-guard"])


@pytest.mark.parametrize("body,part", [
    ({}, "say which alarm"), ({"name": "nobody"}, "does not exist"), ({"alarm": {**ALARM, "Period": 15}}, "Period must be"),
    ({"alarm": ALARM, "start": "soon"}, "must be a time"), ({"alarm": ALARM, "start": 5, "end": 4}, "before end"),
    ({"alarm": ALARM, "start": 0}, "more than 200000 evaluations")])
def test_previews_that_cannot_be_are_refused_in_words(server, body, part):
    status, answer = post(server, "/api/ui/v1/alarms/preview", body)
    assert status == 400 and part in answer["message"]


def test_rules_are_tested_without_a_server(tmp_path):
    examples = sorted(str(path) for path in (ROOT / "Examples/alarms").glob("*/*.json"))
    ran = subprocess.run([str(BINARY), "drill", "test", *examples], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout == f"{len(examples) * 3} tests passed\n"
    broken = json.loads(pathlib.Path(examples[0]).read_text())
    broken["tests"][0]["fires"] = {broken["alarms"][0]["AlarmName"]: 7}
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    ran = subprocess.run([str(BINARY), "drill", "test", str(tmp_path / "broken.json")], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1 and "expected to fire 7 times" in ran.stdout


def test_every_example_alarm_is_taken_by_the_api(server, clients):
    for path in sorted((ROOT / "Examples/alarms").glob("*/*.json")):
        for alarm in json.loads(path.read_text())["alarms"]:
            put = clients.cloudwatch.put_composite_alarm if "AlarmRule" in alarm else clients.cloudwatch.put_metric_alarm
            put(**alarm)
    names = set()
    for page in clients.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"]):
        names |= {alarm["AlarmName"] for alarm in page["MetricAlarms"] + page["CompositeAlarms"]}
    assert len(names) >= 45


def test_quotas_are_listed_changed_and_used(server, clients):
    ran = command(server, "quotas")
    assert ran.returncode == 0 and "AWS/Lambda ConcurrentExecutions: 1000.0" in ran.stdout
    ran = command(server, "quotas", "set", "AWS/Lambda", "Duration", "30000", "--dimension", "FunctionName=checkout")
    assert ran.returncode == 0 and "AWS/Lambda Duration FunctionName=checkout: 30000.0" in ran.stdout
    status, answer = post(server, "/api/ui/v1/quotas", {"quotas": [{"namespace": "Shop", "metricName": "Carts", "value": 200}]}, "PUT")
    assert status == 200 and {"Carts", "Duration"} <= {quota["metricName"] for quota in answer["quotas"]}
    assert post(server, "/api/ui/v1/quotas", {"quotas": [{"namespace": "Shop"}]}, "PUT")[0] == 400
    start = minutes_ago(5)
    clients.cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Carts", "Timestamp": start, "Value": 150.0}])
    query = [
        {"Id": "share", "Expression": "100 * m1 / SERVICE_QUOTA(m1)"},
        {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Carts"}, "Period": 60, "Stat": "Maximum"}}]
    [result] = clients.cloudwatch.get_metric_data(MetricDataQueries=query, StartTime=start, EndTime=now())["MetricDataResults"]
    assert result["Values"] == [75.0]
    server.restart()
    assert "FunctionName=checkout: 30000.0" in command(server, "quotas").stdout
    query[1]["MetricStat"]["Metric"]["MetricName"] = "Unknown"
    with pytest.raises(ClientError, match="no quota for the metric Unknown"):
        clients.cloudwatch.put_metric_alarm(
            AlarmName="share", Metrics=query, EvaluationPeriods=1, Threshold=80, ComparisonOperator="GreaterThanThreshold")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_log_alarm_fires_from_lines(clients, tmp_path, protocol):
    cloudwatch, group = clients.cloudwatch_speaking(protocol, tmp_path), f"/alarm/{protocol}"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="s")
    clients.logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": milliseconds_of(now()), "message": json.dumps({"level": "ERROR", "host": host})} for host in ("a", "a", "b")])
    cloudwatch.put_log_alarm(
        AlarmName=f"log-{protocol}", QueryResultsToEvaluate=1, QueryResultsToAlarm=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        ScheduledQueryConfiguration={
            "QueryString": "filter level = 'ERROR'", "LogGroupIdentifiers": [group], "ScheduledQueryRoleARN": "arn:aws:iam::000000000000:role/r",
            "AggregationExpression": "count(*) as errors by host",
            "ScheduleConfiguration": {"ScheduleExpression": "rate(1 minute)", "StartTimeOffset": 600}})
    [alarm] = cloudwatch.describe_alarms(AlarmTypes=["LogAlarm"], AlarmNames=[f"log-{protocol}"])["LogAlarms"]
    assert alarm["ScheduledQueryConfiguration"]["AggregationExpression"] == "count(*) as errors by host"
    with pytest.raises(ClientError, match="The query is not valid"):
        cloudwatch.put_log_alarm(
            AlarmName="bad", QueryResultsToEvaluate=1, QueryResultsToAlarm=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
            ScheduledQueryConfiguration={
                "QueryString": "filter (", "LogGroupIdentifiers": [group], "ScheduledQueryRoleARN": "arn:aws:iam::000000000000:role/r",
                "AggregationExpression": "count(*)",
                "ScheduleConfiguration": {"ScheduleExpression": "rate(1 minute)", "StartTimeOffset": 600}})


def test_log_alarms_are_in_alarm_within_two_minutes_and_name_their_contributors(clients):
    """Those that the test above has put."""
    cloudwatch = clients.cloudwatch

    def states():
        return {alarm["StateValue"] for alarm in cloudwatch.describe_alarms(AlarmTypes=["LogAlarm"])["LogAlarms"]}

    waiting.until(lambda: states() == {"ALARM"}, "the log alarms to fire", 90, every=1)
    [contributor] = cloudwatch.describe_alarm_contributors(AlarmName="log-json")["AlarmContributors"]
    assert contributor["ContributorAttributes"] == {"host": "a"}
    assert contributor["StateReason"].startswith("Threshold Crossed: 2.0 was greater than")
