/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file progress.h  What takes longer than half a second says on stderr where it stands. */
#ifndef PHS_CLI_PROGRESS_H
#define PHS_CLI_PROGRESS_H

typedef struct cli_progress cli_progress;
typedef enum cli_progress_mode {
  CLI_PROGRESS_NONE,
  CLI_PROGRESS_LINE,  /**< one line on a terminal, drawn over and over */
  CLI_PROGRESS_PLAIN, /**< a new line for each stage and every few seconds */
  CLI_PROGRESS_JSON,  /**< the same, each line an object */
} cli_progress_mode;

/** Starts the clock; NULL when there is nothing to show, or no thread. */
cli_progress *cli_progress_start(cli_progress_mode mode);
/** A phasor_progress_fn. */
void cli_progress_update(void *user, const char *stage, double fraction);
/** Takes the line off the screen before something else is printed. */
void cli_progress_clear(cli_progress *p);
void cli_progress_stop(cli_progress *p);

#endif
