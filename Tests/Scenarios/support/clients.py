"""The public clients as their users have them; the endpoint is the only change."""

import functools
import gzip
import json
import pathlib

import boto3
import botocore
from botocore.config import Config
from botocore.session import get_session

REGION = "us-east-1"
ACCOUNT = "000000000000"  # what an access key that is no account number stands for
PROTOCOLS = {"json": "json", "query": "query", "cbor": "smithy-rpc-v2-cbor"}


class Clients:
    """boto3 clients of one server. No retries, so that a first answer is the answer."""

    def __init__(self, endpoint, access_key="test"):
        self.endpoint = endpoint
        self.access_key = access_key

    def client(self, service, session=None):
        session = session or boto3.Session()
        return session.client(
            service, region_name=REGION, endpoint_url=self.endpoint, aws_access_key_id=self.access_key,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30))

    @functools.cached_property
    def cloudwatch(self):
        return self.client("cloudwatch")

    @functools.cached_property
    def logs(self):
        return self.client("logs")

    @functools.cached_property
    def xray(self):
        return self.client("xray")

    @functools.cached_property
    def sns(self):
        return self.client("sns")

    def cloudwatch_speaking(self, protocol, directory):
        """A CloudWatch client whose service description offers one protocol only, so botocore must speak it.

        Old and other SDKs speak query and CBOR; botocore can, and prefers JSON. `directory` takes the description.
        """
        session = get_session()
        session.set_config_variable("data_path", str(directory))
        _describe_with_one_protocol(PROTOCOLS[protocol], pathlib.Path(directory))
        return self.client("cloudwatch", boto3.Session(botocore_session=session))


def _describe_with_one_protocol(protocol, directory):
    version = "2010-08-01"
    installed = pathlib.Path(botocore.__file__).parent / "data/cloudwatch" / version
    description = json.loads(gzip.decompress((installed / "service-2.json.gz").read_bytes()))
    description["metadata"].update(protocol=protocol, protocols=[protocol])
    target = directory / "cloudwatch" / version
    target.mkdir(parents=True, exist_ok=True)
    (target / "service-2.json").write_text(json.dumps(description))
