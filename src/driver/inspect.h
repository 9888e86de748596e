/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file inspect.h  Looking into ELF files. */
#ifndef PHS_DRIVER_INSPECT_H
#define PHS_DRIVER_INSPECT_H

#include "base/buf.h"
#include "driver/options.h"

/** Sections, symbols, and with `disassemble` the code, of an ELF object, library or executable. */
phasor_status phs_inspect_image(phasor_session *s, const char *path, const phasor_options *o,
                                phasor_style style, phs_buf *out);

#endif
