#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds docs/format/model.schema.json against models: the examples, those of docs/format/model.md and the samples of the
corruption test must be valid, and models with one thing wrong in them must not. Likewise target.schema.json and the shipped targets.

usage: check_schema.py SOURCE
"""
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as e:
    print(f"skipped: {e}; install python3-jsonschema and python3-yaml")
    sys.exit(77)



class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans, as libyaml's scalars are read here: `on` is a word."""


Loader.yaml_implicit_resolvers = {first: [(tag, r) for tag, r in rules if tag != "tag:yaml.org,2002:bool"]
                                  for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), "tf")

source = pathlib.Path(sys.argv[1])
schema = json.loads((source / "docs/format/model.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

GOOD = """
phasor: 1
dt: 0.1 ms
inputs: {src: {poisson: {rate: 8 Hz, size: 4}}}
populations: {a: {size: 4, model: if}}
projections: [{from: src, to: a, rule: {fixed_probability: 0.5}, weight: 1}]
"""
# (text of GOOD, what it becomes)
WRONG = [
    ("phasor: 1", "phasor: 2"), ("dt: 0.1 ms", "dt: 0.1"), ("populations:", "popluations:"), ("size: 4, model", "size: 0, model"),
    ("model: if", "modle: if"), ("from: src, ", ""), ("rule: {fixed_probability: 0.5}", "rule: everything"),
    ("{fixed_probability: 0.5}", "{fixed_probability: 1.5}"), ("{fixed_probability: 0.5}", "{fixed_probability: 1, fixed_indegree: 2}"),
    ("weight: 1", "weight: {uniform: [1, 2, 3]}"), ("weight: 1", "weight: 1, synapses: stored"), ("{rate: 8 Hz, size: 4}", "{size: 4}"),
]


def models():
    for folder in ("examples", "tests/fuzz/yaml", "src/equations/models"):
        for path in sorted((source / folder).rglob("*.yaml")):
            yield str(path.relative_to(source)), path.read_text()
    document = (source / "docs/format/model.md").read_text()
    for i, text in enumerate(re.findall(r"```yaml\n(.*?)```", document, re.S)):
        yield f"docs/format/model.md, example {i + 1}", text


TARGET = """
phasor-target: 1
name: t
title: a test
family: other
sources: {a: {title: paper}}
levels: [{name: core, source: a, capacities: {neurons: 4}}]
formats: {source: a, delay_steps: [1, 4]}
"""
WRONG_TARGETS = [("phasor-target: 1", "phasor-target: 2"), ("name: t", "nmae: t"), ("other", "fish"), ("{title: paper}", "{where: here}"),
                 ("neurons: 4", "neurons: [4, {}]"), ("neurons: 4", "neurons: {note: none}"), ("[1, 4]", "[1, 4, 5]"),
                 ("levels: [{name: core", "levels: [{fabric: mesh")]


def targets():
    for path in sorted(source.glob("backends/*/targets/*.yaml")):
        yield str(path.relative_to(source)), path.read_text()
    for i, text in enumerate(re.findall(r"```yaml\n(.*?)```", (source / "docs/format/target.md").read_text(), re.S)):
        yield f"docs/format/target.md, example {i + 1}", text


failures = count = 0
target_schema = json.loads((source / "docs/format/target.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(target_schema)
target_validator = jsonschema.Draft202012Validator(target_schema)
shipped = [*targets(), ("the good target", TARGET)]
for name, text in shipped:
    for error in target_validator.iter_errors(yaml.load(text, Loader)):
        failures += 1
        print(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
for before, after in WRONG_TARGETS:
    assert before in TARGET, before
    if target_validator.is_valid(yaml.load(TARGET.replace(before, after, 1), Loader)):
        failures += 1
        print(f"valid target in spite of: {after}")
for name, text in [*models(), ("the good one", GOOD)]:
    count += 1
    for error in validator.iter_errors(yaml.load(text, Loader)):
        failures += 1
        print(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
for before, after in WRONG:
    assert before in GOOD, before
    if validator.is_valid(yaml.load(GOOD.replace(before, after, 1), Loader)):
        failures += 1
        print(f"valid in spite of: {after}")
print(f"{count} models and {len(shipped)} targets valid, {len(WRONG) + len(WRONG_TARGETS)} wrong ones refused" if failures == 0 else f"{failures} failures")
sys.exit(failures != 0)
