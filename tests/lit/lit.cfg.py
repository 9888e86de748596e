# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""IR before and after. Substitutions: %phasor-opt FILE --passes=..., %stock-opt (mlir-opt with the dialect loaded)."""
import os
import lit.formats

config.name = "ir"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.binary
config.environment["PATH"] = os.path.dirname(config.phasorc) + os.pathsep + config.tools + os.pathsep + config.environment.get("PATH", "")
for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.substitutions += [
    ("%phasor-opt", config.phasorc + " opt"),
    ("%phasorc", config.phasorc),
    ("%stock-opt", "mlir-opt --irdl-file=" + os.path.join(config.source, "dialects", "phasor.irdl.mlir")),
]
