"""Runs a handler by AWS's Lambda Runtime API: asks for the next event, tells what came of it."""
import http.client
import importlib
import json
import os
import sys
import traceback

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/"


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.deadline = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]

    def get_remaining_time_in_millis(self):
        import time

        return max(0, self.deadline - int(time.time() * 1000))


def ask(method, path, body=None):
    connection = http.client.HTTPConnection(API)
    connection.request(method, BASE + path, body)
    response = connection.getresponse()
    return response.headers, response.read()


def failure(error):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    })


try:
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    sys.path.insert(0, os.getcwd())
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
except BaseException as error:
    ask("POST", "init/error", failure(error))
    sys.exit(1)

while True:
    headers, event = ask("GET", "invocation/next")
    request = headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        answer = json.dumps(handler(json.loads(event), Context(headers)))
    except Exception as error:
        ask("POST", f"invocation/{request}/error", failure(error))
    else:
        ask("POST", f"invocation/{request}/response", answer)
