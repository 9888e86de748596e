#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the phasorc commands that README.md, docs/ and the examples show, in a folder where the files that they name exist.

usage: run_docs.py PHASORC SOURCE SHARED

A command is a line of a code block that begins with `phasorc `; what follows two spaces and a word, or a `#`, is its
explanation. Every command must succeed. Commands on models that only ../shared has are skipped with a line where it is absent.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

phasorc, source, shared = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
EXAMPLE = source / "examples/motion"


def commands(path):
    """(line number, command) for each command of a document."""
    lines = path.read_text().splitlines()
    number = 0
    while number < len(lines):
        first, text = number + 1, lines[number].strip()
        while text.endswith("\\") and number + 1 < len(lines):
            number += 1
            text = text[:-1] + " " + lines[number].strip()
        number += 1
        if text.startswith("phasorc "):
            head = re.match(r"phasorc +\w+ *", text).group(0)
            rest = re.split(r" {2,}(?=[^-\s])| +#", text[len(head):])[0]
            yield first, re.sub(" +", " ", head) + rest


def prepare(folder):
    """The files that the documents talk of."""
    shutil.copy(EXAMPLE / "motion.nir", folder / "model.nir")
    shutil.copy(EXAMPLE / "inputs/right.bin", folder / "events.bin")
    os.symlink(source / "examples", folder / "examples")
    os.symlink(source / "dialects", folder / "dialects")
    width, steps = 2 * 34 * 34, 20
    rows = (",".join(str(int((7 * t + 3 * i) % 41 == 0)) for i in range(width)) for t in range(steps))
    (folder / "input.csv").write_text("\n".join(rows) + "\n")
    for line in ("run model.nir -i input.csv --record lif1.spikes=recorded.csv", "build model.nir --emit=net -o net.mlir",
                 "build model.nir --emit=net -o model.net.mlir", "build model.nir --emit=opt -o model.mlir",
                 "build model.nir -t cpu -o model.o"):
        subprocess.run([phasorc, *line.split()], cwd=folder, check=True, capture_output=True)
    braille = shared / "models/nir/braille_noDelay_bias_zero.nir"
    if braille.exists():
        for name in ("braille.nir", braille.name):
            shutil.copy(braille, folder / name)
        for data in (shared / "data/braille").glob("*.csv"):
            shutil.copy(data, folder)


def main():
    folder = pathlib.Path("docs-commands").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    prepare(folder)
    environment = dict(os.environ, PATH=f"{phasorc.parent}{os.pathsep}{os.environ['PATH']}")
    documents = [source / "README.md", *sorted((source / "docs").rglob("*.md")), *sorted((source / "examples").rglob("*.md"))]
    ran = failed = 0
    for document in documents:
        for line, command in commands(document):
            place = f"{document.relative_to(source)}:{line}"
            if "braille" in command and not (folder / "braille.nir").exists():
                print(f"SKIP: {place}: the Braille model is absent")
                continue
            result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
            ran += 1
            if result.returncode != 0:
                failed += 1
                print(f"{place}: exit code {result.returncode}: {command}\n{result.stderr}")
    print(f"{ran} commands of the documents ran, {failed} failed")
    return failed != 0 or ran < 10


sys.exit(main())
