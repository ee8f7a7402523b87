"""The console's metrics page: finding metrics, graphing several, computing with them, taking the figures along."""

import json
import urllib.parse

import pytest

from support.browser import CONTROL, DELETE, ENTER, SCREENSHOTS, needs_browser
from support.clients import Clients
from support.shop import EVENTS

pytestmark = needs_browser


def address(server, queries, **more):
    return f"{server.endpoint}/ui/metrics?" + urllib.parse.urlencode({"q": json.dumps(queries), **more})


SOLD = [{"i": f"m{index}", "m": ["EventPro", "TicketsSold", "Event", event], "s": "Sum"} for index, event in enumerate(EVENTS)]
DRAWN = "document.querySelector('.plot canvas') && !document.querySelector('.skeleton, .nothing')"
LEGEND = "[...document.querySelectorAll('.legend button')].map(button => button.innerText.replace(/\\s+/g, ' ').trim())"


@pytest.fixture
def page(server, shop, browser):
    browser.open(f"{server.endpoint}/ui/metrics?ns=EventPro")
    browser.wait("document.querySelectorAll('.browse .row').length > 1")
    yield browser
    assert browser.severe() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(page, server, theme):
    page.prefer(theme)
    page.open(address(server, [*SOLD, {"i": "e1", "e": "m0 + m1"}]))
    page.wait(DRAWN)
    page.wait("document.querySelectorAll('.browse .row').length > 1")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"metrics-{theme}.png")


def test_it_fits_a_phone(page, server):
    page.resize(390, 844, is_phone=True)
    page.open(address(server, SOLD))
    page.wait(DRAWN)
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.screenshot(SCREENSHOTS / "metrics-phone.png")


def test_metrics_are_found_and_graphed_by_keyboard(page):
    page.press("/")
    page.type("TicketsSold aurora")
    page.wait("document.querySelectorAll('.browse .all .row').length === 1")
    page.run("document.querySelector('.browse .row[tabindex=\"0\"]').focus()")
    page.press(ENTER)
    page.wait(f"location.search.includes('TicketsSold') && {DRAWN} && {LEGEND}.length === 1")
    assert page.run("return document.querySelector('.querytable .stat').value") == "Sum"
    page.press(ENTER)
    page.wait("!location.search.includes('TicketsSold')")


def test_expressions_compute_and_hidden_metrics_still_count(page, server):
    page.open(address(server, [{**query, "h": 1} for query in SOLD] + [{"i": "e1", "e": "m0 + m1", "l": "both"}]))
    page.wait(f"{DRAWN} && {LEGEND}.length === 1 && {LEGEND}[0].startsWith('both')")
    page.click("[aria-label='Show as a table']")
    figures = page.wait("[...document.querySelectorAll('.charttable tbody tr:not(.filling) td')].map(cell => cell.innerText)")
    # 40 and 50 tickets, and 0, 7, 14 or 21 more of each.
    assert {"90", "104", "118", "132"} <= set(figures)


def test_a_wrong_expression_or_statistic_is_an_error_and_not_an_empty_graph(page, server):
    for wrong in ({"i": "e1", "e": "m0 +"}, {"i": "m9", "m": ["EventPro", "TicketsSold"], "s": "p101"}, {"i": "e1", "e": "nothing1 * 2"}):
        page.open(address(server, [*SOLD, wrong]))
        page.wait("document.querySelector('.failed')?.innerText.includes('GetMetricData: ')")
    page.severe()  # the browser notes the refused requests


FIELD = "document.querySelector('.expression')?.shadowRoot?"


def replace_all(page, text):
    page.run(f"{FIELD}.querySelector('.cm-content').focus()")
    page.chord(CONTROL, "a")
    page.press(DELETE)
    page.type(text)


def test_an_expression_is_completed_with_functions_and_queries_and_coloured(page, server):
    page.open(address(server, [*SOLD, {"i": "e1", "e": "m0 + m1"}]))
    page.wait(f"{FIELD}.querySelectorAll('.t-field').length === 2 && {DRAWN}")
    replace_all(page, "RAT")
    options = f"[...{FIELD}.querySelectorAll('.cm-tooltip-autocomplete li') ?? []].map(option => option.innerText)"
    page.wait(f"{options}[0]?.startsWith('RATE') && {options}[0].includes('change a second')")
    assert page.violations() == []
    page.press(ENTER)  # takes it, and does not run yet
    page.wait(f"{FIELD}.querySelector('.cm-content').innerText.startsWith('RATE(')")
    page.type("m")
    page.wait(f"{options}.some(text => text.startsWith('m1') && text.includes('{EVENTS[1]}'))")
    assert "RATE" not in page.run("return decodeURIComponent(location.search)")
    page.type("1)")
    page.press(ENTER)
    page.wait(f"decodeURIComponent(location.search).includes('RATE(m1)') && {FIELD}.querySelector('.t-function')?.innerText === 'RATE'")


@pytest.mark.parametrize("expression, place", [("m0 + * 2", "*"), ("m0 + FOO(m1)", "FOO"), ("m0 + missing9 / 2", "missing9"), ("SUM(m0", "")])
def test_the_place_of_a_mistake_is_marked_until_it_is_changed(page, server, expression, place):
    page.open(address(server, [*SOLD, {"i": "e1", "e": expression}]))
    page.wait("document.querySelector('.failed')?.innerText.includes('Error in expression')")
    page.wait(f"{FIELD}.querySelector('.t-wrong')" + (f"?.innerText === {json.dumps(place)}" if place else ""))
    replace_all(page, "m0 * 2")
    page.wait(f"!{FIELD}.querySelector('.t-wrong')")
    page.run("document.querySelector('h1').closest('main').focus()")  # leaving the field runs it as well
    page.wait(f"!document.querySelector('.failed') && {DRAWN}")
    page.severe()  # the browser notes the refused request


def test_a_statistic_is_changed_in_the_table(page, server):
    page.open(address(server, [{"i": "m1", "m": ["EventPro", "CheckoutLatency"], "s": "Average"}]))
    page.wait(f"{DRAWN} && document.querySelector('.querytable .stat')")
    page.run("const field = document.querySelector('.querytable .stat'); field.value = 'p99'; field.dispatchEvent(new Event('change'))")
    page.wait("decodeURIComponent(location.search).includes('p99') && document.querySelector('.legend b').innerText.includes('ms')")


def test_newest_figures_are_shown_as_numbers_with_their_line_and_as_shares(page, server):
    page.open(address(server, SOLD, view="number"))
    page.wait("document.querySelectorAll('.bignumbers b').length === 2 && document.querySelectorAll('.bignumbers .sparkline').length === 2")
    numbers = page.run("return [...document.querySelectorAll('.bignumbers b')].map(figure => figure.innerText)")
    assert numbers == page.run("return [...document.querySelectorAll('.querytable tbody tr')].map(row => row.querySelectorAll('td.number')[3].innerText)"), "as the table's newest"
    assert all(int(number) in (40, 47, 50, 54, 57, 61, 64, 71) for number in numbers), "of whole periods"
    assert page.violations() == []
    page.run("[...document.querySelectorAll('.chartcard .segments button')].find(button => button.innerText === 'Pie').click()")
    page.wait("document.querySelectorAll('.pie path.slice').length === 2 && location.search.includes('view=pie')")
    assert page.violations() == []
    page.resize(390, 844, is_phone=True)
    assert page.run("return document.documentElement.scrollWidth") <= 390
    page.choose("Add to a dashboard", card=".chartcard")
    page.wait("document.querySelector('#dashboardname')")
    page.run("const field = document.querySelector('#dashboardname'); field.value = 'shares'; field.dispatchEvent(new Event('input')); field.form.requestSubmit()")
    page.wait("location.pathname === '/ui/dashboards/shares' && document.querySelectorAll('.widget .pie path.slice').length === 2")
    body = json.loads(Clients(server.endpoint).cloudwatch.get_dashboard(DashboardName="shares")["DashboardBody"])
    assert body["widgets"][0]["properties"]["view"] == "pie" and body["widgets"][0]["properties"]["region"] == "us-east-1"


def test_comparing_draws_another_time_over_this_one(page, server):
    page.open(address(server, SOLD, cmp="1h"))
    page.wait(f"{DRAWN} && {LEGEND}.length === 4 && {LEGEND}.filter(text => text.includes('an hour before')).length === 2")


def test_figures_and_picture_are_taken_along(page, server):
    page.run("window.saved = []; HTMLAnchorElement.prototype.click = function () { window.saved.push([this.download, this.href]); }")
    page.run("history.pushState(null, '', arguments[0]); dispatchEvent(new PopStateEvent('popstate'))", address(server, SOLD))
    page.wait(DRAWN)
    page.choose("Save as CSV", card=".chartcard")
    page.choose("Save as PNG", card=".chartcard")
    page.wait("window.saved.length === 2")
    names = page.run("return window.saved.map(([name]) => name)")
    assert names[0] == "TicketsSold.csv" and names[1].endswith(".png")


@pytest.mark.parametrize("text", ["[", "7", "[{}]", '[{"i": "M", "m": ["a"]}]', '[{"m": ["<b>", "x", "y", "<img src=x>"], "s": 5}]', "[null, [], {\"e\": 1}]"])
def test_any_address_is_met(page, server, text):
    page.open(f"{server.endpoint}/ui/metrics?" + urllib.parse.urlencode({"q": text}))
    page.wait("document.querySelector('h1')?.innerText === 'Metrics' && document.querySelector('.browse .row')")
    assert page.run("return document.querySelectorAll('main img, main b.x').length") == 0
    page.severe()


def test_search_finds_a_metric_and_graphs_it(page, server):
    page.click(".search")
    page.wait("document.querySelector('#found')")
    page.type("conversion")
    page.wait("[...document.querySelectorAll('#found li')].some(row => row.innerText.includes('ConversionRate'))")
    page.press(ENTER)
    page.wait(f"location.search.includes('ConversionRate') && {DRAWN}")


def test_an_empty_server_teaches(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/metrics")
    browser.wait("document.querySelector('.teach pre')")
    assert f"--endpoint-url {server.endpoint}" in browser.run("return document.querySelector('.teach pre').innerText")
    assert browser.violations() == [] and browser.severe() == []
