"""A server that refuses every call, to see when its clients come back."""

import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status


class RefusingServer(grpc.GenericRpcHandler):
    """Refuses with RESOURCE_EXHAUSTED, and with a RetryInfo where there is a `delay` in seconds."""

    def __init__(self, delay=None):
        self.times = []
        self._status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="full")
        if delay is not None:
            told = duration_pb2.Duration(nanos=int(delay * 1e9))
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.RetryInfo(retry_delay=told))
            self._status.details.append(detail)
        self._server = grpc.server(ThreadPoolExecutor(1), handlers=[self])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_error):
        self._server.stop(None)

    def service(self, _call):
        return grpc.unary_unary_rpc_method_handler(self._refuse)

    def _refuse(self, _request, context):
        self.times.append(time.monotonic())
        context.abort_with_status(rpc_status.to_status(self._status))
