"""The console's frame: search, time, keys, help, routes; the same on every page."""

import re

import pytest

from support.browser import CONTROL, DOWN, ENTER, ESCAPE, SCREENSHOTS, TAB, needs_browser
from support.shop import ALARM, GROUP

pytestmark = needs_browser


@pytest.fixture
def page(server, shop, browser):
    """The home page; a test that ends with an error in the browser's console fails."""
    browser.open(f"{server.endpoint}/ui/")
    browser.wait("document.querySelectorAll('.plot canvas').length > 1 && document.querySelector('.alarmrow')")
    yield browser
    assert browser.severe() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", ["", "help"])
def test_axe_finds_nothing(page, server, path, theme):
    page.prefer(theme)
    page.open(f"{server.endpoint}/ui/{path}")
    page.wait("document.querySelector('h1') && !document.querySelector('.skeleton')")
    assert page.violations() == []
    page.screenshot(SCREENSHOTS / f"{path or 'home'}-{theme}.png")


@pytest.mark.parametrize("opener", [".search", "button.range"])
def test_axe_finds_nothing_in_what_lies_over_the_page(page, opener):
    page.click(opener)
    page.wait("document.querySelector('dialog[open]')")
    assert page.violations() == []


def test_search_finds_what_has_a_name_and_goes_there(page):
    page.chord(CONTROL, "k")
    page.wait("document.activeElement.getAttribute('role') === 'combobox'")
    page.type("help")
    page.wait("document.querySelectorAll('#found li').length === 0 || !document.querySelector('#found').innerText.includes('Home')")
    for _ in range(4):
        page.press("\ue003")  # backspace
    page.type("theme")
    page.wait("document.querySelectorAll('#found li').length === 1")
    before = page.run("return getComputedStyle(document.body).backgroundColor")
    page.press(ENTER)
    page.wait(f"!document.querySelector('dialog') && getComputedStyle(document.body).backgroundColor !== '{before}'")


def test_escape_closes_and_gives_the_focus_back(page):
    page.run("document.querySelector('button.range').focus()")
    page.press(ENTER)
    page.wait("document.querySelector('dialog[open] #timetext')")
    page.press(ESCAPE)
    page.wait("!document.querySelector('dialog') && document.activeElement.matches('button.range')")


def test_a_range_is_typed_and_every_panel_follows(page):
    page.type("tt")
    page.wait("document.querySelector('#timetext')")
    page.run("const field = document.querySelector('#timetext'); field.value = 'last 2 hours'; field.dispatchEvent(new Event('input'))")
    page.wait("!document.querySelector('.timesheet button.primary').disabled")
    page.press(ENTER)
    page.wait("location.search.includes('from=-2h') && document.querySelector('button.range').innerText.includes('2 h')")
    for nonsense in ["soon", "", "10:00 to 09:00", "-3x", "<b>"]:
        page.type("tt")
        page.wait("document.querySelector('#timetext')")
        page.run("const field = document.querySelector('#timetext'); field.value = arguments[0]; field.dispatchEvent(new Event('input'))", nonsense)
        page.wait("document.querySelector('.timesheet button.primary').disabled")
        page.press(ESCAPE)
        page.wait("!document.querySelector('dialog')")


def test_brackets_walk_through_the_ranges_looked_at(page):
    page.type("tz")
    page.wait("location.search.includes('from=-1h')")
    page.type("ta")
    page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")
    page.press("[")
    page.wait("location.search.includes('from=-1h')")
    page.press("[")
    page.wait("location.search.includes('from=-30m')")
    page.press("]")
    page.wait("location.search.includes('from=-1h')")
    page.press("]")
    page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")


def test_the_zone_changes_every_time_on_the_page(page):
    page.devtools("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
    page.run("location.reload()")
    page.wait("document.querySelector('.logrow time')")
    clock = "document.querySelector('.logrow time').innerText"
    there = page.run(f"return {clock}")
    page.type("tu")
    page.wait(f"location.search.includes('tz=utc') && {clock} !== '{there}'")
    hours = [int(re.match(r"\d+", text)[0]) for text in (there, page.run(f"return {clock}"))]
    assert (hours[0] - hours[1]) % 24 == 9


@pytest.mark.parametrize("width", [1600, 1280, 1200, 1100, 1000, 900, 800, 700, 500, 390, 340])
def test_the_bar_on_top_keeps_its_shape_at_every_width(page, server, width):
    page.resize(width, 800)
    for path in ("", "?from=1795657200000&to=1795658400000&cmp=1w"):
        page.open(f"{server.endpoint}/ui/help{path}")
        page.wait("document.querySelector('kbd')")
        assert page.run("return document.documentElement.scrollWidth") <= width
        shapes = page.run("return [...document.querySelectorAll('.top > *, .top .picker > *')].filter(part => part.offsetWidth > 0).map(part => [part.className, part.offsetHeight, part.scrollWidth - part.offsetWidth])")
        assert [shape for shape in shapes if shape[1] > 40 or (shape[2] > 1 and shape[0] not in ("range", "search"))] == []
        right = page.run("return Math.max(...[...document.querySelectorAll('.top *')].map(part => part.getBoundingClientRect().right))")
        assert right <= width
        assert page.run("return document.querySelector('button.live i').offsetWidth") == 8


def test_help_lists_the_keys_and_can_switch_them_off(page):
    page.press("?")
    page.wait("location.pathname === '/ui/help' && document.querySelector('h1')?.innerText === 'Help'")
    assert "Half a range later" in page.run("return document.querySelector('main').innerText")
    page.click("main input[type=checkbox]")
    page.run("document.activeElement.blur()")
    page.press("L")
    assert "live" not in page.run("return location.search")
    page.click("main input[type=checkbox]")
    page.run("document.activeElement.blur()")
    page.type("gh")
    page.wait("location.pathname === '/ui/'")


def test_the_first_tab_leads_past_the_frame(page, server):
    page.open(f"{server.endpoint}/ui/")
    page.wait("document.querySelector('main h1')")
    page.press(TAB)
    assert page.run("return document.activeElement.innerText") == "Skip to the page"
    page.press(ENTER)
    assert page.run("return document.activeElement.id") == "main"


@pytest.mark.parametrize("path", ["no/such/page", "alarmsX", "traces/%E0%A4%A", "..%2f..%2fetc"])
def test_an_address_of_nothing_says_so(browser, server, path):
    browser.open(f"{server.endpoint}/ui/{path}")
    browser.wait("document.querySelector('h1')?.innerText === 'There is no such page'")
    assert browser.severe() == []
