"""Alarms by the real clock: they fire from data, tell their topic, and return. A period of 10 s is judged every 10 s."""

import json

import pytest

from support import waiting
from support.clients import Clients
from support.times import minutes, now, seconds
from support.webhook import Webhook, confirmed_subscription

# A period must end, its points be judged at the next tick, and the message be sent.
SECONDS = 45


@pytest.fixture(scope="module")
def cloudwatch(server):
    return Clients(server.endpoint).cloudwatch


def state(cloudwatch, name):
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm["StateValue"]


def fast_alarm(cloudwatch, name, **changes):
    cloudwatch.put_metric_alarm(**{
        "AlarmName": name, "Namespace": "Alarm", "MetricName": name, "Statistic": "Average", "Period": 10, "EvaluationPeriods": 1,
        "Threshold": 21.0, "ComparisonOperator": "GreaterThanThreshold", **changes})


@pytest.fixture(scope="module", autouse=True)
def without_data(cloudwatch):
    """Alarms that never get data, made first so that their waiting goes on beside the other test's."""
    for treatment in ("missing", "ignore", "breaching", "notBreaching"):
        fast_alarm(cloudwatch, f"no-data-{treatment}", TreatMissingData=treatment)


def test_an_alarm_fires_from_data_tells_its_topic_and_returns(cloudwatch, clients):
    webhook = Webhook()
    try:
        topic = clients.sns.create_topic(Name="alarms")["TopicArn"]
        confirmed_subscription(clients.sns, topic, webhook)
        fast_alarm(cloudwatch, "hot", AlarmActions=[topic], OKActions=[topic], TreatMissingData="ignore")

        def feed(value, until):
            """Sends the value twice a second until the alarm is in that state."""
            def step():
                cloudwatch.put_metric_data(Namespace="Alarm", MetricData=[
                    {"MetricName": "hot", "Timestamp": now(), "Value": value, "StorageResolution": 1}])
                return state(cloudwatch, "hot") == until
            waiting.until(step, f"the alarm to be {until}", SECONDS, every=0.5)

        feed(21.5, until="ALARM")
        envelope = webhook.next("Notification").json
        assert envelope["Subject"] == 'ALARM: "hot" in US East (N. Virginia)'
        message = json.loads(envelope["Message"])
        assert (message["NewStateValue"], message["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
        assert message["NewStateReason"].startswith("Threshold Crossed: 1 datapoint [21.5 (")
        assert message["NewStateReason"].endswith(")] was greater than the threshold (21.0).")
        assert message["Trigger"]["Period"] == 10

        [alarm] = cloudwatch.describe_alarms(AlarmNames=["hot"])["MetricAlarms"]
        data = json.loads(alarm["StateReasonData"])
        assert (data["version"], data["statistic"], data["period"], data["threshold"]) == ("1.0", "Average", 10, 21.0)
        assert data["recentDatapoints"] == [21.5]
        assert [point["value"] for point in data["evaluatedDatapoints"]] == [21.5]

        feed(20.0, until="OK")
        back = json.loads(webhook.next("Notification").json["Message"])
        assert (back["NewStateValue"], back["OldStateValue"]) == ("OK", "ALARM")
        assert "was not greater than the threshold (21.0)" in back["NewStateReason"]

        changes = cloudwatch.describe_alarm_history(AlarmName="hot", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
        assert [item["HistorySummary"] for item in changes] == [
            "Alarm updated from ALARM to OK", "Alarm updated from INSUFFICIENT_DATA to ALARM"]
        assert webhook.is_quiet(), "one message a transition"
    finally:
        webhook.close()


def test_each_treatment_of_missing_data_leads_to_its_state(cloudwatch):
    expected = {"missing": "INSUFFICIENT_DATA", "ignore": "INSUFFICIENT_DATA", "breaching": "ALARM", "notBreaching": "OK"}

    def states():
        return {treatment: state(cloudwatch, f"no-data-{treatment}") for treatment in expected}

    waiting.until(lambda: states() == expected, "the treatments to show", SECONDS, every=0.5)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["no-data-breaching"])["MetricAlarms"]
    assert alarm["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].")


def test_an_alarm_survives_a_power_cut_and_goes_on(server, clients):
    """The alarm that was in ALARM is in ALARM after it, without a second message."""
    cloudwatch = clients.cloudwatch
    fast_alarm(cloudwatch, "kept", TreatMissingData="breaching")
    waiting.until(lambda: state(cloudwatch, "kept") == "ALARM", "the alarm to fire", SECONDS, every=0.5)
    server.kill9()
    server.start()
    assert state(cloudwatch, "kept") == "ALARM"
    changes = cloudwatch.describe_alarm_history(AlarmName="kept", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in changes] == ["Alarm updated from INSUFFICIENT_DATA to ALARM"]


def test_a_value_outside_of_its_band_is_an_alarm_one_inside_is_not(cloudwatch):
    """What is expected comes from stored history; the alarm on the band needs no threshold of its own."""
    begin = now().replace(microsecond=0) - minutes(40)
    steady = [{"Timestamp": begin + n * seconds(10), "Value": 50.0 + n % 3, "StorageResolution": 1} for n in range(300)]

    def feed(metric, value):
        cloudwatch.put_metric_data(Namespace="Band", MetricData=[
            {"MetricName": metric, "Timestamp": now(), "Value": value, "StorageResolution": 1}])

    for metric in ("calm", "wild"):
        past = [{"MetricName": metric, **datum} for datum in steady if datum["Timestamp"] < now()]
        cloudwatch.put_metric_data(Namespace="Band", MetricData=past)
        cloudwatch.put_metric_alarm(
            AlarmName=metric, EvaluationPeriods=1, ThresholdMetricId="band", ComparisonOperator="LessThanLowerOrGreaterThanUpperThreshold",
            TreatMissingData="ignore", Metrics=[
                {"Id": "m", "ReturnData": True, "MetricStat": {
                    "Metric": {"Namespace": "Band", "MetricName": metric}, "Period": 10, "Stat": "Average"}},
                {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 3)", "ReturnData": True}])

    def both():
        feed("calm", 51.0)
        feed("wild", 500.0)
        return state(cloudwatch, "wild") == "ALARM" and state(cloudwatch, "calm") == "OK"

    waiting.until(both, "the wild metric's alarm, and the calm one's OK", SECONDS, every=0.5)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["wild"])["MetricAlarms"]
    assert alarm["ThresholdMetricId"] == "band" and "Threshold" not in alarm
    assert alarm["StateReason"].startswith("Thresholds Crossed: 1 datapoint ["), alarm["StateReason"]


def test_groups_of_a_query_are_judged_each_by_itself(cloudwatch):
    """A fleet of which one host is in trouble: the alarm names it."""
    def feed():
        cloudwatch.put_metric_data(Namespace="Fleet", MetricData=[
            {"MetricName": "load", "Timestamp": now(), "Value": value, "StorageResolution": 1, "Dimensions": [{"Name": "host", "Value": host}]}
            for host, value in (("a", 10.0), ("b", 95.0), ("c", 20.0))])

    query = {"Id": "q", "Expression": 'SELECT MAX(load) FROM "Fleet" GROUP BY host', "Period": 10, "ReturnData": True}
    cloudwatch.put_metric_alarm(
        AlarmName="fleet", EvaluationPeriods=1, Threshold=90.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", Metrics=[query])

    def fired():
        feed()
        return state(cloudwatch, "fleet") == "ALARM"

    waiting.until(fired, "the fleet's alarm", SECONDS, every=0.5)
    [contributor] = cloudwatch.describe_alarm_contributors(AlarmName="fleet")["AlarmContributors"]
    assert contributor["ContributorAttributes"] == {"host": "b"}
    assert contributor["StateReason"].startswith(
        "Threshold Crossed: 1 datapoint was greater than the threshold (90.0). The most recent datapoints which crossed the threshold: [95.0 (")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["fleet"])["MetricAlarms"]
    assert alarm["Metrics"][0]["Expression"] == query["Expression"]
