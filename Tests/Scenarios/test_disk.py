"""A disk that fills up: nothing is accepted below the reserve, everybody is told so, and it goes on by itself when there is room again."""

import os
import subprocess

import pytest
from botocore.exceptions import ClientError

from support import waiting
from support.clients import Clients
from support.server import Server

MEBIBYTE = 1 << 20


@pytest.fixture
def small_disk(tmp_path):
    """A directory on a volume of its own, 400 MB; needs the right to mount one."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(directory)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"may not mount a small disk here: {mounted.stderr.strip()}")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)


def put(clients, value):
    clients.cloudwatch.put_metric_data(Namespace="Disk", MetricData=[{"MetricName": "Filled", "Value": value}])


def figure(server, name):
    lines = server.get("/metrics")[2].decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def fill(directory, leave_bytes):
    """A file that takes all but so many bytes."""
    stat = os.statvfs(directory)
    size = stat.f_bavail * stat.f_frsize - leave_bytes
    path = directory / "ballast"
    with open(path, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    return path


def test_a_full_disk_is_told_and_got_over(small_disk):
    server = Server(small_disk, arguments=("--disk-reserve", "64MiB")).start()
    try:
        clients = Clients(server.endpoint)
        put(clients, 1)
        assert figure(server, "groundwatch_disk_is_low") == 0
        # The journal's next file is prepared in the background; the ballast must not be in its way.
        waiting.until(lambda: sum(f.stat().st_size for f in (server.data / "store/journal").iterdir()) >= 64 * MEBIBYTE,
                      "the journal's files", 10)

        ballast = fill(small_disk, leave_bytes=48 * MEBIBYTE)

        def refused():
            try:
                put(clients, 2)
            except ClientError as error:
                return error

        error = waiting.until(refused, "a refusal", 10)
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert "free" in error.response["Error"]["Message"]
        status, _, body = server.get("/health/detailed")
        assert status == 503 and b'"disk":"DOWN"' in body.replace(b": ", b":"), body
        assert figure(server, "groundwatch_disk_is_low") == 1

        ballast.unlink()
        put(clients, 3)
        assert server.get("/health/ready")[0] == 200
        assert figure(server, "groundwatch_disk_is_low") == 0
        assert figure(server, "groundwatch_refused_commits_total") >= 1
    finally:
        if server.process is not None:
            assert server.stop() == 0, server.log_tail()


def test_an_ordinary_alarm_sees_the_disk_fill(start_server):
    server = start_server(arguments=("--self-metrics", "1"))
    cloudwatch = Clients(server.endpoint).cloudwatch
    cloudwatch.put_metric_alarm(
        AlarmName="disk-fills", Namespace="Groundwatch", MetricName="DiskFree", Statistic="Minimum", Period=10, EvaluationPeriods=1,
        ComparisonOperator="LessThanThreshold", Threshold=float(1 << 60))
    waiting.until(lambda: cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"], "the alarm", 60)
    names = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="Groundwatch")["Metrics"]}
    assert names >= {"DiskFree", "DiskReserve", "JournalSize", "UnsealedSize", "DamagedFiles", "LostCommits", "MemoryUsed", "ResidentMemory"}
    assert figure(server, "groundwatch_damaged_files") == 0
    # The journal's first file grows; nothing but what was written is in it.
    assert 0 < figure(server, "groundwatch_journal_bytes")


def test_a_damaged_part_is_set_aside_told_of_and_the_rest_is_served(start_server):
    server = start_server(arguments=("--self-metrics", "0"))
    cloudwatch = Clients(server.endpoint).cloudwatch

    def put(name):
        cloudwatch.put_metric_data(Namespace="Damage", MetricData=[{"MetricName": name, "Value": 1}])

    def parts():
        return set((server.data / "store/parts").iterdir())

    put("First")
    assert server.stop() == 0
    first = parts()
    server.start()
    put("Second")
    assert server.stop() == 0
    # Of the second life's parts one is cut short.
    victim = max(parts() - first, key=lambda path: path.stat().st_size)
    os.truncate(victim, victim.stat().st_size - 9)
    server.start()
    names = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="Damage")["Metrics"]}
    assert "First" in names
    status, _, body = server.get("/health/detailed")
    assert b"damage on disk: 1 parts set aside" in body, body
    assert server.get("/health/ready")[0] == 200
    assert figure(server, "groundwatch_damaged_parts_total") == 1
    assert figure(server, "groundwatch_damaged_files") == 1
    assert [path.name for path in (server.data / "store/damaged").iterdir()] == [victim.name]
    put("Third")
    # What is set aside stays told of after a restart.
    server.restart()
    assert figure(server, "groundwatch_damaged_files") == 1
