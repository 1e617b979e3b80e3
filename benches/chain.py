#!/usr/bin/env python3
"""Prints one workflow of N calls with choices, branches and handlers between them: `chain.py 400 > chain.flow`."""

import sys

HEAD = """function f(i: { p: int }) -> { v: int } { existing: "f" }
workflow big(input: { n: int }) -> int {
  var x = input.n"""

STEP = """  let a{k} = f({{ p: x + {k} }})
  if a{k}.v > {k} {{ x = x + 1 }} else if a{k}.v == 3 {{ x = a{k}.v * 2 }}"""

EXTRA = """  parallel {{ f({{ p: {k} }}) }}
  try {{ f({{ p: x }}) }} catch {{ x = 0 }}"""


def main() -> None:
    print(HEAD)
    for k in range(int(sys.argv[1])):
        print(STEP.format(k=k))
        if k % 10 == 5:
            print(EXTRA.format(k=k))
    print("  return x\n}")


if __name__ == "__main__":
    main()
