"""The program itself: readiness, the console's address, which doors it opens, and how it ends."""

import http.client
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest

from support.server import BINARY, READY_SECONDS, free_port
from support.times import minutes_ago
from support.wire import Wire

# The program takes no GROUNDWATCH_ variable that it does not know, and the tests' own are such.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDWATCH_")}
LISTENING, UDP_UNCONNECTED = "0A", "07"


def open_ports(process):
    """{(kind, address, port)} of every socket on which the process takes connections or datagrams, from /proc."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for kind, state in (("tcp", LISTENING), ("tcp6", LISTENING), ("udp", UDP_UNCONNECTED), ("udp6", UDP_UNCONNECTED)):
        table = pathlib.Path(f"/proc/{process.pid}/net/{kind}")
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and fields[3] == state:
                address, port = fields[1].split(":")
                host = socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address
                found.add((kind, host, int(port, 16)))
    return found


def test_a_fresh_server_is_ready_soon_and_says_that_it_lives(start_server):
    server = start_server()
    assert server.seconds_to_ready < READY_SECONDS
    assert server.get("/health/ready")[0] == 200
    assert server.get("/health/live")[0] == 200


def test_the_console_answers_at_its_address_itself(server):
    status, headers, body = server.get("/ui/")
    assert status == 200
    assert headers["content-type"].startswith("text/html") and b"<html" in body.lower()


def test_with_the_edge_door_alone_nothing_else_is_opened(server):
    assert open_ports(server.process) == {("tcp", "127.0.0.1", server.port)}


def test_the_daemons_door_is_udp_and_tcp_on_one_port(start_server):
    port = free_port(socket.SOCK_DGRAM)
    server = start_server(doors="edge,xray", arguments=["--xray", f"127.0.0.1:{port}"])
    assert open_ports(server.process) == {
        ("tcp", "127.0.0.1", server.port), ("tcp", "127.0.0.1", port), ("udp", "127.0.0.1", port)}


def test_an_unknown_path_is_not_found_and_the_server_goes_on(server):
    assert server.get("/no/such/page")[0] in (400, 403, 404)
    assert server.get("/health/ready")[0] == 200


def test_a_request_in_flight_is_finished_before_the_server_ends(start_server):
    """A request whose body comes slowly is under way when SIGTERM arrives; it is answered, and its data are kept."""
    server = start_server()
    start = minutes_ago(5)
    body = b'{"Namespace":"Slow","MetricData":[{"MetricName":"m","Timestamp":%d,"Value":1}]}' % start.timestamp()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    connection.putrequest("POST", "/")
    connection.putheader("X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData")
    connection.putheader("Content-Type", "application/x-amz-json-1.0")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[:20])
    time.sleep(0.3)                          # the server has the head and a part of the body
    code = []
    stopping = threading.Thread(target=lambda: code.append(server.stop()))
    stopping.start()
    time.sleep(0.3)
    connection.send(body[20:])
    assert connection.getresponse().status == 200
    connection.close()
    stopping.join()
    assert code == [0]

    server.start()
    wire = Wire(server.address)
    listed = wire.cloudwatch_json("ListMetrics", {"Namespace": "Slow"})
    assert [metric["MetricName"] for metric in listed.json["Metrics"]] == ["m"]
    wire.close()


def test_sigterm_ends_an_idle_server_at_once_though_a_client_stays_connected(start_server):
    server = start_server()
    wire = Wire(server.address)
    assert wire.cloudwatch_json("ListMetrics", {}).status == 200
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 5
    wire.close()


def test_a_second_server_on_the_same_data_is_refused(start_server):
    server = start_server()
    second = subprocess.run(
        [str(BINARY), "serve", "--data", str(server.data), "--edge", f"127.0.0.1:{free_port()}", "--doors", "edge"],
        capture_output=True, text=True, timeout=20, env=ENVIRONMENT)
    assert second.returncode != 0 and second.stderr.strip()
    assert server.get("/health/ready")[0] == 200


@pytest.mark.parametrize("arguments, word", [
    (["serve", "--dta", "x"], "--data"), (["serve", "--edge", "nonsense"], "--edge"), (["srve"], "serve"),
    (["serve", "--doors", "edge,window"], "window"),
])
def test_a_wrong_command_line_is_explained(tmp_path, arguments, word):
    done = subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=20, env=ENVIRONMENT, cwd=tmp_path)
    assert done.returncode != 0 and word in done.stderr


def test_the_edge_port_being_taken_is_an_error_that_names_it(server, tmp_path):
    done = subprocess.run(
        [str(BINARY), "serve", "--data", str(tmp_path / "data"), "--edge", server.address, "--doors", "edge"],
        capture_output=True, text=True, timeout=20, env=ENVIRONMENT)
    assert done.returncode != 0 and str(server.port) in done.stderr
