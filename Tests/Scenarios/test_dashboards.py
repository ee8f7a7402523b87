"""Dashboards from unmodified boto3, in each protocol, and from requests as Terraform's provider makes them."""

import json

import pytest
from botocore.exceptions import ClientError

from support.clients import ACCOUNT, PROTOCOLS, Clients

BODY = '{\n "widgets" : [ {"type":"text","x":0,"y":0,"width":6,"height":3,"properties":{"markdown":"# 5 € <b>&amp;</b>\\n"}} ]\r\n}'


@pytest.fixture(params=PROTOCOLS)
def cloudwatch(request, clients, tmp_path):
    return clients.cloudwatch_speaking(request.param, tmp_path)


@pytest.fixture
def name(request):
    return "".join(c if c.isalnum() else "-" for c in request.node.name)


def error_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


def test_a_body_comes_back_byte_for_byte(cloudwatch, name):
    answer = cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY)
    assert answer["DashboardValidationMessages"] == []
    got = cloudwatch.get_dashboard(DashboardName=name)
    assert got["DashboardBody"] == BODY
    assert got["DashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"
    [entry] = cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    assert entry["DashboardName"] == name
    assert entry["Size"] == len(BODY.encode())
    cloudwatch.delete_dashboards(DashboardNames=[name])
    assert cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"] == []


def test_an_unknown_dashboard_is_not_found(cloudwatch, name):
    answer = error_of(cloudwatch.get_dashboard, DashboardName=name)
    assert answer["Error"]["Code"] == "ResourceNotFound"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert error_of(cloudwatch.delete_dashboards, DashboardNames=[name])["Error"]["Code"] == "ResourceNotFound"


def test_a_wrong_body_names_each_mistake_and_changes_nothing(cloudwatch, name):
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY)
    wrong = {"widgets": [{"type": "metric", "properties": {"region": "us-east-1", "metrics": ["NS", "M"]}}]}
    error = error_of(cloudwatch.put_dashboard, DashboardName=name, DashboardBody=json.dumps(wrong))["Error"]
    assert error["Code"] == "InvalidParameterInput"
    head, findings = error["Message"].split("\n", 1)
    assert head == "The dashboard body is invalid, there are 4 validation errors:"
    assert [finding["dataPath"] for finding in json.loads(findings)] == [
        "/widgets/0/properties/metrics/0"] * 2 + ["/widgets/0/properties/metrics/1"] * 2
    assert cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"] == BODY


def test_a_body_that_is_no_object_and_a_name_that_is_none(cloudwatch, name):
    error = error_of(cloudwatch.put_dashboard, DashboardName=name, DashboardBody="not json")["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidParameterInput", "The field DashboardBody must be a valid JSON object")
    error = error_of(cloudwatch.put_dashboard, DashboardName="no spaces", DashboardBody=BODY)["Error"]
    assert error["Code"] == "InvalidParameterValue"
    assert error["Message"].strip() == (
        "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).")


def test_dashboards_that_are_there_are_removed_and_others_are_named(cloudwatch, name):
    for letter in "ab":
        cloudwatch.put_dashboard(DashboardName=f"{name}-{letter}", DashboardBody=BODY)
    error = error_of(cloudwatch.delete_dashboards, DashboardNames=[f"{name}-a", f"{name}-none"])["Error"]
    assert error["Code"] == "ResourceNotFound" and f"{name}-none" in error["Message"]
    assert [entry["DashboardName"] for entry in cloudwatch.list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]] == [f"{name}-b"]
    cloudwatch.delete_dashboards(DashboardNames=[f"{name}-b"])


def test_tags_of_a_dashboard(cloudwatch, name):
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY, Tags=[{"Key": "team", "Value": "web"}])
    arn = cloudwatch.get_dashboard(DashboardName=name)["DashboardArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "prod"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "stage", "Value": "prod"}]


def test_dashboards_outlive_a_crash(start_server):
    server = start_server()
    cloudwatch = Clients(server.endpoint).cloudwatch
    cloudwatch.put_dashboard(DashboardName="kept", DashboardBody=BODY)
    server.kill9()
    server.start()
    assert Clients(server.endpoint).cloudwatch.get_dashboard(DashboardName="kept")["DashboardBody"] == BODY


def test_terraform_puts_and_reads_by_the_query_protocol(wire):
    """As aws-sdk-go-v2 of the provider 5.100 does: form fields, XML back."""
    put = wire.cloudwatch_query("PutDashboard", [("DashboardName", "tf"), ("DashboardBody", BODY)])
    assert put.status == 200 and put.xml.find(".//{*}PutDashboardResult") is not None
    got = wire.cloudwatch_query("GetDashboard", [("DashboardName", "tf")])
    # XML readers make one line end of two characters, unless the writer says otherwise.
    assert got.xml.findtext(".//{*}DashboardBody") == BODY
    assert wire.cloudwatch_query("DeleteDashboards", [("DashboardNames.member.1", "tf")]).status == 200
    gone = wire.cloudwatch_query("GetDashboard", [("DashboardName", "tf")])
    assert (gone.status, gone.code) == (404, "ResourceNotFound")
