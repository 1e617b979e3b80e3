"""One service's API model as compact text, for the `models` crate to read lazily.

    line 1            errors, then exception class names, each once, space-separated; with `*` those of throttling
    line 2            arns<TAB>form of ARN...   see iam.py
    action lines      action<TAB>input<TAB>output<TAB>errors<TAB>flags<TAB>paging<TAB>iam      sorted by action
    (an empty line)
    shape lines       Name<TAB>member...      numbered from 0; an expression refers to them by number
    enum lines        Name=<TAB>value...      share the numbering
    alias lines       Name:<TAB>expression    only for lists and maps that contain themselves

A member is `name[~API spelling][flags]:expression`; flags: `!` required, `-` deprecated. The API spelling is given where it isn't the
name, but for the first letter. An expression is a letter (`s`tring `i`nt `n`umber `b`oolean `t`imestamp `B`ytes `j`son),
`[`list of, `{`map of, or the number of a line. Bounds stand behind a letter (`i1..10`, `s1..`: of the value or its length) and
between `[` or `{` and a slash (`[1..10/s`). `input`, `output` are line numbers; empty: none. `errors` are positions in
line 1. Action flags: `e` event stream, `d` deprecated, `x` not offered by Step Functions.
"""

import naming

LETTERS = {
    "string": "s", "character": "s", "integer": "i", "long": "i", "biginteger": "i", "float": "n", "double": "n",
    "bigdecimal": "n", "boolean": "b", "blob": "B", "timestamp": "t",
}  # fmt: skip


# Text that holds JSON: public workflows pass records here, which Step Functions serialises.
JSON_TEXT = {
    ("eventbridge", "PutEventsRequestEntry", "Detail"),
    ("sfn", "SendTaskSuccessInput", "output"),
    ("sfn", "StartExecutionInput", "input"),
    ("sfn", "StartSyncExecutionInput", "input"),
}


def bounds(shape):
    """`least..most` of a number, or of the length of what has one; nothing where every value is within."""
    least, most = shape.get("min"), shape.get("max")
    if shape["type"] not in ("integer", "long", "float", "double") and least == 0:
        least = None
    if most is not None and most >= 2**31 - 1:
        most = None
    return "" if least is None and most is None else f"{'' if least is None else least}..{'' if most is None else most}"


class Shapes:
    """Numbers the shapes that a service's actions reach, in the order in which they are reached."""

    def __init__(self, service, model):
        self.service = service
        self.shapes = model["shapes"]
        self.numbers = {}
        self.queue = []
        self.lines = []

    def line_of(self, name):
        if name not in self.numbers:
            self.numbers[name] = len(self.queue)
            self.queue.append(name)
        return str(self.numbers[name])

    def expression(self, name):
        shape = self.shapes[name]
        kind = shape["type"]
        if shape.get("document"):
            return "j"
        if kind == "structure" or (kind == "string" and shape.get("enum")):
            return self.line_of(name)
        if kind in ("list", "map"):
            return self.line_of(name) if self.contains_itself(name) else self.container(name)
        return LETTERS[kind] + ("" if kind in ("boolean", "timestamp") else bounds(shape))

    def container(self, name):
        shape = self.shapes[name]
        bounded = bounds(shape)
        bounded += "/" if bounded else ""
        if shape["type"] == "list":
            return "[" + bounded + self.expression(shape["member"]["shape"])
        return "{" + bounded + self.expression(shape["value"]["shape"])

    def contains_itself(self, name):
        """Whether a list or map reaches itself with no structure between."""
        seen, current = set(), name
        while current not in seen:
            seen.add(current)
            shape = self.shapes[current]
            if shape["type"] not in ("list", "map"):
                return False
            current = shape["member" if shape["type"] == "list" else "value"]["shape"]
        return current == name

    def write(self, streams):
        """All lines; `streams` says how the streamed body of each top-level shape is spelled."""
        done = 0
        while done < len(self.queue):
            self.lines.append(self.line(self.queue[done], streams))
            done += 1
        return self.lines

    def line(self, name, streams):
        shape = self.shapes[name]
        if shape["type"] == "string":
            return "\t".join([name + "=", *shape["enum"]])
        if shape["type"] != "structure":
            return f"{name}:\t{self.container(name)}"
        required = set(shape.get("required", []))
        kept = [(m, r) for m, r in shape.get("members", {}).items() if (self.service, m) not in naming.REMOVED_MEMBERS]
        return "\t".join([name, *(self.member(name, m, r, m in required, streams) for m, r in kept)])

    def member(self, owner, name, reference, required, streams):
        spelled = naming.member(self.service, owner, name)
        target = self.shapes[reference["shape"]]
        # The SDK fills idempotency tokens in by itself.
        required = required and not (reference.get("idempotencyToken") or target.get("idempotencyToken"))
        expression = self.expression(reference["shape"])
        if reference.get("streaming") or target.get("streaming"):
            expression = streams.get(owner, expression)
        if (self.service, owner, name) in JSON_TEXT:
            expression = "j"
        api = name[:1].upper() + name[1:]
        flags = ("!" if required else "") + ("-" if reference.get("deprecated") or target.get("deprecated") else "")
        return spelled + (f"~{api}" if api != spelled else "") + flags + ":" + expression

    def has_event_stream(self, operation):
        references = [operation[side]["shape"] for side in ("input", "output") if side in operation]
        members = [m["shape"] for r in references for m in self.shapes[r].get("members", {}).values()]
        return any(self.shapes[m].get("eventstream") for m in members)


# The codes that botocore's standard retry takes for throttling, where a model doesn't mark them; `LimitExceededException` and
# `TransactionInProgressException` are left out, since most services mean a quota or a state by them.
THROTTLING = {
    naming.exception(code)
    for code in (
        "Throttling ThrottlingException ThrottledException RequestThrottledException RequestThrottled TooManyRequestsException"
        " ProvisionedThroughputExceededException RequestLimitExceeded BandwidthLimitExceeded SlowDown EC2ThrottledException"
    ).split()
}


def exceptions(model):
    """The class names of the service's exceptions, sorted; and those among them that say: call less often."""
    shapes = {name: shape for name, shape in model["shapes"].items() if shape.get("exception") or shape.get("error")}
    marked = {naming.exception(name) for name, shape in shapes.items() if shape.get("retryable", {}).get("throttling")}
    names = sorted({naming.exception(name) for name in shapes})
    return names, {name for name in names if name in marked or name in THROTTLING}


def path(service, text):
    """A paginator's path in Step Functions' spelling: `Buckets[-1].key` -> `Buckets[-1].Key`."""
    steps = [step.strip() for step in text.split(".")]
    return ".".join(naming.member(service, None, step) if step.isidentifier() else step[:1].upper() + step[1:] for step in steps)


# Arguments and fields of results that page where botocore has no paginator.
TOKENS = [
    ("NextToken", "NextToken"), ("PaginationToken", "PaginationToken"), ("NextPageToken", "NextPageToken"),
    ("PageToken", "NextPageToken"), ("Marker", "NextMarker"), ("ExclusiveStartKey", "LastEvaluatedKey"), ("NextMarker", "NextMarker"),
]  # fmt: skip


def paginator_of(model, operation):
    """A paginator by the names of the tokens; the lists of the result are its items."""
    ends = [model["shapes"].get(operation.get(side, {}).get("shape"), {}).get("members", {}) for side in ("input", "output")]
    taken, given = ({name[:1].upper() + name[1:]: name for name in end} for end in ends)
    for token, following in TOKENS:
        if token in taken and following in given:
            lists = [name for name, member in ends[1].items() if model["shapes"][member["shape"]]["type"] == "list"]
            return {"input_token": taken[token], "output_token": given[following], "result_key": lists}
    return None


def paging(service, paginator):
    """`input tokens>output tokens>more-results key>result keys`, each comma-separated."""
    if not paginator:
        return ""
    fields = [paginator.get(key, []) for key in ("input_token", "output_token", "more_results", "result_key")]
    fields = [[field] if isinstance(field, str) else field for field in fields]
    return ">".join(",".join("||".join(path(service, p) for p in f.split("||")) for f in field) for field in fields)


def text(service, model, paginators, iam, refused):
    """The service's text and its action names. `iam(operation name, operation)` gives an action's last field.

    The `arns` line is added by the caller, who knows it once all actions are written.
    """
    shapes = Shapes(service, model)
    names, throttling = exceptions(model)
    positions = {name: i for i, name in enumerate(names)}
    operations = {naming.action(name): name for name in model["operations"]}
    streams, lines = {}, []
    for action, name in sorted(operations.items()):
        operation = model["operations"][name]
        ends = []
        # Step Functions serialises what is sent as a stream to JSON, and gives what it receives as a string.
        for side, body in (("input", "j"), ("output", "s")):
            reference = operation.get(side, {}).get("shape")
            ends.append(shapes.line_of(reference) if reference else "")
            streams[reference] = body
        errors = sorted({positions[naming.exception(e["shape"])] for e in operation.get("errors", [])})
        flags = "e" if shapes.has_event_stream(operation) else ""
        flags += ("d" if operation.get("deprecated") else "") + ("x" if action in refused else "")
        pages = paging(service, paginators.get(name) or paginator_of(model, operation))
        lines.append("\t".join([action, *ends, " ".join(map(str, errors)), flags, pages, iam(name, operation)]))
    return "\n".join([" ".join(["errors", *(name + "*" * (name in throttling) for name in names)]), *lines, "", *shapes.write(streams), ""]), sorted(operations)
