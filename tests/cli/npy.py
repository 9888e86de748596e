# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""npy.py FILE DIM DIM DIM VALUE...: a .npy file of 32-bit floats, version 1.0, written out by hand."""
import struct
import sys

dims = [int(d) for d in sys.argv[2:5]]
values = [float(v) for v in sys.argv[5:]]
assert len(values) == dims[0] * dims[1] * dims[2]
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }" % tuple(dims)
header += " " * (63 - (10 + len(header)) % 64) + "\n"
with open(sys.argv[1], "wb") as f:
    f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    f.write(struct.pack("<%df" % len(values), *values))
