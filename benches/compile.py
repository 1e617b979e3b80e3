#!/usr/bin/env python3
"""Whole-process figures of `flow build` and `flow check`, beside CDK in the same run.

    cargo build --release --bin flow && benches/compile.py [--runs 9] [--cdk ../shared/bench/cdk_order_app.js]

Prints Markdown tables. Every pair of commands is run in turn (A B A B …) after one warm-up; times are medians of wall
seconds, memory is the largest resident set of the process. CDK comes from npm (aws-cdk-lib, constructs) into a
temporary folder."""
import argparse, os, pathlib, shutil, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOW = ROOT / "target" / "release" / "flow"


def run(command, env=None, cwd=None):
    """Wall seconds, CPU seconds and peak KiB of one process; exits where it fails."""
    start = time.perf_counter()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(command, stdout=null, stderr=null, env=env, cwd=cwd)
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def measure(commands, runs):
    """Runs the commands in turn; a list of (wall, cpu, KiB) medians."""
    figures = [[] for _ in commands]
    for turn in range(runs + 1):
        for i, (command, env) in enumerate(commands):
            got = run(command, env)
            if turn > 0:
                figures[i].append(got)
    return [tuple(statistics.median(column) for column in zip(*rows)) for rows in figures]


def row(name, figure):
    wall, cpu, kib = figure
    print(f"| {name} | {wall * 1000:.1f} ms | {cpu * 1000:.1f} ms | {kib / 1024:.1f} MiB |")


def head():
    print("| command | wall, median | CPU, median | peak memory |\n|---|---|---|---|")


def against_cdk(script, runs, temp):
    modules = temp / "cdk"
    modules.mkdir()
    subprocess.run(["npm", "install", "--silent", "--prefix", modules, "aws-cdk-lib", "constructs"], check=True)
    env = dict(os.environ, NODE_PATH=str(modules / "node_modules"))
    app = ROOT / "benches" / "order"
    flow, cdk = measure(
        [([FLOW, "build", app, "--out", temp / "order"], None), (["node", script, str(temp / "cdk-out")], env)], runs
    )
    print("### `flow build` against CDK's synth, the same app (13 states, 25 resources)\n")
    head()
    row("`flow build`", flow)
    row("`cdk synth` (node)", cdk)
    print(f"\nCDK takes {cdk[0] / flow[0]:.0f} times the time and {cdk[2] / flow[2]:.0f} times the memory.\n")


def copies(text, count):
    """The order app `count` times in one file, every name made its own."""
    import re

    names = re.findall(r"^(?:table|queue|bucket|function|workflow|type|error|api) (\w+)", text, re.M)
    names = sorted({n for n in names}, key=len, reverse=True)
    head, _, body = text.partition("\n\n")
    parts = [text]
    for i in range(1, count):
        parts.append(re.sub(r"(?<![\w.\"$])(%s)(?=\b(?!:))" % "|".join(names), lambda m: f"{m[1]}{i}", body))
    return "\n\n".join(parts)


def growth(runs, temp):
    text = (ROOT / "benches" / "order" / "main.flow").read_text()
    files = {}
    for count in (1, 100):
        files[count] = temp / f"x{count}.flow"
        files[count].write_text(copies(text, count))
    once, hundred = measure([([FLOW, "build", files[n], "--out", temp / f"out{n}"], None) for n in (1, 100)], runs)
    print("### 100 times the source\n")
    head()
    row(f"`flow build`, {text.count(chr(10))} lines", once)
    row(f"`flow build`, {files[100].read_text().count(chr(10))} lines", hundred)
    print(f"\nRatio: {hundred[0] / once[0]:.1f}.\n")
    big = temp / "big.flow"
    count = 30_000 // text.count("\n") + 1
    big.write_text(copies(text, count))
    (check,) = measure([([FLOW, "check", big], None)], runs)
    print("### A large app\n")
    head()
    row(f"`flow check`, {big.read_text().count(chr(10))} lines", check)
    print()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=9)
    options.add_argument("--cdk", type=pathlib.Path, default=ROOT.parent / "shared" / "bench" / "cdk_order_app.js")
    options = options.parse_args()
    temp = pathlib.Path(tempfile.mkdtemp(prefix="flow-bench-"))
    try:
        if options.cdk.is_file():
            against_cdk(options.cdk, options.runs, temp)
        else:
            print(f"(no {options.cdk}: the comparison with CDK is left out)\n")
        growth(options.runs, temp)
    finally:
        shutil.rmtree(temp, ignore_errors=True)


main()
