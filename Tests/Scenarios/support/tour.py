"""Pictures of every page of a running server's console, in both themes and at a phone's width, to be looked at one by one.

    python -m support.tour http://127.0.0.1:4566 FOLDER [WORDS]     only the stops whose names contain one of the words

`Scripts/screenshots` starts a server with the demo for it.
"""

import json
import pathlib
import sys
import time
import urllib.parse

from .browser import Browser
from .clients import Clients

SETTLED = "document.querySelector('main h1') && !document.querySelector('.skeleton, .waiting, main > .calm[role=status]')"
LOOKS = {"dark": ("dark", 1440, 900, False), "light": ("light", 1440, 900, False), "phone": ("dark", 390, 844, True)}


def quoted(value):
    return urllib.parse.quote(value, safe="")


def graph(*metrics):
    return quoted(json.dumps([{"i": f"m{index}", "m": list(metric), "s": stat} for index, (stat, *metric) in enumerate(metrics)]))


def stops(clients):
    """What there is to see: a name, and the address below /ui/. Things that have a page of their own are taken from the server."""
    found = {
        "home": "", "metrics": "metrics", "logs": "logs", "logs-tail": "logs?view=tail", "logs-groups": "logs?view=groups", "traces": "traces", "traces-heat": "traces?as=heat",
        "services": "traces?view=map", "alarms": "alarms", "alarm-new": "alarms?new=1", "dashboards": "dashboards", "system": "system", "help": "help", "missing": "no/such/page",
        "logs-mistake": "logs?q=" + quoted("fields @message | filtr x"),
        "logs-stats": "logs?q=" + quoted("stats count(*) as lines by bin(1m), @log"),
    }
    if metrics := clients.cloudwatch.list_metrics(Namespace="EventPro")["Metrics"]:
        chosen = [("Average", metric["Namespace"], metric["MetricName"], *[part for pair in metric["Dimensions"] for part in (pair["Name"], pair["Value"])]) for metric in metrics[:4]]
        found["metrics-graph"] = "metrics?q=" + graph(*chosen)
    now = time.time()
    if traces := clients.xray.get_trace_summaries(StartTime=now - 1200, EndTime=now)["TraceSummaries"]:
        longest = max(traces, key=lambda trace: len(trace.get("ServiceIds", [])))["Id"]
        found |= {f"trace-{view}": f"traces/{longest}?view={view}" for view in ("waterfall", "groups", "services", "json")}
    for state in ("ALARM", "OK"):
        if alarms := clients.cloudwatch.describe_alarms(StateValue=state, MaxRecords=1)["MetricAlarms"]:
            found[f"alarm-{state.lower()}"] = "alarms/" + quoted(alarms[0]["AlarmName"])
    for entry in clients.cloudwatch.list_dashboards()["DashboardEntries"]:
        found["dashboard-" + entry["DashboardName"].lower()] = "dashboards/" + quoted(entry["DashboardName"])
        found["dashboard-edit"] = "dashboards/" + quoted(entry["DashboardName"]) + "?edit=1"
    return found


def shoot(endpoint, folder, words=()):
    """Takes the pictures; prints what a page's own console complained about, and whether it is too wide for a phone."""
    complaints = 0
    with Browser() as browser:
        for name, path in stops(Clients(endpoint)).items():
            if words and not any(word in name for word in words):
                continue
            for look, (theme, width, height, is_phone) in LOOKS.items():
                browser.prefer(theme)
                browser.resize(width, height, is_phone)
                browser.open(f"{endpoint}/ui/{path}")
                browser.wait("document.querySelector('main h1') && !document.querySelector('.skeleton')", seconds=30)
                # What is below the window loads when it comes near.
                browser.wait("!(document.querySelector('.waiting')?.scrollIntoView() ?? document.querySelector('.waiting'))", seconds=60)
                browser.run("scrollTo(0, 0)")
                browser.wait(SETTLED, seconds=30)
                time.sleep(0.8)  # a picture has no condition to wait for: charts come a frame or two after their data
                browser.screenshot(pathlib.Path(folder) / f"{name}-{look}.png")
                too_wide = browser.run("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")
                problems = browser.severe() + ([f"{too_wide} pixels too wide"] if too_wide else [])
                complaints += len(problems)
                print(f"{name}-{look}.png", *problems, sep="\n    ", flush=True)
    return complaints


if __name__ == "__main__":
    _, endpoint, folder, *words = sys.argv
    sys.exit(1 if shoot(endpoint, folder, words) else 0)
