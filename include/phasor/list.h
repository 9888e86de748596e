/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file list.h  What the library knows: targets, passes, presets, neuron models, back ends. */
#ifndef PHASOR_LIST_H
#define PHASOR_LIST_H

#include "phasor/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One entry of a list. Static text. */
typedef struct phasor_entry {
  const char *name;
  const char *summary; /**< up to its first line feed, where there is one */
} phasor_entry;

/** Name of list @p i ("targets", "passes", "presets", "models", "backends"), or NULL past the last.
 */
PHASOR_API const char *phasor_list_name(size_t i);
/** Entry @p i of a list; false past the last or when there is no such list. */
PHASOR_API bool phasor_list_entry(const char *list, size_t i, phasor_entry *out);
/** All about one entry, several lines; NULL when there is none. Freed by the caller with free(). */
PHASOR_API char *phasor_list_explain(const char *list, const char *name);

/**
 * All about the target that a file describes (docs/format/target.md), several lines.
 * @param path the file, or the name of a target with a description: "loihi1"
 * @param text set on PHASOR_OK; freed by the caller with free()
 */
PHASOR_API phasor_status phasor_target_explain(phasor_session *s, const char *path, char **text);

/**
 * The candidate that somebody who wrote @p word probably meant ("did you mean"), or NULL when none
 * is near.
 * @param candidates @p count strings; the result is one of them
 */
PHASOR_API const char *phasor_nearest(const char *word, const char *const *candidates,
                                      size_t count);

#ifdef __cplusplus
}
#endif
#endif
