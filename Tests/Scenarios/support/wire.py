"""Requests made by hand: what an SDK would never send, or would hide."""

import dataclasses
import datetime
import http.client
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

from . import cbor
from .clients import REGION

CLOUDWATCH_TARGET = "GraniteServiceVersion20100801"
CLOUDWATCH_NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"
SNS_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def cbor(self):
        return cbor.decode(self.body)

    @property
    def xml(self):
        return ElementTree.fromstring(self.body)

    @property
    def code(self):
        """The error's code as a client of that protocol reads it; None for a success."""
        if self.status < 300:
            return None
        kind = self.headers.get("content-type", "")
        if "xml" in kind:
            code = self.xml.find(".//{*}Error/{*}Code")
            return None if code is None else code.text
        # The query code, where the client asked for it, is the one that SDKs report.
        if query := self.headers.get("x-amzn-query-error"):
            return query.split(";")[0]
        body = self.cbor if "cbor" in kind else self.json
        return body["__type"].rsplit("#", 1)[-1]

    @property
    def message(self):
        kind = self.headers.get("content-type", "")
        if "xml" in kind:
            return self.xml.findtext(".//{*}Error/{*}Message")
        body = self.cbor if "cbor" in kind else self.json
        return body.get("message", body.get("Message"))


def authorization(service, access_key="test", region=REGION):
    """The shape of a signature, which names service and region; open mode does not check the last part."""
    day = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d")
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/{day}/{region}/{service}/aws4_request, "
                         f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
        "X-Amz-Date": datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ"),
    }


class Wire:
    """One kept connection to a server. Not for several threads."""

    def __init__(self, address, timeout=30):
        self.connection = http.client.HTTPConnection(address, timeout=timeout)

    def close(self):
        self.connection.close()

    def post(self, path, headers, body):
        try:
            try:
                self.connection.request("POST", path, body=body, headers=headers)
            except (BrokenPipeError, ConnectionResetError):
                pass  # a server that refuses a body early may have answered before it was all sent
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def json(self, service, target, body, version="1.0", headers=None):
        """`body`: a dictionary, or bytes to send as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post("/", {
            **authorization(service), "Content-Type": f"application/x-amz-json-{version}", "X-Amz-Target": target,
            **(headers or {})}, data)

    def cloudwatch_json(self, operation, body, headers=None):
        return self.json("monitoring", f"{CLOUDWATCH_TARGET}.{operation}", body,
                         headers={"x-amzn-query-mode": "true", **(headers or {})})

    def cloudwatch_cbor(self, operation, body, headers=None):
        data = body if isinstance(body, bytes) else cbor.encode(body)
        return self.post(f"/service/{CLOUDWATCH_TARGET}/operation/{operation}", {
            **authorization("monitoring"), "smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor",
            "Accept": "application/cbor", "x-amzn-query-mode": "true", **(headers or {})}, data)

    def cloudwatch_query(self, operation, body, headers=None):
        """`body`: a dictionary as the JSON protocol has it, form fields as a list of pairs, or bytes."""
        fields = body if isinstance(body, (bytes, list)) else list(form_fields(body))
        if isinstance(fields, list):
            fields = urllib.parse.urlencode([("Action", operation), ("Version", "2010-08-01"), *fields]).encode()
        return self.post("/", {
            **authorization("monitoring"), "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            **(headers or {})}, fields)

    def logs(self, operation, body):
        return self.json("logs", f"Logs_20140328.{operation}", body, version="1.1")

    def xray(self, path, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post(path, {**authorization("xray"), "Content-Type": "application/json"}, data)


def form_fields(value, prefix=""):
    """A tree flattened as the query protocol does: `Name.member.1.Inner`."""
    match value:
        case dict():
            for key, item in value.items():
                yield from form_fields(item, f"{prefix}.{key}" if prefix else key)
        case list():
            for number, item in enumerate(value, 1):
                yield from form_fields(item, f"{prefix}.member.{number}")
        case bool():
            yield prefix, "true" if value else "false"
        case datetime.datetime():
            yield prefix, value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        case float() if value != value or value in (float("inf"), float("-inf")):
            yield prefix, {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
        case _:
            yield prefix, str(value)


def json_value(value):
    """A tree as the JSON protocol has it: timestamps in seconds, odd floats as words."""
    match value:
        case dict():
            return {key: json_value(item) for key, item in value.items()}
        case list():
            return [json_value(item) for item in value]
        case datetime.datetime():
            return value.timestamp()
        case float() if value != value or value in (float("inf"), float("-inf")):
            return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
        case _:
            return value
