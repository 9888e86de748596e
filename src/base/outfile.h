/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file outfile.h  Output files that appear whole or not at all. */
#ifndef PHS_BASE_OUTFILE_H
#define PHS_BASE_OUTFILE_H

/** Zero-initialised, there is no file. */
typedef struct phs_outfile {
  char *path;    /**< where it is to be, links followed */
  char *written; /**< where to write it: a new file beside `path`, or `path` itself where that is a
                    device or pipe */
} phs_outfile;

/**
 * Creates an empty file to write to, with the permissions of any new file. Ends with
 * phs_outfile_commit() or phs_outfile_abandon().
 * @return 0, or the errno value of what failed, and then @p out is zeroed
 */
int phs_outfile_open(phs_outfile *out, const char *path);
/** Renames it to where it is to be. Returns 0 or an errno value; then nothing is left. */
int phs_outfile_commit(phs_outfile *out);
/** Removes it; after a commit it does nothing. */
void phs_outfile_abandon(phs_outfile *out);

#endif
