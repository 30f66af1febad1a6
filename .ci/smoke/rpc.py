"""A Python client without generated code: its messages come from the server's reflection."""

import time

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status

from checks import CheckFailed, expect

SECONDS_PER_CALL = 20
TAGGING = "newstance.v1.TaggingService"
MODELS = "newstance.v1.ModelService"


class Refusal:
    """An error answer with its details."""

    def __init__(self, error):
        self.code = error.code()
        self.message = error.details()
        status = rpc_status.from_call(error)
        self.details = list(status.details) if status else []
        self.text = f"{self.message} {status}"

    def detail(self, kind):
        for detail in self.details:
            message = kind()
            if detail.Unpack(message):
                return message
        raise CheckFailed(f"{self.code} without {kind.DESCRIPTOR.full_name}: {self.message}")

    def expect(self, *codes):
        """One of `codes`, with an ErrorInfo of this service's domain."""
        names = [code.name for code in codes]
        expect(self.code in codes, f"{self.code} ({self.message}), expected one of {names}")
        info = self.detail(error_details_pb2.ErrorInfo)
        expect(info.domain == "newstance", f"ErrorInfo of domain {info.domain!r}")
        expect(info.reason, "ErrorInfo without a reason")

    def expect_invalid(self, field):
        """INVALID_ARGUMENT with a BadRequest whose field's name contains `field`."""
        self.expect(grpc.StatusCode.INVALID_ARGUMENT)
        violations = self.detail(error_details_pb2.BadRequest).field_violations
        named = [violation.field for violation in violations]
        expect(any(field in name for name in named), f"BadRequest names {named}, not {field}")


class Client:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(
            address,
            options=[
                ("grpc.enable_http_proxy", 0),
                ("grpc.max_receive_message_length", -1),
            ],
        )
        self.health = health_pb2_grpc.HealthStub(self.channel)
        self.pool = DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.channel.close()

    def health_of(self, service):
        request = health_pb2.HealthCheckRequest(service=service)
        return self.health.Check(request, timeout=5, wait_for_ready=True).status

    def wait_until_healthy(self, service, seconds):
        deadline = time.monotonic() + seconds
        while True:
            try:
                status = self.health_of(service)
            except grpc.RpcError as error:
                status = error.code().name
            if status == health_pb2.HealthCheckResponse.SERVING:
                return
            if time.monotonic() > deadline:
                raise CheckFailed(f"health of {service!r} is {status} after {seconds} s")
            time.sleep(0.1)

    def method(self, service, method):
        return self.pool.FindServiceByName(service).methods_by_name[method]

    def call(self, service, method, **fields):
        """Calls with a request of `fields`; the answer as a message."""
        shape = self.method(service, method)
        request = GetMessageClass(shape.input_type)(**fields)
        raw = self.call_raw(service, method, request.SerializeToString())
        return GetMessageClass(shape.output_type).FromString(raw)

    def call_raw(self, service, method, request):
        """Sends bytes, returns bytes."""
        return self.channel.unary_unary(f"/{service}/{method}")(request, timeout=SECONDS_PER_CALL)

    def tag(self, **fields):
        return self.call(TAGGING, "TagArticle", **fields).tagging

    def refusal_of(self, **fields):
        return refusal(lambda: self.tag(**fields))

    def refusal_of_raw(self, request):
        return refusal(lambda: self.call_raw(TAGGING, "TagArticle", request))


def refusal(call):
    try:
        call()
    except grpc.RpcError as error:
        return Refusal(error)
    raise CheckFailed("it was answered, not refused")
