"""Fixtures: a running server, its clients, and what it said when a test failed."""

import os

import pytest

from support import shop as ticket_sale
from support.browser import Browser
from support.clients import Clients
from support.server import BINARY, Server
from support.wire import Wire

# The clients must not find the developer's own settings or a metadata service.
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")
for name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT", "AWS_PROFILE", "AWS_XRAY"))]:
    del os.environ[name]


def pytest_report_header(config):
    return f"program under test: {BINARY}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for the tests of a file; each test uses names of its own. SIGTERM must end it with code 0."""
    server = Server(tmp_path_factory.mktemp("server")).start()
    yield server
    if server.process is not None:
        code = server.stop()
        assert code == 0, f"SIGTERM should end the server with code 0, not {code}\n{server.log_tail()}"


@pytest.fixture
def start_server(tmp_path):
    """Starts servers of the test's own: `start_server(doors=..., arguments=...)`."""
    started = []

    def start(**options):
        directory = tmp_path / f"server-{len(started)}"
        directory.mkdir()
        started.append(Server(directory, **options))
        return started[-1].start()

    start.servers = started
    yield start
    codes = [server.stop() for server in started if server.process is not None]
    assert not any(codes), f"SIGTERM should end a server with code 0, not {codes}\n{started[-1].log_tail()}"


@pytest.fixture
def clients(server):
    return Clients(server.endpoint)


@pytest.fixture
def wire(server):
    wire = Wire(server.address)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def shop(server):
    """The clients of a server with a quarter of an hour of a ticket sale in it, and the id of its trace."""
    clients = Clients(server.endpoint)
    return clients, ticket_sale.fill(clients)


@pytest.fixture
def browser():
    with Browser() as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        fixtures = getattr(item, "funcargs", {})
        servers = [fixtures.get("server"), *getattr(fixtures.get("start_server"), "servers", [])]
        for server in filter(None, servers):
            report.sections.append((f"what the server at {server.address} said", server.log_tail()))
    return report
