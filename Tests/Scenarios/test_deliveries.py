"""What became of an alarm's notifications, asked of the server: each attempt, what waits, and who may see it."""

import json
import urllib.parse

import pytest

from support import waiting
from support.access import add_user, client, make_key
from support.webhook import Webhook, confirmed_subscription
from test_access import PASSWORD, Page, request

PATH = "/api/ui/v1/deliveries"


def deliveries(server, arn, headers=None):
    status, _, body = request(server, "GET", f"{PATH}?about={urllib.parse.quote(arn)}", headers)
    assert status == 200, body
    return json.loads(body)["deliveries"]


@pytest.fixture
def webhook():
    webhook = Webhook()
    yield webhook
    webhook.close()


def make_alarm(cloudwatch, topic):
    cloudwatch.put_metric_alarm(
        AlarmName="told", Namespace="N", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic])
    return cloudwatch.describe_alarms(AlarmNames=["told"])["MetricAlarms"][0]["AlarmArn"]


def test_an_alarm_s_notifications_are_listed_with_every_attempt(server, clients, webhook):
    topic = clients.sns.create_topic(Name="deliveries")["TopicArn"]
    subscription = confirmed_subscription(clients.sns, topic, webhook)
    arn = make_alarm(clients.cloudwatch, topic)
    assert deliveries(server, arn) == []
    webhook.answers.put(500)
    clients.cloudwatch.set_alarm_state(AlarmName="told", StateValue="ALARM", StateReason="by hand")
    told = waiting.until(lambda: [entry for entry in deliveries(server, arn) if entry["status"] == "delivered" and entry["kind"] == "Notification"], "the delivery", 15)
    assert [entry["target"] for entry in told] == [subscription] and told[0]["endpoint"] == webhook.url
    [second, first] = told[0]["attempts"]
    assert (second["number"], second["isDelivered"]) == (2, True) and (first["number"], first["isDelivered"]) == (1, False)
    assert first["error"] == "the endpoint answered 500" and second["time"] - first["time"] >= 1000
    # By hand published messages are about the topic.
    clients.sns.publish(TopicArn=topic, Message="hello")
    waiting.until(lambda: [entry for entry in deliveries(server, topic) if entry["kind"] == "Notification" and entry["status"] == "delivered"], "the message", 15)
    assert len([entry for entry in deliveries(server, arn) if entry["kind"] == "Notification"]) == 1
    clients.sns.unsubscribe(SubscriptionArn=subscription)
    assert all("endpoint" not in entry for entry in deliveries(server, arn))


def test_what_cannot_be_asked_is_refused(server):
    assert request(server, "GET", PATH)[0] == 400
    assert request(server, "DELETE", PATH)[0] == 405
    for body, status in (({"retry": 123456789}, 404), ({"retry": "one"}, 400), ({}, 400), ([], 400)):
        assert request(server, "POST", PATH, {"Content-Type": "application/json"}, json.dumps(body))[0] == status
    assert request(server, "POST", PATH, {"Content-Type": "text/plain"}, '{"retry": 1}')[0] == 415


def test_each_account_sees_its_own_and_viewers_only_look(start_server, webhook):
    server = start_server()
    key = make_key(server.data, "--account", "111111111111")
    add_user(server.data, "vera", PASSWORD, "viewer", "--account", "111111111111")
    add_user(server.data, "eve", PASSWORD, "editor", "--account", "222222222222")
    vera, eve = Page(server), Page(server)
    waiting.until(lambda: vera.login("vera", PASSWORD)[0] == 200, "the server to know vera", 5)
    waiting.until(lambda: eve.login("eve", PASSWORD)[0] == 200, "the server to know eve", 5)
    sns, cloudwatch = (client(server.endpoint, service, key) for service in ("sns", "cloudwatch"))
    topic = sns.create_topic(Name="guarded")["TopicArn"]
    confirmed_subscription(sns, topic, webhook)
    arn = make_alarm(cloudwatch, topic)
    cloudwatch.set_alarm_state(AlarmName="told", StateValue="ALARM", StateReason="by hand")
    webhook.next("Notification")
    waiting.until(lambda: len(deliveries(server, arn, {"Cookie": vera.cookie})) == 2, "the delivery", 10)
    assert deliveries(server, arn, {"Cookie": eve.cookie}) == []
    assert request(server, "GET", f"{PATH}?about=x")[0] == 401
    assert vera.send("POST", PATH, {"retry": 1})[0] == 403
    assert eve.send("POST", PATH, {"retry": 1})[0] == 404
    assert eve.send("POST", PATH, {"retry": 1}, {"X-Groundwatch-Csrf": None})[0] == 403
