"""The console's traces: the list with its durations, one trace in time, the services that traces passed through."""

import json

import pytest

from support.bigtrace import stand_in
from support.browser import DOWN, ENTER, SCREENSHOTS, needs_browser
from support.gates import is_quick

pytestmark = needs_browser

SPANS = "document.querySelectorAll('.span').length"


@pytest.fixture
def page(server, shop, browser):
    browser.open(f"{server.endpoint}/ui/traces")
    browser.wait("document.querySelector('.vtable .all .row') && document.querySelector('.scatter canvas')")
    yield browser
    assert browser.severe() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("view", ["", "map"])
def test_axe_finds_nothing_in_the_list(page, server, view, theme):
    page.prefer(theme)
    page.open(f"{server.endpoint}/ui/traces?view={view}")
    page.wait("document.querySelector('.vtable .all .row') && !document.querySelector('.skeleton')")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"traces-{view or 'list'}-{theme}.png")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("view", ["waterfall", "groups", "services", "json"])
def test_axe_finds_nothing_in_a_trace(page, server, shop, view, theme):
    page.prefer(theme)
    page.open(f"{server.endpoint}/ui/traces/{shop[1]}?view={view}")
    page.wait("document.querySelector('.facts')")
    if view == "waterfall":
        page.click(".span .label")
        page.wait("document.querySelector('.spandetail')")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"trace-{view}-{theme}.png")


def test_they_fit_a_phone(page, server, shop):
    page.resize(390, 844, is_phone=True)
    for name, path in {"traces": "traces?view=map", "trace": f"traces/{shop[1]}"}.items():
        page.open(f"{server.endpoint}/ui/{path}")
        page.wait("document.querySelector('.span, .servicegraph')")
        assert page.run("return document.documentElement.scrollWidth") <= 390
        page.screenshot(SCREENSHOTS / f"{name}-phone.png")


def test_a_trace_is_opened_from_the_list_by_keyboard_and_a_span_stays_in_the_address(page, server, shop):
    _, trace = shop
    page.run("document.querySelector('.vtable .row[tabindex=\"0\"]').focus()")
    page.press(ENTER)
    page.wait(f"location.pathname === '/ui/traces/{trace}' && {SPANS} > 3")
    page.run("document.querySelector('.span[tabindex=\"0\"]').focus()")
    page.press(DOWN)
    page.press(ENTER)
    page.wait("document.querySelector('.spandetail h3') && location.search.includes('span=')")
    chosen = page.run("return document.querySelector('.spandetail h3').innerText")
    page.run("location.reload()")
    page.wait(f"document.querySelector('.spandetail h3')?.innerText === {json.dumps(chosen)}")


def test_the_map_shows_who_calls_whom_and_says_what_its_marks_mean(page, server):
    page.open(f"{server.endpoint}/ui/traces?view=map")
    names = page.wait("[...document.querySelectorAll('.service .name')].map(name => name.textContent)")
    assert {"eventpro-api", "eventpro-checkout", "payments.test"} <= set(names)
    assert page.run("return document.querySelectorAll('.call path').length") >= 2
    assert "faults" in page.run("return document.querySelector('.graphlegend').innerText")
    page.run("[...document.querySelectorAll('.service')].find(box => box.textContent.includes('payments.test')).dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))")
    page.wait("location.search.includes('service=payments.test')")


def test_failures_are_told_from_the_rest(page, server):
    page.run("[...document.querySelectorAll('.heading button')].find(button => button.innerText === 'Failed').click()")
    page.wait("location.search.includes('only=failed') && document.querySelectorAll('.vtable .all .row.bad').length === 1")


@pytest.mark.parametrize("name", ["1-00000000-000000000000000000000000", "nonsense", "%3Cimg%20src=x%3E"])
def test_a_trace_that_is_not_there_says_so(page, server, name):
    page.open(f"{server.endpoint}/ui/traces/{name}")
    page.wait("document.querySelector('.calm')?.innerText.match(/is stored here|is no trace id/)")
    assert page.run("return document.querySelectorAll('main img').length") == 0
    assert page.violations() == []


def test_ten_thousand_spans_scroll_without_standing_still(page):
    trace = stand_in(page)
    page.run(f"history.pushState(null, '', '/ui/traces/{trace}'); dispatchEvent(new PopStateEvent('popstate'))")
    page.wait(f"{SPANS} > 20")
    assert "10,001" in page.run("return document.querySelector('.facts').innerText")
    assert page.run(f"return {SPANS}") < 100
    labels = "[...document.querySelectorAll('.ruler .track span')].map(label => label.innerText)"
    assert page.run(f"return {labels}")[::4] == ["0 ms", "20 s"]
    box = page.run("const box = document.querySelector('.minimap').getBoundingClientRect(); return [box.left, box.top, box.width, box.height]")
    page.drag((box[0] + box[2] * 0.25, box[1] + 10), (box[0] + box[2] * 0.5, box[1] + 10))
    page.wait(f"parseFloat({labels}[0]) > 4.8 && parseFloat({labels}[0]) < 5.2 && parseFloat({labels}[4]) < 10.3")
    page.run("document.querySelector('.span[tabindex=\"0\"]').focus()")
    page.press("-")
    page.wait(f"{labels}[4] === '20 s'")
    step = lambda: page.processor_time("""
        const list = document.querySelector('.spans');
        let step = 0;
        Object.assign(list, { scrollTop: 0 });
        window.isDone = false;
        const timer = setInterval(() => { list.scrollTop += 2000; step += 1; if (step === 40) { clearInterval(timer); window.isDone = true; } }, 20);
    """, until="window.isDone") / 40
    assert is_quick(step, 0.05)


def test_an_empty_server_teaches(start_server, browser):
    server = start_server()
    browser.open(f"{server.endpoint}/ui/traces")
    browser.wait("document.querySelector('.teach pre')")
    assert f"--endpoint-url {server.endpoint}" in browser.run("return document.querySelector('.teach pre').innerText")
    assert browser.violations() == [] and browser.severe() == []
