"""Alarms written in the console: of one metric, of a graph, of other alarms; mistakes at their fields; what would have happened."""

import json
import urllib.parse

import pytest

from support.browser import SCREENSHOTS, needs_browser
from support.shop import ALARM, EVENTS

pytestmark = needs_browser

TOPIC = "arn:aws:sns:us-east-1:000000000000:editor-alerts"


@pytest.fixture
def page(server, shop, browser):
    browser.resize(1440, 1000)
    shop[0].sns.create_topic(Name="editor-alerts")
    yield browser
    assert browser.severe() == []


def fill(page, name, text):
    page.run("const field = document.querySelector('#alarm-' + arguments[0]); field.value = arguments[1]; field.dispatchEvent(new Event(field.matches('select') ? 'change' : 'input'))", name, text)


def described(clients, name, kind="MetricAlarm"):
    [alarm] = clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=[kind])[f"{kind}s"]
    return alarm


def submit(page):
    page.wait("!document.querySelector('.alarmform button.primary').disabled")
    page.run("document.querySelector('.alarmform button.primary').click()")


def test_an_alarm_is_written_previewed_stored_and_changed(page, server, shop):
    clients, _ = shop
    page.open(f"{server.endpoint}/ui/alarms?new=1")
    page.wait("document.querySelector('#alarm-name')")
    assert page.run("return document.querySelectorAll('.mistake').length") == 0, "an empty form is not scolded"
    submit(page)
    page.wait("document.querySelector('#alarm-name-told.mistake') && document.activeElement.id === 'alarm-name'")
    fill(page, "name", "written here")
    fill(page, "metric", "CheckoutLatency")
    fill(page, "stat", "p99")
    fill(page, "threshold", "150")
    fill(page, "of", "3")
    fill(page, "points", "4")
    page.wait("document.querySelector('#alarm-points-told').innerText.includes('From 1')")
    fill(page, "points", "2")
    fill(page, "alarmActions", "nobody")
    page.wait("document.querySelector('#alarm-alarmActions-told')")
    fill(page, "alarmActions", TOPIC)
    page.wait("document.querySelector('.sentence')?.innerText.includes('It would have fired once') && document.querySelector('.plot canvas') && document.querySelector('.lane .stretch.ALARM')")
    for theme in ("dark", "light"):
        page.prefer(theme)
        assert page.violations() == []
    page.screenshot(SCREENSHOTS / "alarm-editor.png")
    fill(page, "threshold", "100000")
    page.wait("document.querySelector('.sentence').innerText.includes('It would not have fired')")
    submit(page)
    page.wait("location.pathname === '/ui/alarms/written%20here' && document.querySelector('.strip')")
    alarm = described(clients, "written here")
    assert (alarm["ExtendedStatistic"], alarm["Threshold"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["AlarmActions"]) == ("p99", 100000.0, 3, 2, [TOPIC])
    page.run("[...document.querySelectorAll('.heading a')].find(link => link.innerText === 'Edit').click()")
    page.wait("document.querySelector('#alarm-threshold')?.value === '100000'")
    fill(page, "threshold", "99")
    submit(page)
    page.wait("!location.search.includes('edit') && document.querySelector('.strip')")
    assert described(clients, "written here")["Threshold"] == 99.0
    page.run("[...document.querySelectorAll('.heading button')].find(button => button.innerText === 'Delete').click()")
    page.run("[...document.querySelectorAll('.heading button')].find(button => button.innerText === 'Delete?').click()")
    page.wait("location.pathname === '/ui/alarms'")
    assert clients.cloudwatch.describe_alarms(AlarmNames=["written here"])["MetricAlarms"] == []


def test_a_graph_becomes_an_alarm(page, server, shop):
    clients, _ = shop
    queries = [{"i": "m1", "m": ["EventPro", "TicketsSold", "Event", EVENTS[0]], "s": "Sum", "h": 1}, {"i": "e1", "e": "m1 * 2", "l": "twice"}]
    page.open(f"{server.endpoint}/ui/metrics?" + urllib.parse.urlencode({"q": json.dumps(queries)}))
    page.wait("document.querySelector('.plot canvas')")
    page.choose("Make an alarm of it", card=".chartcard")
    page.wait("document.querySelector('#alarm-queries')")
    fill(page, "name", "of-a-graph")
    fill(page, "threshold", "90")
    page.wait("document.querySelector('.sentence')?.innerText.includes('It would have fired')")
    submit(page)
    page.wait("location.pathname === '/ui/alarms/of-a-graph'")
    metrics = {entry["Id"]: entry for entry in described(clients, "of-a-graph")["Metrics"]}
    assert metrics["e1"]["ReturnData"] is True and metrics["m1"]["ReturnData"] is False and metrics["e1"]["Expression"] == "m1 * 2"
    clients.cloudwatch.delete_alarms(AlarmNames=["of-a-graph"])


def test_a_composite_alarm_shows_which_branch_decides(page, server, shop):
    clients, _ = shop
    page.open(f"{server.endpoint}/ui/alarms?new=1")
    page.wait("document.querySelector('#alarm-name')")
    page.run("[...document.querySelectorAll('.alarmform .segments button')].find(button => button.innerText === 'Other alarms').click()")
    page.wait("document.querySelector('#alarm-rule')")
    fill(page, "name", "composite-here")
    fill(page, "rule", f'ALARM("{ALARM}") AND (')
    page.wait("document.querySelector('#alarm-rule-told.mistake')")
    fill(page, "rule", f'ALARM("{ALARM}") AND (NOT OK("{ALARM}") OR FALSE)')
    submit(page)
    page.wait("location.pathname === '/ui/alarms/composite-here' && document.querySelector('.ruletree')")
    tree = page.run("return document.querySelector('.ruletree').innerText")
    assert "all of holds" in tree and "any of holds" in tree and "not holds" in tree
    assert "pale" in page.run("return [...document.querySelectorAll('.rulenode')].find(node => node.innerText === 'FALSE').className")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "alarm-composite.png")
    clients.cloudwatch.delete_alarms(AlarmNames=["composite-here"])


def test_a_wrong_alarm_shows_the_server_s_own_reason(page, server, shop):
    page.open(f"{server.endpoint}/ui/alarms?new=1")
    page.wait("document.querySelector('#alarm-name')")
    fill(page, "name", "wrong")
    fill(page, "stat", "p101")
    submit(page)
    page.wait("document.querySelector('.alarmform .failed')?.innerText.includes('PutMetricAlarm')")
    page.severe()  # the browser notes the refused requests


def test_an_alarm_is_kept_quiet_now_and_by_a_schedule(page, server, shop):
    clients, _ = shop
    page.open(f"{server.endpoint}/ui/alarms/{ALARM}")
    card = "[...document.querySelectorAll('.card')].find(card => card.getAttribute('aria-label') === 'Kept quiet')"
    press = "[...document.querySelectorAll('.card button')].find(button => button.innerText === arguments[0]).click()"
    page.wait(f"{card}?.innerText.includes('No rule')")
    page.run(press, "Quiet for 1 h")
    page.wait(f"{card}.innerText.includes('Quiet now')")
    page.run(press, "By a schedule…")
    page.wait("document.querySelector('#mute-expression')")
    page.run("const field = document.querySelector('#mute-expression'); field.value = 'nightly'; field.dispatchEvent(new Event('input'))")
    page.wait("document.querySelector('#mute-expression-told.mistake')")
    page.run("const field = document.querySelector('#mute-expression'); field.value = 'cron(0 3 * * *)'; field.dispatchEvent(new Event('input'))")
    page.wait("!document.querySelector('#mute-expression-told')")
    assert page.violations() == []
    page.run(press, "Keep it quiet")
    page.wait(f"{card}.innerText.includes('again and again')")
    rules = clients.cloudwatch.list_alarm_mute_rules(AlarmName=ALARM)["AlarmMuteRuleSummaries"]
    assert sorted(rule["MuteType"] for rule in rules) == ["ONE_TIME", "RECURRING"]
    for left in (1, 0):
        page.run(f"{card}.querySelector('tr button').click()")
        page.wait(f"{card}.querySelector('button.asking')")
        page.run(f"{card}.querySelector('button.asking').click()")
        page.wait(f"{card}.querySelectorAll('tr').length === {left}")
