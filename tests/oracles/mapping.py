#!/usr/bin/env python3
"""Renders the mapping templates of an API as API Gateway would, and holds what comes out against `mapping.json`.

API Gateway's templates are Velocity (VTL), rendered here by airspeed-ext. The helpers `$input` and `$util` follow
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html: `$input.path` gives
an object, or '' where there is none; `$input.json` gives JSON text, of '' where there is none; `escapeJavaScript` escapes the single quote too.

usage: mapping.py TEMPLATE.json CASES.json

A case names a route and what goes in; `request` is what the service must get, `answer` what the client must get:
    {"route": "PUT /orders", "params": {…}, "body": …, "request": …}
    {"route": "GET /orders", "from": "200", "body": …, "status": 404, "answer": …, "origin": "https://…"}
A request that is a form is given as an object of its fields. A place of the stack's is written as its logical id: "<Orders>".
"""
import json
import re
import sys
import urllib.parse

import airspeed


class Text(str):
    """A Java String, as far as templates use it."""

    def replaceAll(self, pattern, replacement):
        return Text(re.sub(pattern, lambda _: replacement, self))


class Flag:
    """A Java Boolean: prints in lower case."""

    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value

    def __str__(self):
        return "true" if self.value else "false"


class Record(dict):
    """A Java Map."""

    def containsKey(self, name):
        return Flag(name in self)

    def entrySet(self):
        return [Record(key=Text(key), value=value) for key, value in self.items()]

    def get(self, name, default=None):
        return super().get(str(name), default)


def java(value):
    """The value as a template sees it."""
    if isinstance(value, bool):
        return Flag(value)
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, list):
        return [java(it) for it in value]
    if isinstance(value, dict):
        return Record({name: java(it) for name, it in value.items()})
    return value


def find(value, path):
    """The value at a path of names, None where there is none."""
    for name in [it for it in path.removeprefix("$").split(".") if it]:
        value = value.get(name) if isinstance(value, dict) else None
    return value


class Input:
    def __init__(self, body, params):
        self.body, self.given = body, params

    def path(self, path):
        found = find(self.body, path)
        return Text("") if found is None else java(found)

    def json(self, path):
        found = find(self.body, path)
        return Text(json.dumps("" if found is None else found, separators=(",", ":"), ensure_ascii=False))

    def params(self, name=None):
        return Text(self.given.get(name, ""))


class Util:
    def escapeJavaScript(self, text):
        """Apache Commons Lang 2's StringEscapeUtils.escapeJavaScript."""
        named = {"\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r", "'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/"}
        escape = lambda c: named.get(c) or (c if 31 < ord(c) < 128 else "".join(f"\\u{it:04X}" for it in units(c)))
        return Text("".join(escape(it) for it in str(text)))

    def urlEncode(self, text):
        return Text(urllib.parse.quote_plus(str(text), safe="*-._"))


def units(character):
    """The UTF-16 units of a character."""
    raw = character.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def text_of(value):
    """A string of the template with the stack's places written as `<Place>`."""
    if isinstance(value, dict):
        value = value["Fn::Sub"]
    return re.sub(r"\$\{([\w:.]+)\}", lambda m: f"<{m[1]}>", value)


def render(template, case):
    context = {"responseOverride": Record(header=Record())}
    given = {"input": Input(case.get("body"), case.get("params", {})), "util": Util(), "context": context}
    return airspeed.Template(text_of(template)).merge(given), context["responseOverride"]


def read(text):
    """What was rendered, as data: JSON, else a form."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True)) if text else None


def integrations(template):
    found = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        for path, methods in resource["Properties"]["Body"]["paths"].items():
            for method, operation in methods.items():
                found[f"{method.upper()} {path}"] = operation.get("x-amazon-apigateway-integration", {})
    return found


def complaint(integration, case):
    if "request" in case:
        text, _ = render(integration["requestTemplates"]["application/json"], case)
        return None if read(text) == case["request"] else f"sends     {text}\n  expected  {json.dumps(case['request'])}"
    response = integration["responses"][case["from"]]
    text, override = render(response.get("responseTemplates", {}).get("application/json", ""), case)
    status = int(override.get("status", response["statusCode"]))
    origin = "method.response.header.Access-Control-Allow-Origin"
    allowed = override.get("header").get("Access-Control-Allow-Origin") or response.get("responseParameters", {}).get(origin, "").strip("'")
    if allowed != case.get("origin", allowed):
        return f"lets {allowed} read\n  expected  {case['origin']}"
    if read(text) == case.get("answer") and status == case["status"]:
        return None
    return f"answers   {status} {text}\n  expected  {case['status']} {json.dumps(case.get('answer'))}"


def main():
    template, cases = (json.load(open(it)) for it in sys.argv[1:3])
    routes = integrations(template)
    failed = 0
    for at, case in enumerate(cases):
        try:
            said = complaint(routes[case["route"]], case)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        if said:
            failed += 1
            print(f"case {at}, {case['route']}:\n  {said}")
    # A template that no case renders is one that nobody has seen work.
    templates = {(route, "request") for route, it in routes.items() if it.get("requestTemplates") and it["type"] != "mock"}
    templates |= {(route, status) for route, it in routes.items() for status, answer in it.get("responses", {}).items() if len(json.dumps(answer.get("responseTemplates", ""))) > 90}
    seen = {(it["route"], it.get("from", "request")) for it in cases}
    for route, part in sorted(templates - seen):
        failed += 1
        print(f"no case renders {part} of {route}")
    print(f"{len(cases)} mapping templates rendered, {failed} complaints")
    sys.exit(1 if failed else 0)


main()
