"""What schemathesis cannot know by the document: signatures of webhooks, where
they may be sent, and the rules on values that no schema can state.

A call that the document allows may then still be refused. Each such refusal
stands here, by the call and its words, with the reason. Any other is a failure.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
import uuid

import requests
import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

# Which seats there are, the plan says; the service's settings, how many a call
# may name. Both are no matter of the document.
SEATS = [r"^the event's plan has no seat ", r"^seats: \d+ are too many, at most \d+ a call$"]
# A key of 255 characters is fine, and fine once only.
KEY = [r"^this Idempotency-Key (made another order|held other seats);"]
# The order of two times, each of which may be any.
TIMES = [r"^on_sale_at: the sale must open before it ends at "]
# The longest hold is a setting.
HOLD_TIME = [r"^hold_ttl_seconds: 1 to \d+$"]
# JSON Schema counts characters, bcrypt takes 72 bytes.
PASSWORD = [r"must have at most 72 bytes"]

# By call: the details of 422 that are right for what the document allows.
REFUSALS = {
    "POST /v1/auth/register": PASSWORD,
    "POST /v1/me/password": PASSWORD,
    "POST /v1/events": [
        *TIMES,
        *HOLD_TIME,
        # What stands in one place of a plan must be named in another.
        r"^prices: category .* has no price",
        r"is not one of the plan's categories",
        r" is also the name of ",
        r"^plan\.zones: hold no seat",
        # 128 bytes, and JSON Schema counts characters.
        r"seat_guid: .* shorten it to at most 128",
    ],
    "PATCH /v1/events/{event}": [*TIMES, *HOLD_TIME],
    "POST /v1/events/{event}/blocks": [*SEATS, r"^until: .* is over already$"],
    "POST /v1/events/{event}/holds": [*SEATS, *KEY],
    "POST /v1/orders": [*SEATS, *KEY],
    "DELETE /v1/events/{event}/holds/{hold}": SEATS,
    # A cursor is opaque, and here names a hold that may have ended.
    "GET /v1/events/{event}/holds": [r"^cursor: that hold is over"],
    # How many there are already, no request tells.
    "POST /v1/webhook-endpoints": [r"^an account has at most 20 webhook endpoints"],
    # 255 bytes, and JSON Schema counts characters.
    "POST /v1/webhooks/{provider}": [r"^data\.(payment|order)_id must have (1 to|at most) 255 bytes$"],
    # What an earlier call made of the endpoint, the later one finds.
    "POST /v1/webhook-endpoints/{endpoint}/deliveries/{delivery}/retry": [r"^the endpoint is disabled "],
    "PATCH /v1/webhook-endpoints/{endpoint}": [r"^rotate_secret: \d+ replaced secrets still sign"],
}

# JSON Schema takes 6544.0 for an integer; the service wants it written as one.
NO_INTEGER = ["must be a whole number", "data does not have the form of a payment"]

# How a message of a payment provider says that it is signed rightly.
SIGNED = "X-Request-Id"
SIGNED_ID = "signed-"

# The calls that take an address which webhooks are then sent to.
ENDPOINTS = ["POST /v1/webhook-endpoints", "PATCH /v1/webhook-endpoints/{endpoint}"]

# The calls about holds, which end by time.
ENDS = [
    "GET /v1/events/{event}/holds/{hold}",
    "POST /v1/events/{event}/holds/{hold}/extend",
    "POST /v1/events/{event}/holds",
    "POST /v1/orders",
]


# The call whose answer is a stream of events.
STREAM = "GET /v1/events/{event}/stream"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops a failure where the service is right to refuse."""
    # It takes the schema of a stream, which is a text, for that of each event;
    # in OpenAPI 3.1 those have none. What they are is checked below.
    if case.operation.label == STREAM and failure.title == "SSE event violates schema":
        return False
    if not isinstance(failure, RejectedPositiveData):
        return True
    label = case.operation.label
    if label == "POST /v1/webhooks/{provider}" and response.status_code == 400:
        return is_signed(response.request.headers)
    # What was held is over; the document cannot know when. The body is checked.
    if response.status_code == 410 and label in ENDS:
        return False
    if response.status_code not in (400, 422):
        return True
    problem = response.json()
    if any(words in problem["detail"] for words in NO_INTEGER) and has_whole_float(case.body):
        return False
    if problem["code"] == "duplicate_seat":
        return not names_a_seat_twice(case)
    return not any(re.search(known, problem["detail"]) for known in REFUSALS.get(label, []))


@schemathesis.check
def a_stream_begins_with_the_whole_map(context, response, case):
    """Whoever says nothing, or nonsense, of what they have gets a snapshot."""
    if case.operation.label != STREAM or response.status_code != 200 or case.method != "GET":
        return
    opening, begin, _ = response.content.decode().split("\n\n", 2)
    assert opening == "retry: 2000", opening
    name, kind, data = (line.split(": ", 1) for line in begin.split("\n"))
    assert name[0] == "id" and kind == ["event", "snapshot"] and data[0] == "data", begin
    snapshot = json.loads(data[1])
    assert set(snapshot) == {"event_id", "version", "seats"}, begin
    assert snapshot["version"] == name[1] and snapshot["event_id"] == os.environ["EVENT"], begin
    assert snapshot["seats"] and set(snapshot["seats"]) <= set(".hsx"), begin


def names_a_seat_twice(case):
    """The draws from a dictionary repeat, against `uniqueItems`."""
    seats = case.body.get("seats") if isinstance(case.body, dict) else None
    return isinstance(seats, list) and len(set(seats)) < len(seats)


def has_whole_float(value):
    if isinstance(value, dict):
        return any(map(has_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(has_whole_float, value))
    return isinstance(value, float) and value.is_integer()


def is_signed(headers):
    return str(headers.get(SIGNED, "")).startswith(SIGNED_ID)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes a call right in what the document cannot say. One that is wrong on
    purpose stays so."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not isinstance(case.body, dict):
        return
    if case.operation.label == "POST /v1/webhooks/{provider}":
        sign(case)
    if case.operation.label in ENDPOINTS and "url" in case.body:
        # Nothing is sent to strangers: not from a test.
        case.body["url"] = os.environ["RECEIVER"]


def sign(case):
    """Signs every second message of a payment provider, as Standard Webhooks has
    it; the others are refused for their signature."""
    body = bytes_to_send(case)
    if hashlib.sha256(body).digest()[0] % 2:
        return
    message, now = uuid.uuid4().hex, str(int(time.time()))
    secret = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
    mac = hmac.new(secret, f"{message}.{now}.".encode() + body, hashlib.sha256).digest()
    case.headers.update({
        "webhook-id": message,
        "webhook-timestamp": now,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        SIGNED: SIGNED_ID + message,
    })


def bytes_to_send(case):
    parts = case.as_transport_kwargs(base_url="http://localhost")
    request = requests.Request("POST", "http://localhost", json=parts.get("json"), data=parts.get("data"))
    body = request.prepare().body
    return body.encode() if isinstance(body, str) else body or b""
