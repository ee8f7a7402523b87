"""The console's alarms: the list with its states over time, and one alarm with its evidence."""

import json

import pytest

from support.browser import ENTER, SCREENSHOTS, needs_browser
from support.shop import ALARM, HOSTILE
from support.webhook import Webhook, confirmed_subscription

pytestmark = needs_browser


@pytest.fixture
def page(server, shop, browser):
    browser.open(f"{server.endpoint}/ui/alarms")
    browser.wait("document.querySelector('.vtable .all .row') && document.querySelector('.lanes .stretch')")
    yield browser
    assert browser.severe() == []


def open_alarm(page, server):
    page.open(f"{server.endpoint}/ui/alarms/{ALARM}")
    page.wait("document.querySelector('.strip li') && document.querySelector('.plot canvas') && document.querySelector('.alarmhistory li')")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(page, server, theme):
    page.prefer(theme)
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"alarms-{theme}.png")
    open_alarm(page, server)
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"alarm-{theme}.png")


def test_they_fit_a_phone(page, server):
    page.resize(390, 844, is_phone=True)
    page.open(f"{server.endpoint}/ui/alarms")
    page.wait("document.querySelector('.vtable .all .row')")
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.screenshot(SCREENSHOTS / "alarms-phone.png")
    open_alarm(page, server)
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.screenshot(SCREENSHOTS / "alarm-phone.png")


def test_an_alarm_is_opened_by_keyboard_and_gives_its_evidence(page):
    page.run("document.querySelector('.vtable .row[tabindex=\"0\"]').focus()")
    page.press(ENTER)
    page.wait(f"location.pathname === '/ui/alarms/{ALARM}' && document.querySelector('.strip li')")
    assert "CheckoutLatency p99" in page.run("return document.querySelector('.sentence').innerText")
    assert "above 100 in 3 of 5 periods of 60 s" in page.run("return document.querySelector('.sentence').innerText")
    assert page.run("return document.querySelectorAll('.strip li.breaching').length") >= 3, "the figures lie above the threshold"
    assert "threshold" in page.run("return document.querySelector('.legend').innerText")


def test_a_hostile_reason_stays_text(page, server):
    open_alarm(page, server)
    page.run("for (const item of document.querySelectorAll('.alarmhistory details')) item.open = true")
    text = page.run("return document.body.innerText")
    assert "<script>document.title='broken'</script>" in text and "\u202e" not in text
    assert page.run("return document.querySelectorAll('main script, main img').length") == 0
    page.open(f"{server.endpoint}/ui/alarms/" + "%3Cimg%20src%3Dx%20onerror%3Ddocument.title%3D1%3E")
    page.wait("document.querySelector('.calm')?.innerText.includes('no alarm of this name')")
    assert page.run("return document.querySelectorAll('main img').length") == 0


def test_a_runbook_in_the_description_is_a_link_and_nothing_else_is(page, server, shop):
    clients, _ = shop
    clients.cloudwatch.put_metric_alarm(
        AlarmName="described", AlarmDescription="See https://runbooks.example/one?a=b. Not javascript:alert(1) <a href=x>", Namespace="EventPro", MetricName="Nobody",
        Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
    page.open(f"{server.endpoint}/ui/alarms/described")
    page.wait("document.querySelector('.strip')")
    links = page.run("return [...document.querySelectorAll('[aria-label=Why] a')].map(link => [link.href, link.rel])")
    assert links == [["https://runbooks.example/one?a=b", "noopener noreferrer"]]
    assert "Not javascript:alert(1) <a href=x>" in page.run("return document.querySelector('[aria-label=Why]').innerText")
    clients.cloudwatch.delete_alarms(AlarmNames=["described"])


def test_the_state_is_set_and_actions_are_switched_from_the_page(page, server, shop):
    clients, _ = shop
    open_alarm(page, server)
    page.run("document.querySelector('#statereason').focus()")
    page.type("looking")
    page.run("[...document.querySelectorAll('.trystate button')].find(button => button.innerText === 'OK').click()")
    page.wait("document.querySelector('.because').innerText.includes('looking')")
    page.wait("document.querySelector('.alarmhistory').innerText.includes('Alarm updated from ALARM to OK')")
    page.run("[...document.querySelectorAll('button')].find(button => button.innerText === 'Switch actions off').click()")
    page.wait("[...document.querySelectorAll('button')].some(button => button.innerText === 'Switch actions on')")
    [alarm] = clients.cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    assert alarm["ActionsEnabled"] is False
    clients.cloudwatch.enable_alarm_actions(AlarmNames=[ALARM])
    clients.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason=f"Again: {HOSTILE}")


def test_dragging_over_a_lane_zooms(page):
    box = page.run("const box = document.querySelector('.lane .track').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]")
    y = box[1] + box[3] / 2
    page.drag((box[0] + box[2] * 0.5, y), (box[0] + box[2] * 0.75, y))
    page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")
    start, end = page.run("const query = new URLSearchParams(location.search); return [Number(query.get('from')), Number(query.get('to'))]")
    assert 0.2 * 1_800_000 < end - start < 0.3 * 1_800_000, "a quarter of half an hour"


def test_expression_alarms_are_drawn_and_worded(page, server, shop):
    clients, _ = shop
    clients.cloudwatch.put_metric_alarm(
        AlarmName="share", EvaluationPeriods=2, Threshold=1.0, ComparisonOperator="GreaterThanOrEqualToThreshold", Metrics=[
            {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": {"Namespace": "EventPro", "MetricName": "ConversionRate"}, "Period": 60, "Stat": "Average"}},
            {"Id": "e1", "Expression": "m1 / 100", "Label": "share of visitors", "ReturnData": True}])
    page.open(f"{server.endpoint}/ui/alarms/share")
    page.wait("document.querySelector('.legend')?.innerText.includes('share of visitors')")
    assert "share of visitors is at or above 1 in 2 of 2 periods" in page.run("return document.querySelector('.sentence').innerText")
    page.choose("Open in metrics", card=".chartcard")
    page.wait("location.pathname === '/ui/metrics' && document.querySelector('.expression')?.shadowRoot?.querySelector('.cm-content')?.innerText === 'm1 / 100'")
    clients.cloudwatch.delete_alarms(AlarmNames=["share"])


DELIVERIES = "document.querySelector('.deliveries')?.innerText"


def test_deliveries_are_shown_with_their_attempts_and_what_became_of_them(page, server, shop):
    clients, _ = shop
    webhook = Webhook()
    topic = clients.sns.create_topic(Name="pagers")["TopicArn"]
    confirmed_subscription(clients.sns, topic, webhook)
    clients.cloudwatch.put_metric_alarm(
        AlarmName="paged", Namespace="EventPro", MetricName="Paged", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic])
    page.open(f"{server.endpoint}/ui/alarms/paged")
    page.wait("document.querySelector('[aria-label=Deliveries] .calm')?.innerText === 'Nothing was sent for it yet.'")
    webhook.answers.put(503)
    clients.cloudwatch.set_alarm_state(AlarmName="paged", StateValue="ALARM", StateReason="a drill")
    webhook.next("Notification")
    webhook.next("Notification")  # the second try
    page.wait(f"{DELIVERIES}?.includes('Delivered') && {DELIVERIES}.includes('after 2 attempts') && {DELIVERIES}.includes('{webhook.url}')", seconds=20)
    page.run("document.querySelector('.deliveries details').open = true")
    assert "the endpoint answered 503" in page.run(f"return {DELIVERIES}")
    for theme in ("dark", "light"):
        page.prefer(theme)
        assert page.violations() == []
    page.screenshot(SCREENSHOTS / "alarm-deliveries.png")
    for _ in range(20):
        webhook.answers.put(500)
    clients.cloudwatch.set_alarm_state(AlarmName="paged", StateValue="OK", StateReason="over")
    clients.cloudwatch.set_alarm_state(AlarmName="paged", StateValue="ALARM", StateReason="nobody hears")
    page.wait(f"{DELIVERIES}.includes('Waiting') && /attempts? failed: .*; the next (at|is due)/.test({DELIVERIES})", seconds=20)
    clients.cloudwatch.delete_alarms(AlarmNames=["paged"])
    clients.sns.delete_topic(TopicArn=topic)
    webhook.close()


# What a server says of a notification that it gave up; after a try by hand it waits.
GIVEN_UP = """
const real = window.fetch;
window.tries = [];
window.fetch = (path, options) => {
    const answer = body => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }));
    if (path === '/api/ui/v1/deliveries' && options.method === 'POST') { window.tries.push(options.body); return answer({}); }
    if (!String(path).startsWith('/api/ui/v1/deliveries?')) return real(path, options);
    const about = new URLSearchParams(path.split('?')[1]).get('about'), attempts = [{ number: 33, time: Date.now() - 60000, isDelivered: false, error: 'the endpoint answered 500 <b>' }];
    return answer({ isWhole: true, deliveries: [{ id: 7, target: 'arn:aws:sns:us-east-1:000000000000:pagers:x', endpoint: 'http://pager.test/<img src=x>', kind: 'Notification', about, attempts,
        ...window.tries.length > 0 ? { status: 'waiting', next: Date.now() + 60000 } : { status: 'gaveUp' } }] });
};
"""


def test_what_was_given_up_is_tried_again_from_the_page(page, server):
    page.devtools("Page.enable")
    page.devtools("Page.addScriptToEvaluateOnNewDocument", source=GIVEN_UP)
    open_alarm(page, server)
    page.wait(f"{DELIVERIES}?.includes('Given up') && {DELIVERIES}.includes('<img src=x>')")
    assert page.run("return document.querySelectorAll('.deliveries img, .deliveries p b').length") == 0
    page.run("[...document.querySelectorAll('.deliveries button')].find(button => button.innerText === 'Try again').click()")
    page.wait(f"{DELIVERIES}.includes('Waiting') && !{DELIVERIES}.includes('Try again')")
    assert page.run("return window.tries") == ['{"retry":7}']


def test_an_empty_server_teaches(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/alarms")
    browser.wait("document.querySelector('.teach pre')")
    assert f"--endpoint-url {server.endpoint}" in browser.run("return document.querySelector('.teach pre').innerText")
    assert browser.violations() == [] and browser.severe() == []
