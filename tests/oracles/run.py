#!/usr/bin/env python3
"""Holds what Flow builds against AWS's own tools.

Builds every program under examples/ (and tests/baselines/, tests/oracles/cases/), and every one of the reference's pages on
resources, for both targets and both formats and asks
    cfn-lint              the plain CloudFormation template: no errors
    sam validate --lint   the SAM template
    aws-sam-translator    the SAM template translates offline
    asl-validator         each state machine
    and building again gives the same bytes.

usage: run.py [--flow PATH] [--bin DIR] [--npm DIR] [PROGRAM.flow …]
  --flow  the compiler (default: target/debug/flow)
  --bin   folder with cfn-lint, sam and python of a virtual environment (default: from PATH)
  --npm   folder whose node_modules has asl-validator (default: here, else skipped)
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

TRANSLATE = """
import json, os, sys
os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')
from samtranslator.translator.transform import transform
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.yaml_helper import yaml_parse
class NoPolicies(ManagedPolicyLoader):
    def __init__(self): pass
    def load(self): return {}
template = yaml_parse(open(sys.argv[1]).read())
# `sam package` puts folders into a bucket before CloudFormation sees the template.
for resource in template['Resources'].values():
    if 'CodeUri' in resource.get('Properties', {}):
        resource['Properties']['CodeUri'] = 's3://bucket/key'
transform(template, {}, NoPolicies())
"""

VALIDATE = """
const { isValid } = load('asl-validator');
// As AWS sees it: an activity's ARN is put in at deployment.
const arn = 'arn:aws:states:us-east-1:123456789012:activity:name';
const definition = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'),
  (key, value) => key === 'Resource' && /^\\$\\{/.test(value) ? arn : value);
const run = module => (module.default || module)(definition, { checkPaths: true, checkArn: false });
const result = run(require(process.argv[3]));
if (!result.isValid) { console.error(JSON.stringify(result.errors || result.errorsText, null, 1)); process.exit(1); }
""".replace("const { isValid } = load('asl-validator');\n", "")


def programs(arguments):
    if arguments:
        return [pathlib.Path(it).resolve() for it in arguments]
    found = []
    for folder in ("examples", "tests/baselines", "tests/oracles/cases"):
        base = ROOT / folder
        mains = sorted(base.glob("*/main.flow"))
        flat = sorted(it for it in base.glob("**/*.flow") if it.name != "main.flow" and not (it.parent / "main.flow").exists())
        found += mains + flat
    return found


# Pages whose programs are about what reaches CloudFormation; the others are about states.
PAGES = ("apis-and-triggers", "messages", "resources", "settings")


def of_pages(folder):
    """The programs of the reference's pages that are right, each in a file of its own."""
    found = []
    for page in PAGES:
        text = (ROOT / "tests" / "reference" / f"{page}.md").read_text()
        for at, section in enumerate(re.split(r"^##? ", text, flags=re.MULTILINE)):
            blocks = re.findall(r"^```flow\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
            if len(blocks) != 1 or "// error:" in blocks[0]:
                continue
            name = re.sub(r"[^a-z]+", "-", section.splitlines()[0].lower()).strip("-")
            place = folder / f"{page}-{at}-{name}" / "main.flow"
            place.parent.mkdir(parents=True)
            place.write_text(blocks[0])
            found.append(place)
    return found


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    return result.returncode, (result.stdout + result.stderr).strip()


def tool(args, name):
    if args.bin:
        return str(pathlib.Path(args.bin) / name)
    return shutil.which(name)


def build(args, program, target, form, out):
    command = [args.flow, "build", str(program), "--target", target, "--format", form, "--out", str(out)]
    return run(command, cwd=program.parent)


def snapshot(folder):
    return {str(it.relative_to(folder)): it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file()}


def check(args, program, work):
    """Every complaint about one program."""
    complaints = []
    say = lambda what, text: complaints.append(f"{program.relative_to(ROOT) if ROOT in program.parents else program}: {what}\n{text}")
    built = {}
    for target in ("sam", "cloudformation"):
        for form in ("yaml", "json"):
            out = work / target / form
            code, text = build(args, program, target, form, out)
            if code != 0:
                say(f"build --target {target} --format {form}", text)
                return complaints
            built[target, form] = out
            again = work / "again" / target / form
            build(args, program, target, form, again)
            if snapshot(out) != snapshot(again):
                say(f"{target} {form}", "building again gives other bytes")
    # The two formats hold the same values: each tool reads one of them, so that both are read.
    template = built["cloudformation", "yaml"] / "template.yaml"
    code, text = run([tool(args, "cfn-lint"), "--non-zero-exit-code", "error", "--regions", "us-east-1", "--", str(template)])
    if code != 0:
        say("cfn-lint", text)
    # Without functions there is nothing of SAM's in it, and its tools want to see some.
    template = built["sam", "json"] / "template.json"
    if "Transform" in json.loads(template.read_text()):
        environment = dict(os.environ, AWS_DEFAULT_REGION="us-east-1", SAM_CLI_TELEMETRY="0")
        source = str(built["sam", "yaml"] / "template.yaml")
        code, text = run([tool(args, "sam"), "validate", "--lint", "-t", source, "--region", "us-east-1"], env=environment)
        if code != 0:
            say("sam validate --lint", text)
        code, text = run([tool(args, "python3"), "-c", TRANSLATE, str(template)])
        if code != 0:
            say("aws-sam-translator", text)
    if args.npm:
        validator = pathlib.Path(args.npm).resolve() / "node_modules" / "asl-validator"
        for definition in sorted(built["sam", "yaml"].glob("*.asl.json")):
            code, text = run(["node", "-e", VALIDATE, "validate", str(definition), str(validator)])
            if code != 0:
                say(f"asl-validator {definition.name}", text)
    return complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flow", default=str(ROOT / "target/debug/flow"))
    parser.add_argument("--bin")
    parser.add_argument("--npm")
    parser.add_argument("programs", nargs="*")
    args = parser.parse_args()
    args.flow = str(pathlib.Path(args.flow).resolve())
    if not args.npm and (pathlib.Path.cwd() / "node_modules/asl-validator").exists():
        args.npm = str(pathlib.Path.cwd())
    if not args.npm:
        print("asl-validator is not there: skipped (npm install asl-validator, --npm DIR)")
    failed = 0
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(2) as pool:
        all_programs = programs(args.programs) + ([] if args.programs else of_pages(pathlib.Path(work) / "pages"))
        jobs = [(it, pool.submit(check, args, it, pathlib.Path(work) / str(at))) for at, it in enumerate(all_programs)]
        for program, job in jobs:
            complaints = job.result()
            failed += bool(complaints)
            print(("not ok " if complaints else "ok ") + str(program))
            for complaint in complaints:
                print(complaint)
    print(f"{len(jobs) - failed} of {len(jobs)} programs pass")
    sys.exit(1 if failed else 0)


main()
