"""Users and keys, made as their operator makes them: with the command."""

import json
import subprocess

import boto3
from botocore.config import Config

from .clients import REGION
from .server import BINARY


def command(data, *arguments, typed="", expect=0):
    """Runs `groundwatch …` on a data directory; what it printed."""
    result = subprocess.run(
        [str(BINARY), *arguments, "--data", str(data)], input=typed, capture_output=True, text=True, timeout=60)
    assert result.returncode == expect, f"{arguments}: code {result.returncode}\n{result.stdout}{result.stderr}"
    return result.stdout if expect == 0 else result.stderr


def make_key(data, *arguments):
    """Id and secret of a new key."""
    made = json.loads(command(data, "key", "create", "--json", *arguments))
    return made["id"], made["secret"]


def add_user(data, name, password, role="editor", *arguments):
    command(data, "user", "add", name, "--role", role, *arguments, typed=password + "\n")


def client(endpoint, service, key, region=REGION, **config):
    key_id, secret = key
    return boto3.Session().client(
        service, region_name=region, endpoint_url=endpoint, aws_access_key_id=key_id, aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, **config))
