"""The benchmark program, in its smallest sizes: that every question is still answered. No time is held against a limit."""

import json
import os
import pathlib
import signal
import subprocess

import pytest

from support import waiting
from support.server import BINARY

BENCH = BINARY.parent / "groundwatch-bench"
SECONDS_MAX = 300
# What each question must tell at least.
FIGURES = {
    "IdleServer": {"start to ready", "resident memory, idle"},
    "RestartAfterKill": {"start to ready after kill -9", "start to ready after a stop"},
    "PutMetricData": {"datums a core-second", "request, 99 of 100", "bytes on disk a row"},
    "PutLogEvents": {"events a core-second", "request, 99 of 100", "bytes on disk a row"},
    "JSONLines": {"lines a core-second", "request, 99 of 100", "bytes on disk a row"},
    "PutTraceSegments": {"segments a core-second", "request, 99 of 100", "bytes on disk a row"},
    "GetMetricData": {"median", "99 of 100"},
    "GetMetricStatistics": {"median", "99 of 100"},
    "FilterLogEvents": {"median", "99 of 100"},
    "StartQuery": {"median", "99 of 100"},
    "BatchGetTraces": {"median", "99 of 100"},
    "AnomalyBands": {"anomalies found, percent", "alarms that are true, percent", "time a value, expected and learned"},
}


def run(folder, *arguments, server=BINARY):
    """The finished program. It starts servers of its own, which must not outlive it: all are one process group."""
    assert BENCH.exists(), f"there is no program at {BENCH}: build it (swift build --product groundwatch-bench)"
    process = subprocess.Popen(
        [str(BENCH), "--small", "--server", str(server), "--folder", str(folder / "data"), *arguments], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        output, errors = process.communicate(timeout=SECONDS_MAX)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """One run of everything, and what it wrote."""
    folder = tmp_path_factory.mktemp("bench")
    ran = run(folder, "--json", "figures.json", "--markdown", "page.md", "--peer", "moto=not/installed", "--commit", "abc1234")
    assert ran.returncode == 0, ran.stderr
    figures = json.loads((folder / "figures.json").read_text())
    return figures, (folder / "page.md").read_text(), ran.stdout, list((folder / "data").iterdir())


@pytest.mark.parametrize("question", FIGURES)
def test_every_question_is_answered(report, question):
    figures = [figure for figure in report[0]["figures"] if figure["question"] == question]
    assert {figure["figure"] for figure in figures} >= FIGURES[question]
    for figure in figures:
        assert figure["values"] and all(value >= 0 for value in figure["values"]), figure
        assert min(figure["values"]) <= figure["median"] <= max(figure["values"]), figure


def test_the_list_of_questions_is_the_one_that_is_tested(tmp_path):
    ran = run(tmp_path, "--list")
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == list(FIGURES)


def test_the_reports_say_what_was_measured_where(report):
    figures, page, table, _ = report
    assert figures["machine"]["cores"] >= 1 and figures["machine"]["processor"]
    assert (figures["commit"], figures["size"], figures["repeats"]) == ("abc1234", "small", 1)
    for text in (page, table):
        assert "abc1234" in text
        for question in FIGURES:
            assert question in text


def test_a_peer_that_is_not_installed_is_named_with_the_reason(report):
    assert report[0]["skipped"] == ["moto is not installed: there is no not/installed"]
    assert "moto is not installed" in report[1] and "moto is not installed" in report[2]


def test_nothing_is_left_behind(report):
    assert report[3] == []


def test_a_server_that_does_not_start_is_a_failure_that_says_so(tmp_path):
    ran = run(tmp_path, "IdleServer", server="/bin/false")
    assert ran.returncode == 1
    assert "it ended with status" in ran.stderr and "before it was ready" in ran.stderr


@pytest.mark.parametrize("arguments", [["NoSuchQuestion"], ["--no-such-option"], ["--repeats", "none"], ["--peer", "other=x"], ["--seed"]])
def test_a_wrong_command_line_is_refused(tmp_path, arguments):
    ran = run(tmp_path, *arguments)
    assert ran.returncode == 2
    assert "cannot read the command line" in ran.stderr


def test_a_run_that_is_asked_to_end_takes_its_server_with_it(tmp_path):
    process = subprocess.Popen(
        [str(BENCH), "--small", "--server", str(BINARY), "--folder", str(tmp_path / "data"), "--repeats", "1000", "IdleServer"],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        servers = waiting.until(lambda: children(process.pid), "a server of the run to be there", 20, every=0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
        waiting.until(lambda: not any(is_running(server) for server in servers), "the server to be gone", 20, every=0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None


def children(pid):
    """Process ids of the children, from /proc."""
    return [int(child) for task in os.listdir(f"/proc/{pid}/task")
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split()]


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
