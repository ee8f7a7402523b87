"""SNS: a webhook subscribes, confirms, and is sent messages in the envelope that its users parse already."""

import base64
import datetime
import json
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import ACCOUNT, REGION, Clients
from support.times import minutes, now
from support.webhook import Webhook, confirmed_subscription
from support.wire import SNS_NAMESPACE

AGENT = "Amazon Simple Notification Service Agent"


@pytest.fixture
def sns(clients):
    return clients.sns


@pytest.fixture
def webhook():
    webhook = Webhook()
    yield webhook
    webhook.close()


@pytest.fixture
def topic(sns, request):
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:256]
    return sns.create_topic(Name=name)["TopicArn"]


def refused(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def assert_signed(envelope):
    assert envelope["SignatureVersion"] == "1"
    assert base64.b64decode(envelope["Signature"], validate=True)
    assert envelope["SigningCertURL"].startswith("http")
    assert abs(datetime.datetime.fromisoformat(envelope["Timestamp"]) - now()) < minutes(2)
    assert envelope["Timestamp"].endswith("Z")


# Topics


def test_a_topic_is_made_once_and_listed(sns):
    arn = sns.create_topic(Name="orders")["TopicArn"]
    assert arn == f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
    assert sns.create_topic(Name="orders")["TopicArn"] == arn, "making it again gives the same one"
    assert sum(topic["TopicArn"] == arn for topic in sns.list_topics()["Topics"]) == 1


def test_topics_are_listed_a_hundred_at_a_time(sns):
    made = {sns.create_topic(Name=f"many-{n:03}")["TopicArn"] for n in range(130)}
    pages = [[topic["TopicArn"] for topic in page["Topics"]] for page in sns.get_paginator("list_topics").paginate()]
    assert len(pages[0]) == 100
    listed = [arn for page in pages for arn in page]
    assert made <= set(listed) and len(listed) == len(set(listed))


@pytest.mark.parametrize("name", ["", "with space", "x" * 257, "colon:", "ü"])
def test_a_wrong_topic_name_is_refused(sns, name):
    assert refused(sns.create_topic, Name=name) == ("InvalidParameter", 400)


# Subscribing


def test_a_subscription_is_confirmed_by_visiting_its_address(sns, webhook, topic):
    answer = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=webhook.url)
    assert answer["SubscriptionArn"] == "pending confirmation"

    request = webhook.next()
    assert request.path == "/hook?token=a%20b", "the endpoint is called as it was given"
    assert request.kind == "SubscriptionConfirmation"
    assert request.headers["user-agent"] == AGENT
    assert request.headers["content-type"] == "text/plain; charset=UTF-8"
    assert request.headers["x-amz-sns-topic-arn"] == topic
    envelope = request.json
    assert request.headers["x-amz-sns-message-id"] == envelope["MessageId"]
    assert envelope.keys() == {
        "Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL"}
    assert (envelope["Type"], envelope["TopicArn"]) == ("SubscriptionConfirmation", topic)
    assert envelope["Message"] == (
        f"You have chosen to subscribe to the topic {topic}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.")
    assert envelope["Token"] in envelope["SubscribeURL"]
    assert_signed(envelope)

    sns.publish(TopicArn=topic, Message="too early")
    assert webhook.is_quiet(), "nothing is sent to an endpoint that has not confirmed"
    with urllib.request.urlopen(envelope["SubscribeURL"], timeout=10) as visited:
        confirmation = ElementTree.fromstring(visited.read())
    assert confirmation.tag == f"{{{SNS_NAMESPACE}}}ConfirmSubscriptionResponse"
    subscription = confirmation.findtext("./{*}ConfirmSubscriptionResult/{*}SubscriptionArn")
    assert subscription.startswith(topic + ":")

    sns.publish(TopicArn=topic, Message="now")
    notification = webhook.next()
    assert notification.json["Message"] == "now"
    assert notification.headers["x-amz-sns-subscription-arn"] == subscription


def test_a_subscription_is_confirmed_by_its_token(sns, webhook, topic):
    asked = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=webhook.url, ReturnSubscriptionArn=True)["SubscriptionArn"]
    token = webhook.next("SubscriptionConfirmation").json["Token"]
    confirmed = sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
    assert confirmed == asked and confirmed.startswith(topic + ":")
    assert sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"] == confirmed, "twice does no harm"
    assert sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=webhook.url)["SubscriptionArn"] == confirmed
    assert webhook.is_quiet(), "what is confirmed is not asked again"


def test_what_cannot_be_subscribed_or_confirmed_is_refused(sns, topic):
    hook = "http://127.0.0.1:9/hook"
    nowhere = f"arn:aws:sns:{REGION}:{ACCOUNT}:no-such-topic"
    assert refused(sns.subscribe, TopicArn=nowhere, Protocol="http", Endpoint=hook) == ("NotFound", 404)
    assert refused(sns.subscribe, TopicArn=topic, Protocol="http", Endpoint="https://127.0.0.1/") == ("InvalidParameter", 400)
    assert refused(sns.subscribe, TopicArn=topic, Protocol="http", Endpoint="file:///etc/passwd") == ("InvalidParameter", 400)
    assert refused(sns.subscribe, TopicArn=topic, Protocol="pigeon", Endpoint=hook) == ("InvalidParameter", 400)
    assert refused(sns.subscribe, TopicArn="nonsense", Protocol="http", Endpoint=hook) == ("InvalidParameter", 400)
    assert refused(sns.confirm_subscription, TopicArn=topic, Token="made up") == ("InvalidParameter", 400)
    assert refused(sns.confirm_subscription, TopicArn=nowhere, Token="made up")[0] in ("NotFound", "InvalidParameter")


# Publishing


def test_a_message_comes_in_its_envelope(sns, webhook, topic):
    subscription = confirmed_subscription(sns, topic, webhook)
    text = "line one\nünï \"quoted\" \\ 🎫 <&>"
    identifier = sns.publish(
        TopicArn=topic, Message=text, Subject="All tickets sold", MessageAttributes={
            "price": {"DataType": "Number", "StringValue": "99.12"}, "seat": {"DataType": "String", "StringValue": "A1 ü"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})["MessageId"]
    request = webhook.next()
    assert {name: request.headers[name] for name in (
        "user-agent", "content-type", "x-amz-sns-message-type", "x-amz-sns-message-id", "x-amz-sns-topic-arn",
        "x-amz-sns-subscription-arn")} == {
        "user-agent": AGENT, "content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": identifier, "x-amz-sns-topic-arn": topic, "x-amz-sns-subscription-arn": subscription}
    envelope = request.json
    assert envelope.keys() == {
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL",
        "UnsubscribeURL", "MessageAttributes"}
    assert (envelope["Type"], envelope["MessageId"], envelope["TopicArn"]) == ("Notification", identifier, topic)
    assert (envelope["Subject"], envelope["Message"]) == ("All tickets sold", text)
    assert envelope["MessageAttributes"] == {
        "price": {"Type": "Number", "Value": "99.12"}, "seat": {"Type": "String", "Value": "A1 ü"},
        "raw": {"Type": "Binary", "Value": "AP8="}}
    assert subscription in urllib.parse.unquote(envelope["UnsubscribeURL"])
    assert_signed(envelope)


def test_a_message_without_subject_or_attributes_has_no_such_members(sns, webhook, topic):
    confirmed_subscription(sns, topic, webhook)
    sns.publish(TopicArn=topic, Message="bare")
    assert not {"Subject", "MessageAttributes"} & webhook.next().json.keys()


def test_every_confirmed_endpoint_gets_every_message_once(sns, topic):
    webhooks = [Webhook() for _ in range(3)]
    try:
        for webhook in webhooks:
            confirmed_subscription(sns, topic, webhook)
        sent = [f"message {n}" for n in range(20)]
        for message in sent:
            sns.publish(TopicArn=topic, Message=message)
        for webhook in webhooks:
            assert sorted(webhook.next().json["Message"] for _ in sent) == sorted(sent)
            assert webhook.is_quiet()
    finally:
        for webhook in webhooks:
            webhook.close()


def test_what_cannot_be_published_is_refused(sns, topic):
    assert refused(sns.publish, TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:no-such-topic", Message="m") == ("NotFound", 404)
    assert refused(sns.publish, TopicArn=topic, Message="") == ("InvalidParameter", 400)
    assert refused(sns.publish, TopicArn=topic, Message="x" * (256 * 1024 + 1)) == ("InvalidParameter", 400)
    assert refused(sns.publish, TopicArn=topic, Message="m", Subject="s" * 101) == ("InvalidParameter", 400)
    assert refused(sns.publish, TopicArn=topic, Message="m", Subject="two\nlines") == ("InvalidParameter", 400)
    assert refused(sns.publish, TopicArn=topic, Message="not json", MessageStructure="json") == ("InvalidParameter", 400)
    assert refused(sns.publish, TopicArn=topic, Message='{"http": "no default"}', MessageStructure="json") == ("InvalidParameter", 400)


def test_a_message_is_sent_again_until_the_endpoint_takes_it(sns, webhook, topic):
    confirmed_subscription(sns, topic, webhook)
    webhook.answers.put(500)
    identifier = sns.publish(TopicArn=topic, Message="try again")["MessageId"]
    first = webhook.next()
    second = webhook.next(seconds=60)                       # AWS waits 20 s before it tries again
    assert (first.json, first.json["MessageId"]) == (second.json, identifier)
    assert webhook.is_quiet(), "what was taken is not sent again"


def test_a_message_outlives_the_server(start_server, webhook):
    """Accepted, not delivered, and then the power goes: it is delivered after the restart."""
    server = start_server()
    sns = Clients(server.endpoint).sns
    topic = sns.create_topic(Name="durable")["TopicArn"]
    confirmed_subscription(sns, topic, webhook)
    webhook.answers.put(503)
    identifier = sns.publish(TopicArn=topic, Message="must not be lost")["MessageId"]
    webhook.next()
    server.kill9()
    server.start()
    assert webhook.next(seconds=60).json["MessageId"] == identifier


# What an alarm says


def test_an_alarm_tells_its_topic_in_the_words_of_cloudwatch(clients, sns, webhook, topic):
    confirmed_subscription(sns, topic, webhook)
    cloudwatch, name = clients.cloudwatch, "High error rate"
    cloudwatch.put_metric_alarm(
        AlarmName=name, AlarmDescription="5XX above one percent", AlarmActions=[topic], OKActions=[topic], Namespace="EventPro",
        MetricName="5XXError", Dimensions=[{"Name": "Api", "Value": "shop"}], Statistic="Average", Unit="Percent", Period=300,
        EvaluationPeriods=2, DatapointsToAlarm=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    envelope = webhook.next("Notification").json
    assert envelope["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    message = json.loads(envelope["Message"])
    for moment in ("StateChangeTime", "AlarmConfigurationUpdatedTimestamp"):
        assert abs(datetime.datetime.strptime(message.pop(moment), "%Y-%m-%dT%H:%M:%S.%f%z") - now()) < minutes(2)
    message.pop("ActionExecutedAfterMuteWindow", None)
    trigger = message.pop("Trigger")
    assert message == {
        "AlarmName": name, "AlarmDescription": "5XX above one percent", "AWSAccountId": ACCOUNT, "NewStateValue": "ALARM",
        "NewStateReason": "a drill", "Region": "US East (N. Virginia)", "OldStateValue": "INSUFFICIENT_DATA",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", "OKActions": [topic], "AlarmActions": [topic],
        "InsufficientDataActions": []}
    assert trigger == {
        "MetricName": "5XXError", "Namespace": "EventPro", "StatisticType": "Statistic", "Statistic": "AVERAGE", "Unit": "Percent",
        "Dimensions": [{"value": "shop", "name": "Api"}], "Period": 300, "EvaluationPeriods": 2, "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1.0, "TreatMissingData": "ignore",
        "EvaluateLowSampleCountPercentile": ""}

    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="the drill is over")
    back = webhook.next("Notification").json
    assert back["Subject"] == f'OK: "{name}" in US East (N. Virginia)'
    assert json.loads(back["Message"])["OldStateValue"] == "ALARM"

    def actions():
        items = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
        return [item["HistorySummary"] for item in items]

    waiting.until(lambda: actions() == [f"Successfully executed action {topic}"] * 2, "both actions in the history")


def test_an_alarm_with_its_actions_disabled_says_nothing(clients, sns, webhook, topic):
    confirmed_subscription(sns, topic, webhook)
    clients.cloudwatch.put_metric_alarm(
        AlarmName="silent", ActionsEnabled=False, AlarmActions=[topic], Namespace="N", MetricName="m", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore")
    clients.cloudwatch.set_alarm_state(AlarmName="silent", StateValue="ALARM", StateReason="a drill")
    assert webhook.is_quiet(1.0)
