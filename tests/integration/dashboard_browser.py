# SPDX-License-Identifier: BSD-3-Clause
"""device-dashboard as its users see it: its page in headless Chromium, on the keyboard. Leaves a
screenshot beside the program, in the build directory."""

import contextlib
import json
import os
import signal

from browser import ARROW_LEFT, ARROW_RIGHT, END_KEY, HOME_KEY, Browser, need_browser
from harness import check, main
from http_peer import ask
from peers import listening

CONSOLE_OF_A_LOST_DEVICE = "WebSocket connection to"


@contextlib.contextmanager
def page(path):
    """(browser, program, port): the page is open and live."""
    need_browser()
    with listening(path, "-p", "0") as (program, port), Browser() as browser:
        browser.open(f"http://127.0.0.1:{port}/")
        wait_for_state(browser, "live")
        yield browser, program, port
    if program.process.returncode is None:
        program.stop(signal.SIGTERM)


def wait_for_state(browser, state):
    browser.wait_for(lambda: browser.run("return document.body.dataset.state") == state,
                     f"the state {state!r}")


def seconds(browser):
    """What the page says of the uptime."""
    hours, minutes, rest = map(int, browser.text("#uptime").split(":"))
    return hours * 3600 + minutes * 60 + rest


def value(browser):
    return int(browser.property("#value", "value"))


def wait_for_value(browser, wanted):
    browser.wait_for(lambda: value(browser) == wanted and browser.text("#level") == f"{wanted} %",
                     f"the value {wanted}")


def wait_for_status(port, wanted):
    Browser.wait_for(lambda: json.loads(ask(port, "/api/status").body)["value"] == wanted,
                     f"the value {wanted}, says /api/status")


def check_console(browser, allowed=None):
    """Nothing may have gone wrong: errors of scripts, of the policy, files that are not there."""
    bad = [text for level, text in browser.console()
           if level in ("SEVERE", "WARNING") and (allowed is None or allowed not in text)]
    check(not bad, f"the console says {bad}")


def figures_arrive_and_advance(path):
    with page(path) as (browser, _, port):
        check(browser.title() == "Device dashboard", f"the title is {browser.title()!r}")
        check(browser.text("h1") == "Device dashboard", "no heading")
        check(browser.text("#state") == "Live", "does not say that it is live")
        first = seconds(browser)
        browser.wait_for(lambda: seconds(browser) >= first + 2, "an uptime that advances")
        status = json.loads(ask(port, "/api/status").body)
        check(abs(seconds(browser) - status["uptime"]) < 30, "not the uptime of the device")
        for figure in ("#heap", "#connections", "#viewers", "#requests"):
            check(browser.text(figure)[:1].isdigit(), f"{figure} is {browser.text(figure)!r}")
        check(browser.text("#viewers") == "1", "there is another viewer")
        check(value(browser) == status["value"], "not the value of the device")
        for script in ("#heap-trend .line", "#connections-trend .line"):
            drawn = browser.run(f"return document.querySelector('{script}').getAttribute('d')")
            check(drawn and drawn.startswith("M") and "L" in drawn, f"{script} is {drawn!r}")
        browser.screenshot(os.path.splitext(path)[0] + ".png")
        check_console(browser)


def value_is_set_by_keyboard_and_mouse(path):
    with page(path) as (browser, _, port):
        start = value(browser)
        browser.press("#value", ARROW_RIGHT)
        wait_for_status(port, start + 1)
        browser.press("#value", ARROW_LEFT + ARROW_LEFT + ARROW_LEFT)
        wait_for_status(port, start - 2)
        wait_for_value(browser, start - 2)
        browser.press("#value", END_KEY)
        wait_for_status(port, 100)
        browser.press("#value", HOME_KEY)
        wait_for_status(port, 0)
        browser.click("button[data-value='50']")
        wait_for_status(port, 50)
        wait_for_value(browser, 50)
        check_console(browser)


def pages_share_the_value(path):
    with page(path) as (browser, _, port):
        first = browser.window()
        second = browser.new_window()
        browser.open(f"http://127.0.0.1:{port}/")
        wait_for_state(browser, "live")
        browser.wait_for(lambda: browser.text("#viewers") == "2", "two viewers")
        browser.switch(first)
        browser.click("button[data-value='100']")
        browser.press("#value", ARROW_LEFT)
        wait_for_status(port, 99)
        browser.switch(second)
        wait_for_value(browser, 99)
        browser.press("#value", HOME_KEY)
        wait_for_status(port, 0)
        browser.switch(first)
        wait_for_value(browser, 0)
        ask(port, "/api/value", "POST", {"Content-Type": "application/json"}, b'{"value": 33}')
        for window in (first, second):
            browser.switch(window)
            wait_for_value(browser, 33)
        check_console(browser)


def page_finds_a_device_that_was_restarted(path):
    with page(path) as (browser, program, port):
        browser.wait_for(lambda: seconds(browser) >= 2, "an uptime of two seconds")
        check_console(browser)
        program.stop(signal.SIGTERM)
        wait_for_state(browser, "lost")
        check("Disconnected" in browser.text("#state"), "does not say that it is disconnected")
        check(browser.property("#value", "disabled"), "the slider of no device can be moved")
        with listening(path, "-p", str(port)) as (again, _):
            wait_for_state(browser, "live")
            check(browser.text("#state") == "Live", "does not say that it is live again")
            check(not browser.property("#value", "disabled"), "the slider stays as it was")
            browser.press("#value", END_KEY)
            wait_for_status(port, 100)
            # That nobody answers is what the browser itself writes there.
            check_console(browser, allowed=CONSOLE_OF_A_LOST_DEVICE)
            again.stop(signal.SIGTERM)


if __name__ == "__main__":
    main((figures_arrive_and_advance, value_is_set_by_keyboard_and_mouse, pages_share_the_value,
          page_finds_a_device_that_was_restarted))
