# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Transcripts of phasorc. Substitutions: %phasorc, %exits CODE COMMAND..., %json_lines, %shared, %source."""
import os
import lit.formats

config.name = "phasorc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.binary
config.environment["PATH"] = config.tools + os.pathsep + config.environment.get("PATH", "")
for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.substitutions += [
    ("%exits", os.path.join(config.test_source_root, "exits.sh")),
    ("%json_lines", config.json_lines),
    ("%phasorc", config.phasorc),
    ("%shared", config.shared),
    ("%source", config.source),
    ("%python", config.python),
]
if os.path.isdir(os.path.join(config.shared, "models", "nir")):
    config.available_features.add("shared")
else:
    print("SKIP: acceptance.test: no models under " + config.shared)
if os.path.isdir(os.path.join(config.source, "examples", "motion")):
    config.available_features.add("examples")
if os.geteuid() != 0:
    config.available_features.add("unprivileged")
