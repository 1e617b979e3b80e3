#!/usr/bin/env python3
"""How fast the interpreter runs definitions, beside moto's executor in the same run.

    cargo build --release -p interpreter --example speed
    python3 -m venv moto && moto/bin/pip install 'moto[stepfunctions]'
    benches/interpret.py [--moto moto/bin/python] [--runs 5]

Prints Markdown tables. Both sides run in process: ours from a compiled machine to its outcome, moto's from
`start_execution` to the end of `describe_execution`'s RUNNING. Memory is the largest resident set of our process."""
import argparse, os, pathlib, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SPEED = TARGET / "release" / "examples" / "speed"
# Our name of a workload, and moto_bench.py's.
SAME = {
    "Pass chain of 100 states, history kept": "pass chain, 100 states",
    "inline Map over 1000 items, history kept": "inline Map, 1000 items of 1 Pass",
}


def ours(name):
    """Milliseconds of one run, CPU milliseconds of the whole process, and its peak MiB."""
    child = subprocess.Popen([SPEED, name], stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    found = re.search(r"([\d.]+) us", text)
    if child.returncode != 0 or not found:
        sys.exit(f"{SPEED} {name}: {text}")
    return float(found[1]) / 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


def motos(python, script, runs, name):
    """Median milliseconds of one run."""
    text = subprocess.run([python, script, str(runs), name], check=True, capture_output=True, text=True).stdout
    line = next((line for line in text.splitlines() if line.startswith(name + ":")), None)
    found = line and re.search(r"run ms min/median/max [\d.]+ / ([\d.]+) / .*status \['SUCCEEDED'\]", line)
    if not found:
        sys.exit(f"moto: {text}")
    return float(found[1]), text.splitlines()[0]


def against_moto(python, script, runs):
    print("| workload | Flow | moto | ratio |\n|---|---|---|---|")
    version = ""
    for name, other in SAME.items():
        theirs, version = motos(python, script, runs, other)
        mine, _, _ = ours(name)
        print(f"| {name.split(',')[0]} | {mine:.3f} ms | {theirs:,.1f} ms | {theirs / mine:,.0f} |", flush=True)
    print(f"\n{version}\n")


def growth():
    """CPU time, which a busy machine does not stretch; the process makes the input and runs three times."""
    print("| items of an inline Map | CPU of three runs | per item | peak memory |\n|---|---|---|---|")
    for count in (10_000, 100_000, 1_000_000):
        _, cpu, memory = ours(f"inline Map over {count} items, quotas lifted")
        print(f"| {count:,} | {cpu:.0f} ms | {cpu * 1000 / count / 3:.2f} µs | {memory:.0f} MiB |", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--moto", help="a Python that has moto")
    arguments.add_argument("--script", default=ROOT.parent / "shared" / "conformance" / "asl" / "moto_bench.py")
    arguments.add_argument("--runs", type=int, default=5)
    options = arguments.parse_args()
    if options.moto:
        against_moto(options.moto, options.script, options.runs)
    growth()


if __name__ == "__main__":
    main()
