"""The console's parts on their pages: the account looked at, another time under this one, what a panel can do, heat maps, the words
of the query language."""

import json
import urllib.parse

import pytest

from support.browser import ENTER, SCREENSHOTS, needs_browser
from support.clients import Clients
from support.shop import EVENTS
from support.times import milliseconds_of, minutes_ago, now

pytestmark = needs_browser

LEGEND = "[...document.querySelectorAll('.legend button')].map(button => button.innerText.replace(/\\s+/g, ' ').trim())"
SOLD = [{"i": f"m{index}", "m": ["EventPro", "TicketsSold", "Event", event], "s": "Sum"} for index, event in enumerate(EVENTS)]


@pytest.fixture
def page(server, shop, browser):
    yield browser
    assert browser.severe() == []


def open_graph(page, server, **more):
    page.open(f"{server.endpoint}/ui/metrics?" + urllib.parse.urlencode({"q": json.dumps(SOLD), **more}))
    page.wait("document.querySelector('.plot canvas') && !document.querySelector('.skeleton, .nothing')")


def test_another_account_is_chosen_and_follows_from_page_to_page(page, server):
    other = Clients(server.endpoint, access_key="123456789012")
    other.cloudwatch.put_metric_data(Namespace="Elsewhere", MetricData=[{"MetricName": "Only", "Value": 1}])
    page.open(f"{server.endpoint}/ui/metrics")
    page.wait("document.querySelector('.browse .all .row')")
    assert "Elsewhere" not in page.run("return document.querySelector('main').innerText")
    page.click("button.scope")
    page.wait("document.querySelector('#scopeaccount')")
    set_field = "const field = document.querySelector(arguments[0]); field.value = arguments[1]; field.dispatchEvent(new Event('input'))"
    page.run(set_field, "#scopeaccount", "12345")
    page.wait("document.querySelector('#scopeaccount-told')?.innerText.includes('twelve digits') && document.querySelector('dialog button.primary').disabled")
    assert page.violations() == []
    page.run(set_field, "#scopeaccount", "123456789012")
    page.wait("!document.querySelector('dialog button.primary').disabled")
    page.press(ENTER)
    page.wait("location.search.includes('account=123456789012') && document.querySelector('.browse')?.innerText.includes('Elsewhere')")
    assert "EventPro" not in page.run("return document.querySelector('main').innerText")
    page.run("document.querySelector('.rail a[href*=\"/ui/logs\"]').click()")
    page.wait("location.pathname === '/ui/logs' && location.search.includes('account=123456789012') && document.querySelector('.teach')")
    assert "AWS_ACCESS_KEY_ID=123456789012" in page.run("return document.querySelector('main').innerText")


def test_another_time_lies_under_every_chart(page, server, shop):
    clients, _ = shop
    clients.cloudwatch.put_metric_data(Namespace="EventPro", MetricData=[
        {"MetricName": "TicketsSold", "Dimensions": [{"Name": "Event", "Value": EVENTS[0]}], "Timestamp": minutes_ago(65), "Value": 7, "Unit": "Count"}])
    page.open(f"{server.endpoint}/ui/?cmp=1h")
    page.wait(f"{LEGEND}.some(text => text.includes('an hour before'))")
    open_graph(page, server, cmp="1h")
    page.wait(f"{LEGEND}.length === 4")
    page.click("button.range")
    page.wait("document.querySelector('#timecompare')?.value === '1h'")
    page.run("const field = document.querySelector('#timecompare'); field.value = ''; field.dispatchEvent(new Event('change'))")
    page.wait(f"!location.search.includes('cmp') && {LEGEND}.length === 2")


def test_a_panel_shows_its_call_and_the_figures_of_its_lines(page, server):
    open_graph(page, server)
    page.choose("Show the API call")
    page.wait("document.querySelector('dialog pre')?.innerText.includes('cloudwatch get-metric-data')")
    assert f"--endpoint-url {server.endpoint}" in page.run("return document.querySelector('dialog pre').innerText")
    page.run("[...document.querySelectorAll('dialog .segments button')].find(button => button.innerText === 'curl').click()")
    page.wait("document.querySelector('dialog pre').innerText.includes('X-Amz-Target: GraniteServiceVersion20100801.GetMetricData')")
    page.run("document.querySelector('dialog [aria-label=Close]').click()")
    page.choose("Legend: figures")
    rows = page.wait("[...document.querySelectorAll('.legend.figures tbody tr')].map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText))")
    # 40 tickets, and 0, 7, 14 or 21 more, in turn.
    assert [row[:2] for row in rows] == [["40", "61"], ["50", "71"]]
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / "legend-figures.png")
    page.choose("Legend: names")
    page.wait("!document.querySelector('.legend.figures')")


def test_heat_maps_have_scale_cursor_and_table(page, server):
    open_graph(page, server, view="heat")
    page.wait("document.querySelectorAll('.heatscale i').length === 6")
    assert page.violations() == []
    page.run("document.querySelector('.plotframe').focus()")
    page.press("\ue012")  # left
    page.press("\ue012")
    page.wait("[...document.querySelectorAll('.tip .row')].length === 2")
    page.screenshot(SCREENSHOTS / "metrics-heat.png")
    page.click("[aria-label='Show as a table']")
    page.wait("document.querySelectorAll('.charttable tbody tr').length > 10")


def test_the_cursor_is_one_for_charts_and_log_lines(page, server):
    page.open(f"{server.endpoint}/ui/")
    page.wait("document.querySelectorAll('.plot canvas').length > 1 && document.querySelector('.logrow')")
    page.run("document.querySelector('.logrow').dispatchEvent(new PointerEvent('pointerenter'))")
    page.wait("document.querySelectorAll('.plotframe .cursor').length > 1 && document.querySelector('.logrow.pointed')")


def test_a_chart_s_link_leads_to_the_chart_alone_with_a_range_that_stays(page, server):
    page.open(f"{server.endpoint}/ui/")
    page.wait("document.querySelectorAll('.plot canvas').length > 1")
    page.run("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    page.choose("Copy a link", card=".chartcard")
    address = page.wait("window.copied")
    assert "/ui/metrics?" in address and "live=" not in address
    page.open(address)
    page.wait("document.querySelector('.plot canvas') && document.querySelector('button.live').innerText.includes('Fixed range')")
    assert "TicketsSold" in page.run("return document.querySelector('.querytable').innerText")


def test_the_system_page_stands_still_while_its_lines_grow(page, server):
    page.open(f"{server.endpoint}/ui/system")
    page.wait("document.querySelector('.headlines .bignumbers') && document.querySelector('.vtable .all .row')")
    page.run("""
        window.shifts = 0;
        new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts += entry.value; }).observe({ type: 'layout-shift' });
    """)
    page.wait("[...document.querySelectorAll('.headlines .sparkline path')].filter(line => line.getAttribute('d')).length >= 2", seconds=30)
    assert page.run("return window.shifts") < 0.01


# The page's event stream, to be cut, and what was asked of the server for it.
CUT = """
const real = window.fetch;
Object.assign(window, { asked: [], cut: () => {} });
window.fetch = (path, options) => {
    if (!String(path).match(/\\/live(\\?|$)/)) return real(path, options);
    const scissors = new AbortController();
    window.cut = () => scissors.abort();
    window.asked.push(options.headers['Last-Event-ID'] ?? '');
    return real(path, { ...options, signal: AbortSignal.any([options.signal, scissors.signal]) });
};
"""


def test_a_page_that_loses_its_stream_goes_on_where_it_was(page, server, shop):
    clients, _ = shop
    group = "/live/cut"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")
    put = lambda text: clients.logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": milliseconds_of(now()), "message": text}])
    shown = "[...document.querySelectorAll('.logrow .text')].map(line => line.innerText).join()"
    page.devtools("Page.enable")
    page.devtools("Page.addScriptToEvaluateOnNewDocument", source=CUT)
    page.open(f"{server.endpoint}/ui/logs?view=tail&g={group}")
    page.wait("document.querySelector('main .calm') && window.asked.length === 1")
    put("first")
    page.wait(f"{shown} === 'first'")
    page.run("window.cut()")
    put("while it was away")
    page.wait(f"window.asked.length === 2 && {shown}.startsWith('while it was away,first')")
    assert page.run("return window.asked")[1].rsplit("-", 1)[1].isdigit()
    put("and on")
    page.wait(f"{shown}.startsWith('and on,while it was away,first')")


def test_a_query_has_the_colours_and_words_of_the_server_s_own_parser(page, server):
    words = json.loads(server.get("/api/ui/v1/languages/insights")[2])
    assert {"stats", "parse"} <= {word["name"] for word in words["commands"]}
    page.open(f"{server.endpoint}/ui/logs?q=stats%20count(*)%20by%20bin(5m)")
    inside = "document.querySelector('div.editor')?.shadowRoot?"
    page.wait(f"[...{inside}.querySelectorAll('.t-command, .t-function, .t-word') ?? []].map(mark => mark.innerText).join() === 'stats,count,by,bin'")


def test_one_megabyte_in_a_line_a_name_and_an_annotation_does_no_harm(page, server, shop):
    clients, _ = shop
    group, long = "/long/lines", "<b>\u202e" + "x" * 1_000_000
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")
    for message in (long, json.dumps({"deep": {"text": long}})):  # one call takes no more
        clients.logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": milliseconds_of(now()), "message": message}])
    page.open(f"{server.endpoint}/ui/logs?g={urllib.parse.quote(group)}")
    page.wait("document.querySelectorAll('.results .all .row').length === 2")
    for row in range(2):
        page.run("document.querySelectorAll('.results .all .row')[arguments[0]].click()", row)
        page.wait("document.querySelector('.rowdetail .message')?.innerText.includes('characters)')")
        assert len(page.run("return document.body.innerText")) < 200_000
    assert "\u202e" not in page.run("return document.body.innerText")
    page.open(f"{server.endpoint}/ui/logs?view=tail&g={urllib.parse.quote(group)}")
    page.wait("document.querySelectorAll('.logrow').length === 2")
    page.run("for (const line of document.querySelectorAll('.logrow .line')) line.click()")
    page.wait("document.querySelectorAll('.logdetail').length === 2")
    assert page.run("return document.querySelectorAll('main b:not([class])').length") == 0
