"""The console's dashboards: CloudWatch bodies of every kind of widget, hostile ones, and many panels at once."""

import json

import pytest

from support.browser import SCREENSHOTS, needs_browser
from support.shop import ALARM, EVENTS, GROUP, HOSTILE

pytestmark = needs_browser

# Stands in for reading bodies that the server would not take, as one that was stored by other means; everything else reaches it.
STAND_IN = """
const real = window.fetch, bodies = %s;
window.fetch = (path, options) => {
    const target = options?.headers?.['X-Amz-Target'] ?? '', answer = value => Promise.resolve(new Response(JSON.stringify(value)));
    const name = target.endsWith('.GetDashboard') ? JSON.parse(options.body).DashboardName : null;
    if (name in bodies) return answer({ DashboardBody: bodies[name] });
    return real(path, options);
};
"""


def widget(kind, x, y, width, height, **properties):
    if kind in ("metric", "log"):
        properties = {"region": "us-east-1", **properties}
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


SOLD = [["EventPro", "TicketsSold", "Event", EVENTS[0]], ["...", EVENTS[1]]]
OPERATIONS = {"start": "-PT3H", "widgets": [
    widget("text", 0, 0, 24, 3, markdown="# Ticket sale\nIn **bold**, with `code`.\n\n- one\n- two\n\n[alarms](/ui/alarms)"),
    widget("metric", 0, 3, 8, 6, title="Sold", metrics=SOLD, stat="Sum", period=60, stacked=True),
    widget("metric", 8, 3, 8, 6, title="Two axes", metrics=[*SOLD, ["EventPro", "CheckoutLatency", {"stat": "p99", "yAxis": "right", "color": "#8c564b", "label": "slow"}]],
           period=60, annotations={"horizontal": [{"label": "enough", "value": 50}]}),
    widget("metric", 16, 3, 4, 6, title="Number", view="singleValue", metrics=[SOLD[0]], stat="Sum", period=60, setPeriodToTimeRange=True),
    widget("metric", 20, 3, 4, 6, title="Gauge", view="gauge", metrics=[["EventPro", "ConversionRate"]], period=60, yAxis={"left": {"min": 0, "max": 10}}),
    widget("alarm", 0, 9, 8, 5, title="States", alarms=[f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{ALARM}", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:gone"]),
    widget("log", 8, 9, 10, 5, title="Lines", query=f"SOURCE '{GROUP}' | fields @timestamp, @message | sort @timestamp desc"),
    widget("metric", 18, 9, 6, 5, title="Shares", view="pie", metrics=SOLD, stat="Sum", setPeriodToTimeRange=True),
    widget("metric", 0, 14, 8, 5, title="Bars", view="bar", metrics=SOLD, stat="Sum", setPeriodToTimeRange=True),
    widget("metric", 8, 14, 8, 5, title="Table", view="table", metrics=SOLD, stat="Sum"),
    widget("custom", 16, 14, 8, 5, endpoint="arn:aws:lambda:x"),
]}
EVIL = {"widgets": [
    widget("text", 0, 0, 24, 6, markdown=f"# {HOSTILE}\n[click](javascript:document.title='broken') [data](data:text/html,x) ![x](x)\n<img src=x onerror=alert(1)>\n|a|b|\n|-|-|\n|{HOSTILE}|`{HOSTILE}`|\n" + "*" * 5000 + "[" * 5000),
    widget("metric", -5, 6, 99, 0, title=HOSTILE, metrics=[["EventPro"], "no", [5], [".", "."], ["EventPro", "TicketsSold", {"label": HOSTILE, "color": "red;background:url(//x)"}]]),
    {"type": "metric"}, 7, None, {"type": HOSTILE, "properties": {HOSTILE: HOSTILE}}, widget("log", 0, 9, 6, 4, query="SOURCE 'nowhere' | fields x"), widget("alarm", 6, 9, 6, 4, alarms="all"),
]}
MANY = {"widgets": [widget("metric", index % 4 * 6, index // 4 * 3, 6, 3, title=f"Panel {index}", metrics=SOLD, stat="Sum", period=60) for index in range(20)]}
OURS = {
    "variables": [
        {"type": "pattern", "pattern": "EVENT", "inputType": "select", "id": "event", "label": "Event", "visible": True, "defaultValue": EVENTS[0],
         "values": [{"value": event, "label": event.upper()} for event in EVENTS]},
        {"type": "property", "property": "stat", "inputType": "input", "id": "stat", "label": "Statistic", "visible": True}],
    "widgets": [
        widget("metric", 0, 0, 12, 6, title="Of EVENT", metrics=[["EventPro", "TicketsSold", "Event", "EVENT", {"label": "${PROP('Dim.Event')} at most ${MAX}"}]], stat="Sum", period=60,
               annotations={"horizontal": [[{"label": "good", "value": 40}, {"label": "better", "value": 60}], {"label": "best", "value": 70, "fill": "above"}]}),
        widget("metric", 12, 0, 12, 6, title="Heat", metrics=SOLD, stat="Sum", period=60, groundwatch={"view": "heat"}),
        widget("alarm", 0, 6, 24, 4, title="Over time", alarms=[f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{ALARM}"], groundwatch={"view": "timeline"})]}
FOUND = {
    "variables": [{"type": "property", "property": "Event", "inputType": "select", "id": "event", "label": "Event", "search": '{EventPro,Event} MetricName="TicketsSold"', "populateFrom": "Event"}],
    "widgets": [widget("metric", 0, 0, 12, 6, title="Sold", metrics=[["EventPro", "TicketsSold", "Event", EVENTS[0], {"label": "${PROP('Dim.Event')}"}]], stat="Sum", period=60)]}
STORED = {"operations": OPERATIONS, "many": MANY, "ours": OURS, "found": FOUND}
REFUSED = {"evil": json.dumps(EVIL), "broken": "{", "none": "[]"}


@pytest.fixture
def page(server, shop, browser):
    browser.devtools("Page.enable")
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=STAND_IN % json.dumps(REFUSED))
    clients, _ = shop
    for name, body in STORED.items():
        assert clients.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))["DashboardValidationMessages"] is not None
    browser.resize(1440, 1200)
    return browser


def open_dashboard(page, server, name, ready):
    page.open(f"{server.endpoint}/ui/dashboards/{name}")
    page.wait(ready)
    page.wait("!document.querySelector('.skeleton, .waiting')")


FILLED = "document.querySelectorAll('.plot canvas').length === 2 && document.querySelectorAll('.tile').length === 2 && document.querySelector('.pie path') && document.querySelector('.vtable .all .row')"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_kind_of_widget_shows_its_data(page, server, theme):
    page.prefer(theme)
    open_dashboard(page, server, "operations", FILLED)
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"dashboard-{theme}.png")
    card = "[...document.querySelectorAll('.widget')].find(card => card.getAttribute('aria-label') === '{}').innerText"
    total = page.run("return " + card.format("Number"))
    # 16 minutes of 40 tickets and 7 more for each step of four.
    assert "808" in total, total
    assert "Aurora Festival" in page.run("return " + card.format("Bars"))
    assert "Not there" in page.run("return " + card.format("States"))
    assert "slow" in page.run("return " + card.format("Two axes"))
    assert "payment declined" in page.run("return " + card.format("Lines"))
    assert page.run("return document.querySelectorAll('.failed, .nothing').length") == 0
    assert page.severe() == []


def test_the_list_leads_to_a_dashboard_and_it_fits_a_phone(page, server):
    page.open(f"{server.endpoint}/ui/dashboards")
    page.wait("document.querySelectorAll('.vtable .all .row').length === 4")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "dashboards-dark.png")
    page.resize(390, 844, is_phone=True)
    page.run("[...document.querySelectorAll('.vtable a')].find(link => link.innerText === 'operations').click()")
    page.wait("document.querySelector('.plot canvas')")
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.screenshot(SCREENSHOTS / "dashboard-phone.png")


def test_a_hostile_body_does_no_harm(page, server):
    page.open(f"{server.endpoint}/ui/dashboards/evil")
    page.run("window.scrollTo(0, 1e6)")
    page.wait("document.querySelectorAll('.widget').length >= 6 && !document.querySelector('.skeleton')")
    assert page.run("return document.title") == "evil · Dashboards · Groundwatch"
    assert page.run("return document.querySelectorAll('main script, main img').length") == 0
    links = page.run("return [...document.querySelectorAll('main a')].map(link => link.href)")
    assert all(link.startswith(server.endpoint) for link in links), links
    assert "\u202e" not in page.run("return document.body.innerText")
    assert "is left out" in page.run("return document.body.innerText")
    assert page.run("return document.querySelectorAll('.place').length") == 8
    assert page.run("return performance.getEntriesByType('resource').filter(entry => !entry.name.startsWith(location.origin)).length") == 0


@pytest.mark.parametrize("name", ["broken", "none"])
def test_what_is_no_body_says_so(page, server, name):
    page.open(f"{server.endpoint}/ui/dashboards/{name}")
    page.wait("document.querySelector('.calm')?.innerText.includes('no dashboard body')")
    assert page.violations() == []


def test_dragging_in_one_panel_moves_all(page, server):
    open_dashboard(page, server, "many", "document.querySelectorAll('.plot canvas').length === 20")
    box = page.run("const box = document.querySelector('.plotframe').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]")
    y = box[1] + box[3] / 2
    page.drag((box[0] + box[2] * 0.5, y), (box[0] + box[2] * 0.8, y))
    page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")
    page.wait("document.querySelector('button.live').innerText.includes('Fixed range')")
    page.press("[")
    page.wait("!/from=\\d{13}/.test(location.search)")


def test_variables_change_what_widgets_show_and_stand_in_the_address(page, server):
    open_dashboard(page, server, "ours", "document.querySelectorAll('.plot canvas').length === 2 && document.querySelector('.lanes .stretch')")
    legend = "document.querySelector('.legend')?.innerText"
    # 40 tickets and at most 21 more; the other event sells ten more.
    page.wait(f"{legend}.includes('{EVENTS[0]} at most 61')")
    assert page.run("return document.querySelectorAll('.heatscale i').length") == 6
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "dashboard-ours.png")
    page.run("const field = document.querySelector('.variables select'); field.value = arguments[0]; field.dispatchEvent(new Event('change'))", EVENTS[1])
    page.wait(f"{legend}.includes('{EVENTS[1]} at most 71') && decodeURIComponent(location.search).includes('var.event={EVENTS[1].replace(' ', '+')}')")
    page.run("const field = document.querySelector('.variables input'); field.value = 'SampleCount'; field.dispatchEvent(new Event('change'))")
    page.wait(f"{legend}.includes('at most 1')")
    page.run("location.reload()")
    page.wait(f"{legend}.includes('{EVENTS[1]} at most 1')")
    assert page.severe() == []


def test_a_variable_s_values_are_found_among_the_metrics(page, server):
    open_dashboard(page, server, "found", "document.querySelector('.plot canvas')")
    legend = "document.querySelector('.legend')?.innerText"
    page.wait(f"{legend}.includes('{EVENTS[0]}')")
    choices = page.wait("(options => options.length > 1 && options)([...document.querySelectorAll('.variables option')].map(option => option.innerText))")
    assert choices == ["as written", *EVENTS]
    assert page.violations() == []
    page.run("const field = document.querySelector('.variables select'); field.value = arguments[0]; field.dispatchEvent(new Event('change'))", EVENTS[1])
    page.wait(f"{legend}.includes('{EVENTS[1]}') && decodeURIComponent(location.search).includes('var.event={EVENTS[1].replace(' ', '+')}')")
    assert page.severe() == []
