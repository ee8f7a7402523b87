"""Signing in at the console in a real browser, and news that arrive by themselves."""

import time

import pytest

from support import waiting
from support.access import add_user, client, make_key
from support.browser import ENTER, SCREENSHOTS, TAB, needs_browser
from support.server import Server

pytestmark = needs_browser
PASSWORD = "correct horse battery"
FORM = "document.querySelector('.login form')"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("guarded"))
    server.data.mkdir()
    server.key = make_key(server.data, "--account", "111111111111")
    add_user(server.data, "ada", PASSWORD, "editor", "--account", "111111111111")
    server.start()
    server.logs = client(server.endpoint, "logs", server.key)
    server.logs.create_log_group(logGroupName="/shop")
    server.logs.create_log_stream(logGroupName="/shop", logStreamName="web-1")
    yield server
    assert server.process is None or server.stop() == 0


def put(server, message):
    server.logs.put_log_events(
        logGroupName="/shop", logStreamName="web-1", logEvents=[{"timestamp": int(time.time() * 1000), "message": message}])


def sign_in(browser, name="ada", password=PASSWORD):
    browser.wait("document.activeElement.id === 'username'")
    browser.type(name)
    browser.press(TAB)
    browser.type(password)
    browser.press(ENTER)


def test_the_page_asked_for_is_there_after_signing_in_with_the_keyboard(guarded, browser):
    browser.open(f"{guarded.endpoint}/ui/logs?from=-3h")
    browser.wait(FORM)
    assert browser.run("return document.querySelector('.top')") is None
    sign_in(browser, password="wrong password")
    browser.wait("document.querySelector('.login .problem').innerText.includes('do not belong together')")
    browser.wait("document.activeElement.id === 'password'")
    browser.type(PASSWORD)
    browser.press(ENTER)
    browser.wait("document.querySelector('.top') && document.querySelector('h1')")
    assert browser.run("return location.pathname + location.search") == "/ui/logs?from=-3h"
    browser.wait("document.body.innerText.includes('1 log group')")
    # Scripts cannot see the cookie; a new page is still signed in.
    assert browser.run("return document.cookie") == ""
    browser.open(f"{guarded.endpoint}/ui/")
    browser.wait("document.querySelector('button.user')")
    # The first, refused attempt is a line of the browser's own console, nothing else is.
    assert [line for line in browser.severe() if "401" not in line] == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(guarded, browser, theme):
    browser.prefer(theme)
    browser.open(f"{guarded.endpoint}/ui/")
    browser.wait(FORM)
    assert browser.violations() == []
    browser.screenshot(SCREENSHOTS / f"login-{theme}.png")
    sign_in(browser)
    browser.wait("document.querySelector('button.user')")
    browser.click("button.user")
    browser.wait("document.querySelector('dialog[open] .signout')")
    assert browser.violations() == []
    browser.screenshot(SCREENSHOTS / f"user-{theme}.png", whole_page=False)


def test_signing_out_leads_to_the_sign_in(guarded, browser):
    browser.open(f"{guarded.endpoint}/ui/")
    sign_in(browser)
    browser.wait("document.querySelector('button.user')")
    browser.click("button.user")
    browser.click("dialog .signout")
    browser.wait(FORM)


def test_a_session_that_ends_elsewhere_leads_to_the_sign_in(guarded, browser):
    add_user(guarded.data, "tom", PASSWORD, "viewer", "--account", "111111111111")
    time.sleep(1.2)  # the server looks for new users every second
    browser.open(f"{guarded.endpoint}/ui/alarms")
    sign_in(browser, "tom")
    browser.wait("document.querySelector('button.user')")
    from support.access import command
    command(guarded.data, "user", "remove", "tom")
    time.sleep(1.2)
    browser.press("r")
    browser.wait(FORM)
    assert browser.run("return location.pathname") == "/ui/alarms"


def test_an_event_written_by_a_client_shows_within_a_second(guarded, browser):
    browser.open(f"{guarded.endpoint}/ui/logs?view=tail")
    sign_in(browser)
    put(guarded, "the first line")
    browser.wait("document.querySelector('ul.logs') && document.querySelector('ul.logs').innerText.includes('the first line')", seconds=15)
    waiting.until(lambda: streams_open(guarded) > 0, "the tab's stream", 10)
    time.sleep(0.5)  # its subscriptions follow at once
    begun = time.monotonic()
    put(guarded, "seen at once")
    browser.wait("document.querySelector('ul.logs').innerText.includes('seen at once')", seconds=10)
    assert time.monotonic() - begun < 1


def streams_open(server):
    text = server.get("/metrics", {"Authorization": f"Bearer {'.'.join(server.key)}"})[2].decode()
    return int(float(text.split("\ngroundwatch_live_streams ")[1].split("\n")[0]))
