# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What is built for users: libphasor (the compiler), libphasor-rt (stimuli and recordings; libc only), phasorc.
