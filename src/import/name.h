/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file name.h  The name of a network whose file does not give one. */
#ifndef PHS_IMPORT_NAME_H
#define PHS_IMPORT_NAME_H

#include "base/arena.h"

/** "braille_v2" of "models/braille v2.nir": a C identifier, in @p a; NULL without memory. */
const char *phs_import_name(phs_arena *a, const char *path);

#endif
