"""The console's logs page: queries with their mistakes, rows and what surrounds them, new lines, groups."""

import json
import secrets
import urllib.parse

import pytest

from support import waiting
from support.browser import CONTROL, DOWN, ENTER, SCREENSHOTS, needs_browser
from support.gates import is_quick
from support.shop import GROUP, HOSTILE, STREAM
from support.times import milliseconds_of, minutes, now, seconds

pytestmark = needs_browser

ROWS = "document.querySelectorAll('.results .all .row').length"
EDITOR = "document.querySelector('div.editor')?.shadowRoot?"


@pytest.fixture
def page(server, shop, browser):
    """The logs page with the newest lines; a test that ends with an error in the browser's console fails."""
    browser.open(f"{server.endpoint}/ui/logs")
    browser.wait(f"{ROWS} > 3 && {EDITOR}.querySelector('.cm-content') && document.querySelector('.plot canvas')")
    yield browser
    assert browser.severe() == []


def query(page, text):
    """Replaces the query by typing and runs it."""
    page.run(f"{EDITOR}.querySelector('.cm-content').focus()")
    page.chord(CONTROL, "a")
    page.press("\ue003")
    page.type(text)
    page.press("\ue00c")  # whatever is offered is not wanted
    page.chord(CONTROL, ENTER)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("view", ["query", "tail", "groups"])
def test_axe_finds_nothing(page, server, view, theme):
    page.prefer(theme)
    page.open(f"{server.endpoint}/ui/logs?view={view}")
    page.wait("document.querySelector('.vtable .all .row, .logrow') && !document.querySelector('.skeleton')")
    if view == "query":
        page.click(".results .all .row")
        page.wait("document.querySelector('.rowdetail')")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"logs-{view}-{theme}.png")


def test_it_fits_a_phone(page, server):
    page.resize(390, 844, is_phone=True)
    for view in ("query", "tail", "groups"):
        page.open(f"{server.endpoint}/ui/logs?view={view}")
        page.wait("document.querySelector('.vtable .all .row, .logrow')")
        assert page.run("return document.documentElement.scrollWidth") <= 390
        page.screenshot(SCREENSHOTS / f"logs-{view}-phone.png")


def test_a_query_that_is_stopped_or_left_ends_on_the_server_too(page, server, shop):
    clients, _ = shop
    group = f"/slow/{secrets.token_hex(4)}"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")
    start = milliseconds_of(now() - minutes(5))
    for part in range(4):
        clients.logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[
            {"timestamp": start + index, "message": f"{index % 10} abcabcabc 0123456789 defdef {index} " * 2} for index in range(part * 10_000, part * 10_000 + 10_000)])
    # Nothing to look for by its letters, so that every line is gone through sixty times.
    slow = "filter " + " or ".join(f"@message like /([{digit % 9}-9]+|[a-c]*{digit}[d-f]){{3}}#/" for digit in range(60)) + "\n| stats count(*) as none"
    ended = lambda status: [query for query in clients.logs.describe_queries(logGroupName=group, status=status)["queries"] if query["queryString"].endswith(slow)]
    address = f"{server.endpoint}/ui/logs?live=off&g={group}&q={urllib.parse.quote(slow)}"

    page.open(address)
    page.wait("document.querySelector('.queryfoot .status')?.innerText.startsWith('Running')")
    page.run("[...document.querySelectorAll('.queryfoot button')].find(button => button.innerText === 'Stop').click()")
    page.wait("document.querySelector('.queryfoot .status').innerText === 'Stopped' && document.querySelector('.queryfoot button.primary').innerText === 'Run'")
    assert page.run("return document.querySelectorAll('.failed').length") == 0
    waiting.until(lambda: len(ended("Cancelled")) == 1, "the query to be cancelled", 10)

    page.run("document.querySelector('.queryfoot button.primary').click()")
    page.wait("document.querySelector('.queryfoot .status').innerText.startsWith('Running')")
    page.run("history.pushState(null, '', '/ui/help'); dispatchEvent(new PopStateEvent('popstate'))")
    waiting.until(lambda: len(ended("Cancelled")) == 2, "the query that was left to be cancelled", 10)
    assert not ended("Running") and not ended("Complete")
    clients.logs.delete_log_group(logGroupName=group)


def test_new_lines_stand_still_while_one_is_read_and_are_counted(page, server, shop):
    clients, _ = shop
    group = f"/tail/{secrets.token_hex(4)}"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")
    put = lambda *texts: clients.logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[{"timestamp": milliseconds_of(now()), "message": text} for text in texts])
    shown = "[...document.querySelectorAll('.logrow .text')].map(line => line.innerText).join()"
    put("one")
    page.open(f"{server.endpoint}/ui/logs?view=tail&g={group}")
    page.wait(f"{shown} === 'one'")
    page.click(".logrow .line")
    page.wait("document.querySelector('.logdetail')")
    put("two")
    page.wait("document.querySelector('.newer')?.innerText === '1 newer line'")
    assert page.run(f"return {shown}") == "one" and page.violations() == []
    page.click(".newer")
    page.wait(f"{shown} === 'two,one' && !document.querySelector('.newer')")
    put(*[f"more {number}" for number in range(60)])
    page.wait("document.querySelectorAll('.logrow').length === 62")
    page.run("document.querySelector('.logs').scrollTop = 300; return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    put("last")
    page.wait("document.querySelector('.newer')?.innerText === '1 newer line'")
    page.run("document.querySelector('.logs').scrollTop = 0")
    page.wait(f"{shown}.startsWith('last,') && !document.querySelector('.newer')")
    clients.logs.delete_log_group(logGroupName=group)


def test_a_field_of_a_row_is_filtered_for_and_away(page, server):
    idle = "!document.querySelector('.skeleton') && !document.querySelector('.queryfoot .status').innerText.startsWith('Running')"
    page.wait(idle)
    count = page.run(f"return {ROWS}")
    open_json = "[...document.querySelectorAll('.results .all .row')].find(row => row.innerText.includes('payment declined')).click()"
    act = "[...document.querySelectorAll('.rowdetail .act')].find(button => button.title === '{}').click()"
    page.run(open_json)
    page.wait("document.querySelectorAll('.rowdetail .act').length > 4")
    assert page.violations() == []
    page.run(act.format("Only rows with order.id = 42"))
    page.wait(f"{idle} && {ROWS} === 1 && decodeURIComponent(location.search).replaceAll('+', ' ').includes('fields @timestamp, @message\\n| filter order.id = 42\\n| sort')")
    page.run(open_json)
    page.wait("document.querySelector('.rowdetail .act')")
    page.run(act.format("Only rows with level = ERROR"))
    page.wait(f"{idle} && {ROWS} === 1 && decodeURIComponent(location.search).replaceAll('+', ' ').includes('| filter level = \"ERROR\"\\n| sort')")
    page.run("history.go(-2)")
    page.wait(f"{idle} && {ROWS} === {count}")
    page.run(open_json)
    page.wait("document.querySelector('.rowdetail .act')")
    page.run(act.format("No rows with order.id = 42"))
    page.wait(f"decodeURIComponent(location.search).includes('order.id+!=+42') && !document.querySelector('.rowdetail') && {idle} && {ROWS} < {count}")
    assert "payment declined" not in page.run("return document.querySelector('.results').innerText")


def test_a_query_is_written_coloured_and_run_by_keyboard(page):
    query(page, "stats count(*) as lines")
    page.wait(f"{ROWS} === 1 && location.search.includes('q=stats')")
    assert page.run("return document.querySelector('.results .all .row').innerText") == "5"
    colours = page.run(f"return [...{EDITOR}.querySelectorAll('.t-command, .t-function')].map(mark => [mark.innerText, getComputedStyle(mark).color])")
    assert [text for text, _ in colours] == ["stats", "count"]
    assert len({colour for _, colour in colours}) == 2, "the colours are not those of plain text"


def test_a_mistake_is_shown_where_it_is(page, server):
    page.open(f"{server.endpoint}/ui/logs?q=fields%20@timestamp%20%7C%20filtr%20x")
    page.wait("document.querySelector('.failed')?.innerText.includes('MalformedQueryException')")
    page.wait(f"{EDITOR}.querySelector('.t-wrong')?.innerText === 'filtr'")
    assert page.violations() == []
    page.severe()  # the browser notes the refused request


def test_a_row_opens_with_its_tree_and_the_lines_around_it(page):
    page.run("document.querySelector('.results .row[tabindex=\"0\"]').focus()")
    page.press(DOWN)
    page.press(DOWN)
    page.press(ENTER)
    page.wait("document.querySelector('.rowdetail dl')")
    page.run("[...document.querySelectorAll('.results .all .row')].find(row => row.innerText.includes('payment declined')).click()")
    page.wait("[...document.querySelectorAll('.rowdetail .key')].some(key => key.innerText.includes('order'))")
    page.run("[...document.querySelectorAll('.rowdetail button')].find(button => button.innerText === 'Lines around it').click()")
    page.wait("document.querySelectorAll('.context li').length >= 4")
    assert "payment declined" in page.run("return document.querySelector('.context .this').innerText")


def test_hostile_lines_stay_text(page):
    for index in range(page.run(f"return {ROWS}")):
        page.run(f"document.querySelectorAll('.results .all .row')[{index}].click()")
        page.wait("document.querySelector('.rowdetail dl')")
    text = page.run("return document.body.innerText")
    assert "<script>document.title='broken'</script>" in text and "\u202e" not in text and "\x1b" not in text
    assert page.run("return document.title") == "Logs · Groundwatch"
    assert page.run("return document.querySelectorAll('main script, main img').length") == 0


def test_counting_by_period_draws_a_line_for_each_group(page, server):
    page.open(f"{server.endpoint}/ui/logs?q=stats%20count(*)%20as%20lines%20by%20bin(1m),%20@logStream")
    page.wait(f"document.querySelector('.legend button')?.innerText.includes({json.dumps(STREAM)}) || document.querySelector('.results')")
    assert page.run(f"return {ROWS}") >= 1


def test_ten_thousand_rows_scroll_without_standing_still(page, server, shop):
    clients, _ = shop
    group = f"/many/{secrets.token_hex(4)}"
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")
    start = milliseconds_of(now() - minutes(5))
    clients.logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[
        {"timestamp": start + index, "message": f"line {index} of many, with a few words to make it as long as lines are"} for index in range(10_000)])
    page.open(f"{server.endpoint}/ui/logs?g={group}&q=fields%20@timestamp,%20@message%20%7C%20limit%2010000")
    page.wait("document.querySelector('.vtable')?.getAttribute('aria-rowcount') === '10001'")
    page.wait("!document.querySelector('.skeleton')")
    step = lambda: page.processor_time("""
        const list = document.querySelector('.vtable');
        let step = 0;
        Object.assign(list, { scrollTop: 0 });
        window.isDone = false;
        const timer = setInterval(() => { list.scrollTop += 2000; step += 1; if (step === 60) { clearInterval(timer); window.isDone = true; } }, 20);
    """, until="window.isDone") / 60
    assert is_quick(step, 0.05)
    assert page.run("return document.querySelector('.vtable').scrollTop") > 50_000
    assert page.run(f"return {ROWS}") < 100


def test_new_lines_arrive_by_themselves_and_are_filtered(page, server, shop):
    clients, _ = shop
    word = secrets.token_hex(8)
    page.open(f"{server.endpoint}/ui/logs?view=tail&f=%22{word}%22")
    page.wait("document.querySelector('.calm')?.innerText.includes('No line')")
    clients.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=[
        {"timestamp": milliseconds_of(now()), "message": f"here {word} comes"}, {"timestamp": milliseconds_of(now()), "message": "another"}])
    page.wait(f"document.querySelectorAll('.logrow').length === 1 && document.querySelector('.logrow').innerText.includes('{word}')")


def test_retention_is_set_from_the_list_of_groups(page, server, shop):
    clients, _ = shop
    page.open(f"{server.endpoint}/ui/logs?view=groups")
    page.wait("document.querySelector('.vtable select')")
    page.run(f"const row = [...document.querySelectorAll('.vtable .all .row')].find(row => row.innerText.includes({json.dumps(GROUP)}));"
             "const choice = row.querySelector('select'); choice.value = '7'; choice.dispatchEvent(new Event('change', { bubbles: true }));")
    page.wait("document.querySelector('.toasts').innerText.includes('7 days')")
    [group] = clients.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["retentionInDays"] == 7


def test_an_empty_server_teaches(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/logs")
    browser.wait("document.querySelector('.teach pre')")
    assert f"--endpoint-url {server.endpoint}" in browser.run("return document.querySelector('.teach pre').innerText")
    assert browser.violations() == [] and browser.severe() == []
