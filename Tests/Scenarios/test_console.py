"""The console in a real browser: what a person sees, in both themes and on a phone, live, from hostile data, and when all is lost."""

import json
import secrets

import pytest

from support.browser import SCREENSHOTS, needs_browser
from support.shop import ALARM, EVENTS, GROUP, HOSTILE, STREAM
from support.times import milliseconds_of, minutes_ago, now

pytestmark = needs_browser


@pytest.fixture
def page(server, shop, browser):
    """The home page, filled; a test that ends with an error in the browser's console fails."""
    browser.open(f"{server.endpoint}/ui/")
    browser.wait(FILLED)
    yield browser
    assert browser.severe() == []


FILLED = ("document.querySelectorAll('.plot canvas').length > 1 && document.querySelector('.logrow')"
          " && document.querySelector('.alarmrow') && document.querySelectorAll('.span').length > 3")

# How many pixels of a chart are more than its axes: those with a strong colour.
COLOURED = """
const canvas = document.querySelectorAll('.plot canvas')[arguments[0]];
const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
let found = 0;
for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.slice(at, at + 4);
    if (alpha > 40 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) found += 1;
}
return found;
"""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_page_shows_all_four_signals_in_both_themes(page, shop, theme):
    page.prefer(theme)
    page.wait(f"matchMedia('(prefers-color-scheme: {theme})').matches")
    page.wait("!document.querySelector('.failed, .skeleton')")
    for chart in range(page.run("return document.querySelectorAll('.plot canvas').length")):
        assert page.run(COLOURED, chart) > 100, f"chart {chart} is empty"
    assert "Tickets sold per minute" in page.run("return document.querySelector('.panels').innerText")
    assert ALARM in page.run("return document.querySelector('.alarmrow.firing').innerText")
    assert "payment declined" in page.run("return document.querySelector('.logs').innerText")
    names = page.run("return [...document.querySelectorAll('.span .label')].map(label => label.innerText)")
    assert {"eventpro-api", "Lambda", "eventpro-checkout", "reserve seats", "payments.test"} <= set(names)
    assert page.run("return document.querySelectorAll('.span .mark.alarm').length") >= 2
    page.screenshot(SCREENSHOTS / f"home-{theme}.png")


def test_the_theme_button_overrides_the_system_and_lasts(page, server):
    page.prefer("dark")
    background = "return getComputedStyle(document.body).backgroundColor"
    dark = page.run(background)
    page.click(".theme")
    light = page.run(background)
    assert light != dark
    page.open(f"{server.endpoint}/ui/")
    page.wait("document.querySelector('.theme')")
    assert page.run(background) == light


def test_the_page_fits_a_phone(page, server):
    page.resize(390, 844, is_phone=True)
    page.open(f"{server.endpoint}/ui/")
    page.wait(FILLED)
    assert page.run("return document.documentElement.scrollWidth") <= 390
    # On call, what is wrong comes first.
    assert page.run("return document.querySelector('.alarms').getBoundingClientRect().top < document.querySelector('.panels').getBoundingClientRect().top")
    page.screenshot(SCREENSHOTS / "home-phone.png", whole_page=False)
    page.screenshot(SCREENSHOTS / "home-phone-whole.png")


def test_hostile_text_stays_text(page):
    page.run("for (const line of document.querySelectorAll('.logrow .line')) line.click()")
    page.run("[...document.querySelectorAll('.span')].find(row => row.innerText.includes('eventpro-checkout')).click()")
    page.wait("document.querySelector('.spandetail') && document.querySelectorAll('.logdetail').length >= 4")
    text = page.run("return document.querySelector('.logs').innerText")
    assert "<script>document.title='broken'</script>" in text
    assert "‹U+202E›" in text and "\\x1b[31m" in text and "\x1b" not in text
    assert "\u202e" not in page.run("return document.body.innerText")
    assert page.run("return document.title") == "Home · Groundwatch"
    assert page.run("return document.querySelectorAll('main script, main img, main b.bold').length") == 0
    assert "100,0" in text, "a very long line is cut, and says how long it is"
    page.screenshot(SCREENSHOTS / "home-details.png")


def test_new_data_arrives_without_a_reload(page, shop):
    clients, _ = shop
    page.run("window.isSame = true")
    word = f"ERROR {secrets.token_hex(8)}"
    clients.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[{"timestamp": milliseconds_of(now()), "message": word}])
    before = page.run("return document.querySelector('.headline').innerText")
    clients.cloudwatch.put_metric_data(Namespace="EventPro", MetricData=[
        {"MetricName": "TicketsSold", "Dimensions": [{"Name": "Event", "Value": EVENTS[0]}], "Timestamp": minutes_ago(1), "Value": 5000, "Unit": "Count"}])
    page.wait(f"document.querySelector('.logs').innerText.includes({json.dumps(word)})")
    page.wait(f"document.querySelector('.headline').innerText !== {json.dumps(before)}")
    # An alarm that no evaluation moves: it has no data, and that changes nothing.
    clients.cloudwatch.put_metric_alarm(
        AlarmName="eventpro-by-hand", Namespace="EventPro", MetricName="Nobody", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore")
    clients.cloudwatch.set_alarm_state(AlarmName="eventpro-by-hand", StateValue="ALARM", StateReason=f"Again: {HOSTILE}")
    firing = "[...document.querySelectorAll('.alarmrow.firing')].some(row => row.innerText.includes('eventpro-by-hand'))"
    page.wait(firing)
    clients.cloudwatch.set_alarm_state(AlarmName="eventpro-by-hand", StateValue="OK", StateReason="over")
    page.wait(f"!({firing})")
    clients.cloudwatch.delete_alarms(AlarmNames=["eventpro-by-hand"])
    assert page.run("return window.isSame") is True


def test_dragging_over_a_chart_zooms_every_panel_and_back_returns(page):
    box = page.run("const box = document.querySelector('.plotframe').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]")
    x, y = box[0], box[1] + box[3] / 2
    page.drag((x + box[2] * 0.5, y), (x + box[2] * 0.8, y))
    page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")
    page.wait("document.querySelector('button.live').innerText.includes('Fixed range')")
    page.wait("!document.querySelector('.failed, .skeleton')")
    page.run("history.back()")
    page.wait("location.search === '' && document.querySelector('button.live').innerText.includes('Live')")


def test_the_page_works_by_keyboard(page):
    page.run("document.querySelector('.span[tabindex=\"0\"]').focus()")
    for key in ("\ue015", "\ue015", "\ue007"):  # down, down, enter
        page.press(key)
    page.wait("document.querySelector('.spandetail h3')")
    page.run("document.querySelector('.plotframe').focus()")
    page.press("\ue012")  # left
    page.wait("document.querySelector('.plotframe .tip')")
    page.run("document.activeElement.blur()")
    page.press("L")
    page.wait("location.search.includes('live=off') && document.querySelector('button.live').innerText.includes('Paused')")


def test_a_chart_has_a_table_for_a_twin(page):
    page.click("[aria-label='Show as a table']")
    rows = page.wait("[...document.querySelectorAll('.charttable tbody tr')].map(row => row.innerText)")
    assert len(rows) >= 15
    assert page.run("return [...document.querySelectorAll('.charttable thead th')].map(cell => cell.innerText)") == ["Time", *EVENTS]


def test_a_trace_has_an_address_of_its_own(page, server, shop):
    _, trace = shop
    page.open(f"{server.endpoint}/ui/?trace={trace}")
    page.wait(f"document.querySelector('.tracehead')?.innerText.includes('{trace}')")
    page.open(f"{server.endpoint}/ui/?trace=1-00000000-000000000000000000000000")
    page.wait("[...document.querySelectorAll('.partial')].some(note => note.innerText.includes('is not stored here'))")


def test_nothing_is_asked_of_another_origin(page, server):
    addresses = page.run("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert len(addresses) > 20
    assert [address for address in addresses if not address.startswith(f"{server.endpoint}/")] == []


def test_an_unknown_page_says_so(page, server):
    page.open(f"{server.endpoint}/ui/no/such/page")
    page.wait("document.querySelector('h1')?.innerText === 'There is no such page'")


def test_an_empty_server_teaches(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/")
    browser.wait("document.querySelectorAll('.teach').length === 4")
    commands = browser.run("return [...document.querySelectorAll('.teach pre')].map(command => command.innerText)")
    assert all(f"--endpoint-url {server.endpoint}" in command for command in commands)
    assert browser.severe() == []
    browser.screenshot(SCREENSHOTS / "home-empty.png")


def test_a_lost_server_is_not_mistaken_for_calm(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/")
    browser.wait("document.querySelector('button.live').innerText.includes('Live')")
    browser.wait("document.querySelectorAll('.teach').length === 4")
    server.stop()
    browser.wait("document.querySelector('button.live.stale')?.innerText.includes('Stale since')", seconds=20)
    browser.wait("document.querySelectorAll('.failed').length === 5", seconds=20)
    browser.screenshot(SCREENSHOTS / "home-lost.png")
