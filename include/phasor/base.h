/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file base.h  What every public Phasor header builds on: the export mark, status codes, the
 * version. */
#ifndef PHASOR_BASE_H
#define PHASOR_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PHASOR_API __attribute__((visibility("default")))
#else
#define PHASOR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PHASOR_VERSION_MAJOR 0
#define PHASOR_VERSION_MINOR 1
#define PHASOR_VERSION_PATCH 0
#define PHASOR_VERSION_STRING "0.1.0"

/**
 * That something failed, and of which kind; diagnostics (diag.h) say what, where and how to mend
 * it. The values are the exit codes of `phasorc`.
 */
typedef enum phasor_status {
  PHASOR_OK = 0,             /**< success; warnings may have been reported */
  PHASOR_ERROR_MODEL = 1,    /**< the model or its data has errors */
  PHASOR_ERROR_USAGE = 2,    /**< an option or argument is wrong */
  PHASOR_ERROR_TARGET = 3,   /**< valid, but the target cannot hold or express it */
  PHASOR_ERROR_IO = 4,       /**< reading or writing failed */
  PHASOR_ERROR_DIFFERS = 5,  /**< a comparison found a difference beyond the tolerance */
  PHASOR_ERROR_VERSION = 6,  /**< version or plug-in incompatibility */
  PHASOR_ERROR_INTERNAL = 70 /**< a defect of Phasor, or no memory */
} phasor_status;

/** The version of the library that is linked, as "MAJOR.MINOR.PATCH"; compare with
 * PHASOR_VERSION_STRING. */
PHASOR_API const char *phasor_version(void);

#ifdef __cplusplus
}
#endif
#endif
