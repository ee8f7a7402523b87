"""Dashboards edited in the console: made, filled, moved by pointer and by keys, written as JSON, refused, saved; and what ends up stored."""

import json
import urllib.parse

import pytest

from support.browser import DOWN, ENTER, ESCAPE, RIGHT, SCREENSHOTS, SHIFT, needs_browser
from support.shop import EVENTS

pytestmark = needs_browser

SOLD = [["EventPro", "TicketsSold", "Event", event] for event in EVENTS]
BODY = {"periodOverride": "inherit", "widgets": [
    {"type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": {"markdown": "# Sale"}},
    {"type": "metric", "x": 0, "y": 2, "width": 12, "height": 6, "properties": {"title": "First", "region": "us-east-1", "metrics": SOLD, "stat": "Sum", "period": 60, "view": "timeSeries"}},
    {"type": "metric", "x": 12, "y": 2, "width": 12, "height": 6, "properties": {"title": "Second", "region": "us-east-1", "metrics": SOLD, "stat": "Sum", "period": 60, "view": "timeSeries"}}]}


@pytest.fixture
def page(server, shop, browser):
    browser.resize(1440, 1000)
    yield browser
    assert browser.severe() == []


def stored(clients, name):
    return json.loads(clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])


def edit(page, server, clients, name):
    clients.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(BODY))
    page.open(f"{server.endpoint}/ui/dashboards/{name}?edit=1")
    page.wait("document.querySelectorAll('.handles').length === 3 && document.querySelectorAll('.plot canvas').length === 2")


def press(page, label):
    page.run("[...document.querySelectorAll('.heading button, dialog button')].find(button => button.innerText === arguments[0]).click()", label)


def save(page):
    press(page, "Save")
    page.wait("document.querySelector('.toasts').innerText.includes('Saved') && !location.search.includes('edit')")


def fill(page, selector, text):
    page.run("const field = document.querySelector(arguments[0]); field.value = arguments[1]; field.dispatchEvent(new Event(field.matches('select') ? 'change' : 'input'))", selector, text)


def test_a_dashboard_is_made_filled_and_saved(page, server, shop):
    clients, _ = shop
    page.open(f"{server.endpoint}/ui/dashboards")
    page.wait("document.querySelector('main h1')?.innerText === 'Dashboards'")
    press(page, "New")
    page.wait("document.querySelector('#newname')")
    fill(page, "#newname", "no spaces")
    page.wait("document.querySelector('#newname-told') && document.querySelector('dialog button.primary').disabled")
    fill(page, "#newname", "made-here")
    page.wait("!document.querySelector('dialog button.primary').disabled")
    page.press(ENTER)
    page.wait("location.pathname === '/ui/dashboards/made-here' && document.querySelector('.heading .menu button')")
    page.run("document.querySelector('.heading .menu button').click()")
    page.wait("document.querySelector('.menulist:popover-open button')")
    page.press(ENTER)
    page.wait("document.querySelector('#widget-metrics')")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "dashboard-form.png")
    fill(page, "#widget-metrics", "[[")
    page.wait("document.querySelector('#widget-metrics-told') && [...document.querySelectorAll('dialog button')].find(button => button.innerText === 'Apply').disabled")
    fill(page, "#widget-metrics", json.dumps(SOLD))
    fill(page, "#widget-title", "Tickets")
    fill(page, "#widget-view", "stacked")
    fill(page, "#widget-period", "60")
    page.wait("![...document.querySelectorAll('dialog button')].find(button => button.innerText === 'Apply').disabled")
    press(page, "Apply")
    page.wait("!document.querySelector('dialog') && document.querySelector('.plot canvas')")
    save(page)
    [widget] = stored(clients, "made-here")["widgets"]
    assert widget["properties"] | {"metrics": None} == {
        "title": "Tickets", "view": "timeSeries", "stacked": True, "stat": "Sum", "period": 60, "region": "us-east-1", "metrics": None}
    assert widget["properties"]["metrics"] == SOLD


def test_widgets_are_moved_and_resized_by_keys_and_make_room(page, server, shop):
    clients, _ = shop
    edit(page, server, clients, "by-keys")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "dashboard-editing.png")
    page.run("[...document.querySelectorAll('.grip')].find(grip => grip.innerText === 'First').focus()")
    page.press(RIGHT)
    page.press(DOWN)
    page.chord(SHIFT, DOWN)
    save(page)
    _, first, second = stored(clients, "by-keys")["widgets"]
    assert [first[key] for key in ("x", "y", "width", "height")] == [1, 3, 12, 7]
    # The first reached into the columns of the second, which went below it.
    assert [second[key] for key in ("x", "y", "width", "height")] == [12, 10, 12, 6]
    assert stored(clients, "by-keys")["periodOverride"] == "inherit", "what the editor does not know stays"


def test_widgets_are_moved_and_resized_with_the_pointer(page, server, shop):
    clients, _ = shop
    edit(page, server, clients, "by-pointer")
    middle = "const box = document.querySelector(arguments[0]).getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]"
    page.run("document.querySelectorAll('.grip')[1].id = 'held'; document.querySelectorAll('.corner')[2].id = 'pulled'")
    x, y = page.run(middle, "#held")
    page.drag((x, y), (x, y + 3 * 54))
    x, y = page.run(middle, "#pulled")
    page.drag((x, y), (x, y + 2 * 54))
    save(page)
    _, first, second = stored(clients, "by-pointer")["widgets"]
    assert first["y"] == 5 and second["height"] == 8


def test_a_step_is_taken_back_and_a_draft_discarded(page, server, shop):
    clients, _ = shop
    edit(page, server, clients, "kept")
    page.run("[...document.querySelectorAll('.handles button')].find(button => button.title.startsWith('Remove (Second')).click()")
    page.wait("document.querySelectorAll('.handles').length === 2")
    press(page, "Undo")
    page.wait("document.querySelectorAll('.handles').length === 3")
    page.run("[...document.querySelectorAll('.handles button')].find(button => button.title.startsWith('Copy (First')).click()")
    page.wait("document.querySelectorAll('.handles').length === 4")
    press(page, "Discard")
    page.wait("!document.querySelector('.handles')")
    assert stored(clients, "kept") == BODY


def test_a_body_is_written_as_json_and_a_refused_one_says_why(page, server, shop):
    clients, _ = shop
    edit(page, server, clients, "as-json")
    press(page, "JSON")
    page.wait("document.querySelector('#bodyjson')")
    fill(page, "#bodyjson", '{"widgets": 5}')
    page.wait("document.querySelector('#bodyjson-told').innerText.includes('list of widgets')")
    wrong = {"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"metrics": SOLD}}]}
    fill(page, "#bodyjson", json.dumps(wrong))
    page.wait("!document.querySelector('#bodyjson-told')")
    press(page, "Apply")
    page.wait("document.querySelectorAll('.handles').length === 1")
    press(page, "Save")
    page.wait("document.querySelector('.toasts p.bad')?.innerText.includes('region')")
    assert stored(clients, "as-json") == BODY
    page.severe()  # the browser notes the refused request


def test_a_graph_goes_onto_a_dashboard(page, server, shop):
    clients, _ = shop
    queries = [{"i": "m1", "m": SOLD[0], "s": "Sum"}, {"i": "e1", "e": "m1 * 2", "l": "twice"}]
    page.open(f"{server.endpoint}/ui/metrics?" + urllib.parse.urlencode({"q": json.dumps(queries)}))
    page.wait("document.querySelector('.plot canvas')")
    page.choose("Add to a dashboard", card=".chartcard")
    page.wait("document.querySelector('#dashboardname')")
    fill(page, "#dashboardname", "from-metrics")
    page.wait("!document.querySelector('dialog button.primary').disabled")
    assert page.violations() == []
    page.press(ENTER)
    page.wait("location.pathname === '/ui/dashboards/from-metrics' && document.querySelector('.plot canvas')")
    [widget] = stored(clients, "from-metrics")["widgets"]
    assert widget["properties"]["metrics"] == [[*SOLD[0], {"id": "m1", "stat": "Sum"}], [{"id": "e1", "label": "twice", "expression": "m1 * 2"}]]


def test_a_dashboard_is_removed_at_the_second_press(page, server, shop):
    clients, _ = shop
    clients.cloudwatch.put_dashboard(DashboardName="unwanted", DashboardBody=json.dumps(BODY))
    page.open(f"{server.endpoint}/ui/dashboards")
    row = "[...document.querySelectorAll('.vtable .all .row')].find(row => row.innerText.includes('unwanted'))"
    page.wait(row)
    page.run(f"{row}.querySelector('button').click()")
    page.wait(f"{row}.querySelector('button.asking')")
    assert "unwanted" in [entry["DashboardName"] for entry in clients.cloudwatch.list_dashboards()["DashboardEntries"]]
    page.run(f"{row}.querySelector('button').click()")
    page.wait(f"!{row}")
    assert "unwanted" not in [entry["DashboardName"] for entry in clients.cloudwatch.list_dashboards()["DashboardEntries"]]
