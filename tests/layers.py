#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the includes of all sources against the table "Rooms and arrows" of docs/architecture.md: a room includes its own
headers, those of the rooms that its row names, libc, and what stands there in plain type (libraries).

usage: layers.py SOURCE
"""
import pathlib
import re
import sys

LIBRARIES = {"mlir-c": "MLIR", "llvm-c": "LLVM", "Random123": "Random123", "hdf5.h": "HDF5", "yaml.h": "libyaml",
             "jansson.h": "jansson", "xxhash.h": "xxHash", "cairo.h": "cairo", "cairo-svg.h": "cairo", "graphviz": "Graphviz"}
FOLDERS = ("src", "include", ".", "backends/cpu", "passes")  # where includes are looked for, after the file's own

source = pathlib.Path(sys.argv[1])
rooms = {}
for line in (source / "docs/architecture.md").read_text().splitlines():
    cells = [c.strip() for c in line.strip("|").split("|")]
    if line.startswith("| `") and len(cells) == 3:
        for room in re.findall(r"`([\w/]+)`", cells[0]):
            rooms[room] = ({room} | set(re.findall(r"`([\w/]+)`", cells[2])),
                           set(re.findall(r"\w+", re.sub("`[^`]*`", "", cells[2]))))


def room_of(path):
    """The room of a path within the source tree, or None."""
    return max((r for r in rooms if path.startswith(r + "/")), key=len, default=None)


wrong, seen, arrows = [], set(), set()
for folder in ("src", "passes", "backends", "include"):
    for file in sorted((source / folder).rglob("*.[ch]")):
        name = file.relative_to(source).as_posix()
        room = room_of(name)
        if not room:
            wrong.append(f"{name}: no room of the table")
            continue
        seen.add(room)
        for kind, target in re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', file.read_text(), re.M):
            if kind == "<":
                library = LIBRARIES.get(target.split("/")[0])
                arrows.add((room, library))
                if library and library not in rooms[room][1]:
                    wrong.append(f"{name}: includes <{target}>, and the row of {room} does not name {library}")
                continue
            near = [p for p in (file.parent / target, *(source / f / target for f in FOLDERS)) if p.exists()]
            to = room_of(near[0].resolve().relative_to(source.resolve()).as_posix()) if near else room  # made by the build
            arrows.add((room, to))
            if to not in rooms[room][0]:
                wrong.append(f'{name}: includes "{target}", and the row of {room} does not name {to}')

wrong += [f"docs/architecture.md: {room} is no folder with sources" for room in rooms if room not in seen]
wrong += [f"docs/architecture.md: {room} does not include {to}"
          for room, (others, libraries) in rooms.items() for to in sorted((others - {room}) | libraries)
          if room in seen and (room, to) not in arrows]
print("\n".join(wrong) or f"{len(seen)} rooms, {len(arrows)} arrows")
sys.exit(1 if wrong else 0)
