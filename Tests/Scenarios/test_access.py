"""Credentials: who is asked, who is believed, and what each may do; with the command, boto3 and requests made by hand."""

import base64
import datetime
import fcntl
import http.client
import json
import os
import pty
import signal
import socket
import subprocess
import termios
import time
import urllib.parse

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from support import waiting
from support.access import add_user, client, command, make_key
from support.clients import Clients
from support.server import BINARY, Server, free_port
from support.wire import Wire

PASSWORD = "correct horse battery"
STRANGER = ("AKIAAAAAAAAAAAAAAAAA", "wrong" * 8)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server with two keys and two users, and what they are."""
    server = Server(tmp_path_factory.mktemp("guarded"))
    server.data.mkdir()
    server.key = make_key(server.data, "--account", "111111111111")
    server.other_key = make_key(server.data, "--account", "222222222222")
    server.reader = make_key(server.data, "--account", "111111111111", "--role", "viewer", "--note", "dashboards")
    add_user(server.data, "ada", PASSWORD, "editor", "--account", "111111111111")
    add_user(server.data, "vic", PASSWORD, "viewer", "--account", "111111111111")
    server.start()
    yield server
    assert server.process is None or server.stop() == 0


def error_of(call, **input):
    with pytest.raises(ClientError) as caught:
        call(**input)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def request(server, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


# Who is asked


def test_an_address_that_others_reach_is_not_opened_without_credentials(tmp_path):
    server = Server(tmp_path)
    server.arguments = ["--data", str(server.data), "--edge", f"0.0.0.0:{server.port}", "--doors", "edge"]
    with pytest.raises(AssertionError, match="ended with code 2"):
        server.start()
    said = server.log.read_text()
    assert f"cannot listen on 0.0.0.0:{server.port}" in said
    assert f"groundwatch user add NAME --role admin --data {server.data}" in said and "groundwatch key create" in said

    # What it says is enough.
    key = make_key(server.data)
    server.start()
    assert error_of(client(server.endpoint, "logs", STRANGER).describe_log_groups)[0] == "UnrecognizedClientException"
    client(server.endpoint, "logs", key).describe_log_groups()
    assert server.stop() == 0


def test_an_open_server_asks_from_the_first_key_on_and_believes_it_within_a_second(start_server):
    server = start_server()
    Clients(server.endpoint).logs.describe_log_groups()
    key = make_key(server.data)
    waiting.until(lambda: request(server, "GET", "/metrics")[0] == 401, "the server to ask for credentials", 3)
    assert error_of(Clients(server.endpoint).logs.describe_log_groups)[0] == "UnrecognizedClientException"
    client(server.endpoint, "logs", key).describe_log_groups()
    # And it does not open again by itself.
    command(server.data, "key", "revoke", key[0])
    waiting.until(
        lambda: request(server, "GET", "/metrics", {"Authorization": f"Bearer {'.'.join(key)}"})[0] == 401, "the key to be refused", 3)
    assert error_of(client(server.endpoint, "logs", key).describe_log_groups)[0] == "UnrecognizedClientException"


def test_health_the_console_s_files_and_the_certificate_are_everybody_s(guarded):
    for path in ["/health/live", "/health/ready", "/api/v1/health", "/ui/"]:
        status, _, _ = request(guarded, "GET", path, {"Accept": "text/html"})
        assert status in (200, 503) and (status == 200 or path == "/ui/"), path
    assert request(guarded, "GET", "/SimpleNotificationService-groundwatch.pem")[0] == 200


# boto3, in every protocol


def test_the_commands_that_ask_a_server_sign_with_the_environment_s_key(guarded):
    def run(key, *arguments):
        environment = {**os.environ, **({"AWS_ACCESS_KEY_ID": key[0], "AWS_SECRET_ACCESS_KEY": key[1]} if key else {})}
        return subprocess.run(
            [str(BINARY), *arguments, "--server", guarded.endpoint], capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert "AWS/Lambda ConcurrentExecutions" in run(guarded.key, "quotas").stdout
    assert run(guarded.key, "quotas", "set", "Shop", "Carts", "70").returncode == 0
    assert "Shop Carts: 70.0" in run(guarded.reader, "quotas").stdout
    assert "Shop Carts" not in run(guarded.other_key, "quotas").stdout
    refused = run(guarded.reader, "quotas", "set", "Shop", "Carts", "80")
    assert refused.returncode == 2 and "Shop Carts: 70.0" in run(guarded.key, "quotas").stdout
    for key in [None, STRANGER, (guarded.key[0], "x" * 40)]:
        ran = run(key, "drill", "--alarm", "none")
        assert ran.returncode == 2 and "cannot ask" in ran.stderr, ran.stderr
    ran = run(guarded.key, "drill", "--alarm", "none")
    assert ran.returncode == 2 and "none" in ran.stderr
    ran = run((guarded.key[0], ""), "quotas")
    assert ran.returncode == 2 and "AWS_SECRET_ACCESS_KEY" in ran.stderr


@pytest.mark.parametrize("service, call, input", [
    ("logs", "describe_log_groups", {}), ("cloudwatch", "list_metrics", {}), ("sns", "list_topics", {}),
    ("xray", "batch_get_traces", {"TraceIds": ["1-5f84c7a1-0123456789abcdef01234567"]}),
])
def test_unchanged_clients_are_believed_with_the_right_key_only(guarded, service, call, input):
    getattr(client(guarded.endpoint, service, guarded.key), call)(**input)
    unknown = {"sns": "InvalidClientTokenId"}.get(service, "UnrecognizedClientException")
    mismatch = {"sns": "SignatureDoesNotMatch"}.get(service, "InvalidSignatureException")
    status = 403 if service in ("sns", "xray") else 400
    codes = {"cloudwatch": ("InvalidClientTokenId", "SignatureDoesNotMatch")}.get(service, (unknown, mismatch))
    code, found, message = error_of(getattr(client(guarded.endpoint, service, STRANGER), call), **input)
    assert (code, found) == (codes[0], status) and message == "The security token included in the request is invalid."
    code, found, message = error_of(getattr(client(guarded.endpoint, service, (guarded.key[0], "x" * 40)), call), **input)
    assert (code, found) == (codes[1], status) and message.startswith("The request signature we calculated does not match")


@pytest.mark.parametrize("protocol", ["json", "query", "cbor"])
def test_cloudwatch_s_protocols(guarded, protocol, tmp_path):
    clients = Clients(guarded.endpoint, guarded.key[0])
    speaking = clients.cloudwatch_speaking(protocol, tmp_path)
    code, _, _ = error_of(speaking.list_metrics)
    assert code in ("InvalidSignatureException", "SignatureDoesNotMatch")
    speaking._request_signer._credentials = Credentials(*guarded.key)
    speaking.put_metric_data(Namespace="Access", MetricData=[{"MetricName": protocol, "Value": 1}])
    assert [metric["MetricName"] for metric in speaking.list_metrics(MetricName=protocol)["Metrics"]] == [protocol]


def test_a_key_reads_and_writes_its_own_account_and_no_other(guarded):
    mine, theirs = (client(guarded.endpoint, "logs", key) for key in (guarded.key, guarded.other_key))
    mine.create_log_group(logGroupName="/mine")
    assert mine.describe_log_groups()["logGroups"][0]["arn"].split(":")[4] == "111111111111"
    assert theirs.describe_log_groups(logGroupNamePrefix="/mine")["logGroups"] == []
    # The region is still the signature's.
    assert client(guarded.endpoint, "logs", guarded.key, "eu-west-1").describe_log_groups()["logGroups"] == []


def test_a_session_s_token_is_no_obstacle(guarded):
    import boto3
    session = boto3.Session(*guarded.key, aws_session_token="some-token")
    session.client("logs", region_name="us-east-1", endpoint_url=guarded.endpoint).describe_log_groups()


def test_a_viewer_s_key_reads_and_changes_nothing(guarded):
    logs = client(guarded.endpoint, "logs", guarded.reader)
    logs.describe_log_groups()
    code, status, message = error_of(logs.create_log_group, logGroupName="/no")
    assert (code, status) == ("AccessDeniedException", 400) and message.endswith("is not authorized to perform: logs:CreateLogGroup")
    assert error_of(client(guarded.endpoint, "sns", guarded.reader).create_topic, Name="no")[:2] == ("AccessDenied", 403)
    assert client(guarded.endpoint, "logs", guarded.key).describe_log_groups(logGroupNamePrefix="/no")["logGroups"] == []


def test_a_large_signed_body_and_one_that_was_changed(guarded):
    logs = client(guarded.endpoint, "logs", guarded.key)
    logs.create_log_group(logGroupName="/large")
    logs.create_log_stream(logGroupName="/large", logStreamName="s")
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName="/large", logStreamName="s", logEvents=[{"timestamp": now, "message": "x" * 900} for _ in range(1000)])
    logs.meta.events.register("before-send.logs", change_the_body)
    assert error_of(logs.create_log_group, logGroupName="/changed")[0] == "InvalidSignatureException"


def change_the_body(request, **_):
    request.body = request.body.replace(b"/changed", b"/chanXed")


def test_a_clock_that_is_off(guarded, monkeypatch):
    import botocore.auth
    real = datetime.datetime

    class Late(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return real.utcnow() - datetime.timedelta(minutes=20)

        @classmethod
        def now(cls, zone=None):
            return real.now(zone) - datetime.timedelta(minutes=20)

    if hasattr(botocore.auth, "get_current_datetime"):
        late = botocore.auth.get_current_datetime() - datetime.timedelta(minutes=20)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: late)
    else:
        monkeypatch.setattr(botocore.auth.datetime, "datetime", Late)
    code, _, message = error_of(client(guarded.endpoint, "logs", guarded.key).describe_log_groups)
    assert code == "InvalidSignatureException" and message.startswith("Signature expired: ") and message.endswith("- 5 min.)")
    code, _, message = error_of(client(guarded.endpoint, "sns", guarded.key).list_topics)
    assert code == "SignatureDoesNotMatch" and message.endswith("- 15 min.)")


def test_a_presigned_address(guarded):
    def address(**other):
        query = urllib.parse.urlencode({"Action": "ListTopics", "Version": "2010-03-31", **other})
        made = AWSRequest("GET", f"{guarded.endpoint}/?{query}")
        SigV4QueryAuth(Credentials(*guarded.key), "sns", "us-east-1", expires=60).add_auth(made)
        return made.url.removeprefix(guarded.endpoint)

    assert request(guarded, "GET", address())[0] == 200
    assert request(guarded, "GET", address().replace("ListTopics", "ListSubscriptions"))[0] == 403
    assert request(guarded, "GET", address().replace("X-Amz-Expires=60", "X-Amz-Expires=600"))[0] == 403


def test_no_signature_at_all(guarded):
    wire = Wire(guarded.address)
    answer = wire.post("/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": "application/x-amz-json-1.1"}, b"{}")
    assert (answer.status, answer.code) == (400, "MissingAuthenticationTokenException")
    answer = wire.post("/", {"Content-Type": "application/x-www-form-urlencoded"}, b"Action=ListTopics&Version=2010-03-31")
    assert (answer.status, answer.code) == (403, "MissingAuthenticationToken")
    answer = wire.post("/TraceSegments", {"Content-Type": "application/json"}, b'{"TraceSegmentDocuments":[]}')
    assert answer.status == 403 and answer.headers["X-Amzn-ErrorType"] == "MissingAuthenticationTokenException"
    # A target header does not open another door.
    status, _, body = request(guarded, "POST", "/api/v1/write", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, b"")
    assert status == 400 and b"MissingAuthenticationToken" in body


def test_a_large_body_of_a_stranger_is_not_read(guarded):
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=10) as stranger:
        stranger.sendall(b"POST /api/v1/write HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n" + b"x" * 1000)
        assert stranger.recv(4096).startswith(b"HTTP/1.1 401")


# The open protocols


def test_prometheus_door_takes_a_key_by_basic_and_bearer(guarded):
    key_id, secret = guarded.key
    basic = "Basic " + base64.b64encode(f"{key_id}:{secret}".encode()).decode()
    for good in [basic, f"Bearer {key_id}.{secret}", f"Bearer {key_id}:{secret}"]:
        assert request(guarded, "GET", "/metrics", {"Authorization": good})[0] == 200
    wrong = "Basic " + base64.b64encode(f"{key_id}:{secret}x".encode()).decode()
    for bad in [None, wrong, f"Bearer {secret}", "Basic !!!", "Bearer", "Digest x", "Basic " + base64.b64encode(b"nocolon").decode()]:
        status, headers, _ = request(guarded, "GET", "/metrics", {"Authorization": bad} if bad else {})
        assert status == 401 and headers["WWW-Authenticate"].startswith("Basic "), bad
    assert "WWW-Authenticate" not in request(guarded, "GET", "/metrics", {"Sec-Fetch-Mode": "cors"})[1]  # no browser's own dialog
    # A door that is not there is no secret from those who may come in, and not shown to others.
    assert request(guarded, "GET", "/nowhere", {"Authorization": basic})[0] == 404
    assert request(guarded, "GET", "/nowhere")[0] == 401


def test_the_tenant_header_names_the_key_s_own_account_or_nothing(guarded):
    bearer = {"Authorization": "Bearer " + ".".join(guarded.key)}
    assert request(guarded, "POST", "/api/v1/write", {**bearer, "X-Scope-OrgID": "222222222222"}, b"")[0] == 403
    assert request(guarded, "POST", "/api/v1/write", {**bearer, "X-Scope-OrgID": "111111111111"}, b"x")[0] != 403
    reading = {"Authorization": "Bearer " + ".".join(guarded.reader)}
    assert request(guarded, "POST", "/api/v1/write", reading, b"x")[0] == 403


# The command


def test_the_command_says_what_is_wrong(tmp_path):
    data = tmp_path / "data"
    assert "12345678" not in command(data, "user", "add", "ada", typed="12345678\n")
    for arguments, typed, said in [
        (("user", "add", "ada"), PASSWORD, "there is one of that name"), (("user", "add", "eve"), "short\n", "8 to 1024 bytes"),
        (("user", "add", "eve"), "", "no line"), (("user", "add", "e/e"), PASSWORD, "letters, digits"),
        (("user", "add", "eve", "--role", "king"), PASSWORD, "viewer, editor, admin"),
        (("user", "add", "eve", "--account", "12"), PASSWORD, "twelve digits"), (("user", "add", "eve", "--rol", "x"), PASSWORD, "--role"),
        (("user", "remove", "eve"), "", "none of that name"), (("key", "revoke", "AKIA"), "", "none of that id"),
        (("user", "fly"), "", "say add"), (("key", "create", "x"), "", "named by the server"),
    ]:
        code = 1 if "there is one" in said or "none of that" in said else 2
        assert said in command(data, *arguments, typed=typed, expect=code), arguments
    listed = [json.loads(line) for line in command(data, "user", "list", "--json").splitlines()]
    assert [(user["name"], user["role"], user["account"]) for user in listed] == [("ada", "viewer", "000000000000")]
    command(data, "user", "remove", "ada")
    assert command(data, "user", "list") == ""
    key = make_key(data, "--note", "ci")
    assert "ci" in command(data, "key", "list") and key[1] not in command(data, "key", "list", "--json")
    assert (data / "access.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("typed, number", [(b"\x03", signal.SIGINT), (None, signal.SIGTERM)])
def test_who_leaves_at_the_password_gets_the_terminal_back_as_it_was(tmp_path, typed, number):
    ours, theirs = pty.openpty()
    echoes = lambda: bool(termios.tcgetattr(theirs)[3] & termios.ECHO)

    def as_from_a_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(number, signal.SIG_DFL)       # who runs in a shell's background has SIGINT ignored, and it would stay so
    running = subprocess.Popen(
        [str(BINARY), "user", "add", "ada", "--data", str(tmp_path / "data")], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=as_from_a_terminal)
    try:
        waiting.until(lambda: not echoes(), "the question for the password", 30)
        if typed:
            os.write(ours, typed)
        else:
            running.send_signal(number)
        assert running.wait(timeout=30) == -number
        assert echoes()
    finally:
        running.kill()
        os.close(ours)
        os.close(theirs)


def test_a_password_that_is_typed_is_asked_for_twice_and_not_shown(tmp_path):
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [str(BINARY), "user", "add", "ada", "--data", str(tmp_path / "data")], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    said = b""
    for question in (b"Password for ada: ", b"Once more: "):
        while not said.endswith(question):
            said += os.read(ours, 1000)
        os.write(ours, b"correct horse\n")
    while b"added user ada" not in said:
        said += os.read(ours, 1000)
    assert running.wait(timeout=30) == 0 and b"correct" not in said
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)
    os.close(theirs)


# The console's session


class Page:
    """What a page of ours does, by hand."""

    def __init__(self, server):
        self.server, self.cookie, self.csrf = server, None, None

    def send(self, method, path, body=None, headers=None):
        own = {"Content-Type": "application/json", "Origin": self.server.endpoint, "Sec-Fetch-Site": "same-origin"}
        if self.cookie:
            own["Cookie"] = self.cookie
        if self.csrf:
            own["X-Groundwatch-Csrf"] = self.csrf
        sent = {name: value for name, value in {**own, **(headers or {})}.items() if value is not None}
        status, answered, data = request(self.server, method, path, sent, None if body is None else json.dumps(body))
        return status, answered, json.loads(data) if data.startswith(b"{") else data

    def login(self, name, password):
        status, headers, body = self.send("POST", "/api/ui/v1/login", {"name": name, "password": password})
        if status == 200:
            self.cookie, self.csrf = headers["Set-Cookie"].split(";")[0], body["csrf"]
        return status, headers, body

    def logs(self, operation, body=None, **headers):
        return self.send(
            "POST", "/", body or {}, {"X-Amz-Target": f"Logs_20140328.{operation}", "Content-Type": "application/x-amz-json-1.1", **headers})


def test_somebody_signs_in_uses_the_public_calls_and_signs_out(guarded):
    page = Page(guarded)
    status, _, body = page.send("GET", "/api/ui/v1/session")
    assert status == 200 and body["mode"] == "guarded" and "user" not in body and "csrf" not in body
    assert page.logs("DescribeLogGroups")[0] == 400  # as for any unsigned call
    status, headers, body = page.login("ada", PASSWORD)
    assert status == 200 and body["user"] == {"name": "ada", "role": "editor"} and body["account"] == "111111111111"
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"]:
        assert flag in headers["Set-Cookie"]
    assert "Secure" not in headers["Set-Cookie"] and headers["Cache-Control"] == "no-store"
    assert page.send("GET", "/api/ui/v1/session")[2]["csrf"] == page.csrf
    assert page.logs("CreateLogGroup", {"logGroupName": "/by-ada"})[0] == 200
    assert client(guarded.endpoint, "logs", guarded.key).describe_log_groups(logGroupNamePrefix="/by-ada")["logGroups"]
    status, headers, _ = page.send("POST", "/api/ui/v1/logout")
    assert status == 204 and "Max-Age=0" in headers["Set-Cookie"]
    assert page.logs("DescribeLogGroups")[0] == 401
    assert "user" not in page.send("GET", "/api/ui/v1/session")[2]


def test_a_session_lives_over_a_restart(guarded):
    page = Page(guarded)
    page.login("ada", PASSWORD)
    guarded.restart()
    assert page.logs("DescribeLogGroups")[0] == 200


def test_a_viewer_sees_and_changes_nothing(guarded):
    page = Page(guarded)
    assert page.login("vic", PASSWORD)[2]["user"]["role"] == "viewer"
    assert page.logs("DescribeLogGroups")[0] == 200
    status, _, body = page.logs("CreateLogGroup", {"logGroupName": "/by-vic"})
    assert status == 400 and body["__type"] == "AccessDeniedException"


def test_a_page_of_another_site_cannot_use_the_session(guarded):
    page = Page(guarded)
    page.login("ada", PASSWORD)
    for headers in [
        {"X-Groundwatch-Csrf": None}, {"X-Groundwatch-Csrf": "0" * 64}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{guarded.port + 1}"},
    ]:
        status, _, _ = page.logs("CreateLogGroup", {"logGroupName": "/evil"}, **headers)
        assert status in (400, 403), headers
        status, _, _ = page.send("POST", "/api/ui/v1/logout", None, headers)
        assert status == 403, headers
    other = Page(guarded)
    other.login("ada", PASSWORD)
    assert page.logs("CreateLogGroup", {"logGroupName": "/evil"}, **{"X-Groundwatch-Csrf": other.csrf})[0] == 400
    assert page.logs("DescribeLogGroups", {"logGroupNamePrefix": "/evil"})[2]["logGroups"] == []


@pytest.mark.parametrize("body, headers, status", [
    ({"name": "ada"}, {}, 400), ({"name": 1, "password": "x"}, {}, 400), ([], {}, 400), ({"name": "ada", "password": PASSWORD}, {"Content-Type": "text/plain"}, 415),
    ({"name": "x" * 70_000, "password": "x"}, {}, 413), ({"name": "a\u0000b", "password": "x"}, {}, 401),
    ({"name": "ada", "password": "x" * 50_000}, {}, 401), ({"name": "ada' OR 1=1 --", "password": "x"}, {}, 401),
])
def test_what_is_no_sign_in_is_refused(guarded, body, headers, status):
    found, answered, said = Page(guarded).send("POST", "/api/ui/v1/login", body, headers)
    assert found == status and "Set-Cookie" not in answered and set(said) == {"code", "message"}


def test_an_unknown_name_takes_as_long_as_a_wrong_password(guarded):
    def seconds(name):
        begun = time.process_time(), time.monotonic()
        status, _, body = Page(guarded).login(name, "wrong password")
        assert status == 401 and body == {"code": "WrongNameOrPassword", "message": "Name and password do not belong together."}
        return time.monotonic() - begun[1]

    known, unknown = min(seconds("vic") for _ in range(3)), min(seconds("nobody") for _ in range(3))
    assert unknown > known / 3 and known > unknown / 3 and unknown > 0.02


def test_guessing_is_slowed_down(start_server):
    server = start_server()
    add_user(server.data, "ada", PASSWORD)
    waiting.until(lambda: Page(server).send("GET", "/api/ui/v1/session")[2]["mode"] == "guarded", "the server to ask", 3)
    answers = [Page(server).login("ada", f"guess {number}")[0] for number in range(11)]
    assert answers == [401] * 10 + [429]
    status, headers, body = Page(server).login("ada", PASSWORD)
    assert status == 429 and 0 < int(headers["Retry-After"]) <= 300 and body["code"] == "TooManyAttempts"


def test_a_new_password_ends_the_sessions_everywhere(guarded):
    add_user(guarded.data, "tom", PASSWORD)
    page, elsewhere = Page(guarded), Page(guarded)
    waiting.until(lambda: page.login("tom", PASSWORD)[0] == 200, "the new user to be known", 3)
    elsewhere.login("tom", PASSWORD)
    status, headers, body = page.send("POST", "/api/ui/v1/password", {"current": PASSWORD, "new": "another one"})
    assert status == 200
    page.cookie, page.csrf = headers["Set-Cookie"].split(";")[0], body["csrf"]
    assert page.logs("DescribeLogGroups")[0] == 200 and elsewhere.logs("DescribeLogGroups")[0] == 401
    assert page.send("POST", "/api/ui/v1/password", {"current": "wrong", "new": "yet another"})[0] == 401
    command(guarded.data, "user", "password", "tom", typed="by the operator\n")
    waiting.until(lambda: page.logs("DescribeLogGroups")[0] == 401, "the session to end", 3)
    command(guarded.data, "user", "remove", "tom")
    waiting.until(lambda: Page(guarded).login("tom", "by the operator")[0] == 401, "the user to be gone", 3)


def test_an_open_server_has_nothing_to_sign_in_to(server):
    page = Page(server)
    assert page.send("GET", "/api/ui/v1/session")[2] == {"mode": "open", "region": "us-east-1", "account": "000000000000"}
    assert page.login("ada", PASSWORD)[0] == 409
