# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""report.py FILE: reads a report, checks its sums, and prints its projections and what ran."""
import json
import sys

report = json.load(open(sys.argv[1]))
table = report["projections"]
for row in table["rows"]:
    print(row["name"], row["rule"], row["mode"])
modes = [row["mode"] for row in table["rows"]]
assert table["count"] == len(modes) and table["stored"] == modes.count("store") and table["recomputed"] == modes.count("recompute")
for key in ("synapses", "table_bytes", "saved_bytes"):
    assert abs(table[key] - sum(row[key] for row in table["rows"])) <= len(modes), key
assert all(row["mode"] == "recompute" or row["saved_bytes"] == 0 for row in table["rows"])
if "run" in report:
    assert report["peak_memory_bytes"] > report["table_bytes"] + report["state_bytes"]
    assert 0 < report["synaptic_events"] < 1e3 * report["neurons"] * report["run"]["steps"]
    assert report["seconds"]["run"] > 0 and report["threads"] == 1
    print("run", report["run"]["steps"], "steps, tables", "as many bytes as they take" if report["table_bytes"] > 0 else "empty")
