"""Composite alarms, suppressors and mute rules from boto3 and by hand, on the real clock, and over a power cut."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import ACCOUNT, PROTOCOLS, REGION
from support.times import now
from support.webhook import Webhook, confirmed_subscription


@pytest.fixture(params=PROTOCOLS)
def cloudwatch(request, clients, tmp_path):
    return clients.cloudwatch_speaking(request.param, tmp_path)


@pytest.fixture
def name(request):
    """A prefix of the test's own."""
    return "".join(c if c.isalnum() else "-" for c in request.node.name)


def metric_alarm(cloudwatch, name, **changes):
    cloudwatch.put_metric_alarm(**{
        "AlarmName": name, "Namespace": "Composite", "MetricName": name, "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore", **changes})


def composite(cloudwatch, name):
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return alarm


def set_state(cloudwatch, name, state):
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="drill")


def arn(name):
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def test_a_composite_alarm_follows_its_children(cloudwatch, name):
    cpu, disk, both = f"{name}-cpu", f"{name}-disk", f"{name}-both"
    metric_alarm(cloudwatch, cpu)
    metric_alarm(cloudwatch, disk)
    cloudwatch.put_composite_alarm(AlarmName=both, AlarmRule=f'ALARM("{cpu}") AND ALARM({arn(disk)})', AlarmDescription="both")
    assert composite(cloudwatch, both)["StateValue"] == "OK"
    set_state(cloudwatch, cpu, "ALARM")
    assert composite(cloudwatch, both)["StateValue"] == "OK"
    set_state(cloudwatch, disk, "ALARM")
    alarm = composite(cloudwatch, both)
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateReason"].startswith(f"{arn(disk)} transitioned to ALARM at ")
    assert json.loads(alarm["StateReasonData"])["triggeringAlarms"][0]["arn"] == arn(disk)
    assert [child["AlarmName"] for child in cloudwatch.describe_alarms(ChildrenOfAlarmName=both)["MetricAlarms"]] == [cpu, disk]
    assert [parent["AlarmName"] for parent in cloudwatch.describe_alarms(ParentsOfAlarmName=cpu)["CompositeAlarms"]] == [both]
    history = cloudwatch.describe_alarm_history(AlarmName=both, AlarmTypes=["CompositeAlarm"])["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in history] == [
        "Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK", f'Alarm "{both}" created']
    assert cloudwatch.describe_alarm_contributors(AlarmName=both)["AlarmContributors"] == []
    with pytest.raises(ClientError, match="composite alarm\\(s\\) depending on it"):
        cloudwatch.delete_alarms(AlarmNames=[cpu])
    cloudwatch.delete_alarms(AlarmNames=[both])
    cloudwatch.delete_alarms(AlarmNames=[cpu, disk])


def test_rules_that_cannot_be_are_refused_with_their_place(cloudwatch, name):
    with pytest.raises(ClientError) as error:
        cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="ALARM(x")
    assert error.value.response["Error"]["Code"] == "ValidationError"
    assert error.value.response["Error"]["Message"] == "AlarmRule is not valid: it ends where ')' is expected (at position 8)"
    with pytest.raises(ClientError, match="Could not save the composite alarm as alarms \\[x\\] in the alarm rule do not exist"):
        cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="ALARM(x)")
    assert cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []


def test_a_suppressor_holds_actions_for_its_wait(clients):
    cloudwatch, webhook = clients.cloudwatch, Webhook()
    try:
        topic = clients.sns.create_topic(Name="suppressed")["TopicArn"]
        confirmed_subscription(clients.sns, topic, webhook)
        for leaf in ("leaf", "guard"):
            metric_alarm(cloudwatch, leaf)
        cloudwatch.put_composite_alarm(
            AlarmName="top", AlarmRule="ALARM(leaf)", AlarmActions=[topic], ActionsSuppressor="guard",
            ActionsSuppressorWaitPeriod=2, ActionsSuppressorExtensionPeriod=2)
        set_state(cloudwatch, "leaf", "ALARM")
        assert composite(cloudwatch, "top")["ActionsSuppressedBy"] == "WaitPeriod"
        set_state(cloudwatch, "guard", "ALARM")
        assert composite(cloudwatch, "top")["ActionsSuppressedBy"] == "Alarm"
        assert webhook.is_quiet(3)
        set_state(cloudwatch, "guard", "OK")
        assert composite(cloudwatch, "top")["ActionsSuppressedBy"] == "ExtensionPeriod"
        message = json.loads(webhook.next("Notification").json["Message"])
        assert (message["AlarmName"], message["NewStateValue"], message["OldStateValue"]) == ("top", "ALARM", "OK")
        assert message["TriggeringChildren"][0]["Arn"] == arn("leaf")
        assert "ActionsSuppressedBy" not in composite(cloudwatch, "top")
    finally:
        webhook.close()


def test_mute_rules_hold_actions_until_they_are_gone(cloudwatch, clients, name):
    webhook = Webhook()
    try:
        topic = clients.sns.create_topic(Name=name)["TopicArn"]
        confirmed_subscription(clients.sns, topic, webhook)
        metric_alarm(cloudwatch, name, AlarmActions=[topic], Tags=[{"Key": "severity", "Value": "high"}])
        start = now() - datetime.timedelta(minutes=5)
        cloudwatch.put_alarm_mute_rule(
            Name=name, Description="maintenance", MuteTargets={"AlarmNames": [name]}, Tags=[{"Key": "team", "Value": "shop"}],
            Rule={"Schedule": {"Expression": f"at({start:%Y-%m-%dT%H:%M})", "Duration": "PT2H", "Timezone": "UTC"}})
        rule = cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=name)
        assert (rule["Status"], rule["MuteType"], rule["Description"]) == ("ACTIVE", "ONE_TIME", "maintenance")
        [summary] = cloudwatch.list_alarm_mute_rules(AlarmName=name)["AlarmMuteRuleSummaries"]
        assert summary["AlarmMuteRuleArn"] == rule["AlarmMuteRuleArn"]
        assert cloudwatch.list_tags_for_resource(ResourceARN=rule["AlarmMuteRuleArn"])["Tags"] == [{"Key": "team", "Value": "shop"}]
        set_state(cloudwatch, name, "ALARM")
        assert webhook.is_quiet(1)
        cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=name)
        cloudwatch.delete_alarm_mute_rule(AlarmMuteRuleName=name)
        message = json.loads(webhook.next("Notification").json["Message"])
        assert message["ActionExecutedAfterMuteWindow"] is True and message["Severity"] == "high"
        with pytest.raises(ClientError) as error:
            cloudwatch.get_alarm_mute_rule(AlarmMuteRuleName=name)
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
    finally:
        webhook.close()


def test_requests_made_by_hand_are_answered_in_query_and_cbor(wire, clients):
    body = {"AlarmName": "by-hand", "AlarmRule": "TRUE"}
    assert wire.cloudwatch_query("PutCompositeAlarm", body).status == 200
    answer = wire.cloudwatch_query("DescribeAlarms", {"AlarmTypes": ["CompositeAlarm"], "AlarmNames": ["by-hand"]})
    assert answer.xml.findtext(".//{*}CompositeAlarms/{*}member/{*}AlarmRule") == "TRUE"
    assert answer.xml.findtext(".//{*}CompositeAlarms/{*}member/{*}StateValue") == "ALARM"
    refused = wire.cloudwatch_query("PutCompositeAlarm", {"AlarmName": "x", "AlarmRule": "ALARM("})
    assert (refused.status, refused.code) == (400, "ValidationError")
    answer = wire.cloudwatch_cbor("DescribeAlarms", {"AlarmTypes": ["CompositeAlarm"], "AlarmNames": ["by-hand"]})
    assert answer.cbor["CompositeAlarms"][0]["AlarmRule"] == "TRUE"
    schedule = {"Schedule": {"Expression": "cron(0 2 * * *)", "Duration": "PT1H"}}
    assert wire.cloudwatch_cbor("PutAlarmMuteRule", {"Name": "by-hand", "Rule": schedule}).status == 200
    answer = wire.cloudwatch_query("GetAlarmMuteRule", {"AlarmMuteRuleName": "by-hand"})
    assert answer.xml.findtext(".//{*}Rule/{*}Schedule/{*}Expression") == "cron(0 2 * * *)"
    assert wire.cloudwatch_cbor("GetAlarmMuteRule", {"AlarmMuteRuleName": "none"}).code == "ResourceNotFoundException"


def test_a_power_cut_at_any_moment_leaves_parent_and_child_in_agreement(start_server):
    """The child changes again and again while the server is killed: whatever was written, the parent is true to it."""
    from support.clients import Clients
    server = start_server()
    cloudwatch = Clients(server.endpoint).cloudwatch
    metric_alarm(cloudwatch, "child")
    cloudwatch.put_composite_alarm(AlarmName="parent", AlarmRule="ALARM(child)")
    for turn in range(4):
        for step in range(1 + 3 * turn):
            set_state(cloudwatch, "child", "ALARM" if step % 2 == 0 else "OK")
        server.kill9()
        server.start()
        [child] = cloudwatch.describe_alarms(AlarmNames=["child"])["MetricAlarms"]
        parent = composite(cloudwatch, "parent")
        assert parent["StateValue"] == child["StateValue"]
        history = cloudwatch.describe_alarm_history(AlarmTypes=["MetricAlarm", "CompositeAlarm"], HistoryItemType="StateUpdate")
        names = [item["AlarmName"] for item in history["AlarmHistoryItems"]]
        assert abs(names.count("child") - names.count("parent")) <= 1
