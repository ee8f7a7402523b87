"""A small traced program, run by test_xray.py in a process of its own with AWS_XRAY_DAEMON_ADDRESS set.

It prints, as JSON, the trace ids and the documents that the SDK sent. Whether a request is sampled is argument 1: `all`, or
`asked` for the SDK's own way of asking the daemon for rules first.
"""

import json
import sys

from aws_xray_sdk.core import xray_recorder


def purchase(number):
    segment = xray_recorder.begin_segment("ticket-shop")
    segment.put_http_meta("method", "POST")
    segment.put_http_meta("url", "http://shop.example.com/buy")
    segment.put_annotation("order", f"ORD-{number}")
    segment.put_annotation("seats", 3)
    segment.put_annotation("vip", True)
    segment.put_metadata("cart", {"items": ["A1", {"price": 12.5}], "note": "ünï & <odd>"})
    segment.set_user("ann")

    with xray_recorder.in_subsegment("validate"):
        pass
    with xray_recorder.in_subsegment("DynamoDB", namespace="aws") as table:
        table.put_http_meta("status", 200)
        table.set_aws({"operation": "PutItem", "region": "us-east-1", "table_name": "orders", "request_id": "R1"})
    with xray_recorder.in_subsegment("payments.example.com", namespace="remote") as payment:
        payment.put_http_meta("method", "POST")
        payment.put_http_meta("url", "https://payments.example.com/charge")
        try:
            with xray_recorder.in_subsegment("card check"):
                raise ValueError(f"card of order {number} declined")
        except ValueError as error:
            segment.add_exception(error, [])
        payment.put_http_meta("status", 502)
    segment.put_http_meta("status", 500)
    xray_recorder.end_segment()
    return segment


xray_recorder.configure(sampling=sys.argv[1] != "all", context_missing="LOG_ERROR")
sent = [purchase(number) for number in range(int(sys.argv[2]))]
print(json.dumps([{"trace": segment.trace_id, "sampled": bool(segment.sampled), "document": segment.serialize()} for segment in sent]))
