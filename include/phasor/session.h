/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file session.h  Sessions, options and progress: what every other call of the library needs.
 *
 * A session carries the consumer of diagnostics. Use it from one thread at a time; different
 * sessions are independent. The library never prints, exits or reads the environment; the one
 * exception is an output path "-", which names the standard output because the caller says so.
 */
#ifndef PHASOR_SESSION_H
#define PHASOR_SESSION_H

#include "phasor/base.h"
#include "phasor/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct phasor_session phasor_session;
typedef struct phasor_options phasor_options;

/**
 * A new session; NULL without memory. End it with phasor_session_destroy() after everything made
 * with it.
 * @param fn   called once for each diagnostic; NULL drops them
 * @param user handed to @p fn
 */
PHASOR_API phasor_session *phasor_session_create(phasor_diagnostic_fn fn, void *user);
PHASOR_API void phasor_session_destroy(phasor_session *s);

/**
 * Reports a diagnostic of the application's own through the session's consumer, under a code of
 * Phasor's table.
 * @param code  "PHS0503"; an unknown code counts as an internal error
 * @param where option, path or other place, or NULL
 * @param help  the remedy, or NULL
 * @return the status that the code stands for
 */
PHASOR_API phasor_status phasor_session_report(phasor_session *s, const char *code,
                                               const char *file, const char *where,
                                               const char *help, const char *message);
/** Errors reported so far. */
PHASOR_API unsigned phasor_session_errors(const phasor_session *s);

/**
 * Told where a long operation stands.
 * @param stage    "import", "optimise", "generate code", "run", ...; borrowed
 * @param fraction of the stage, 0 to 1; below 0 where it is not known
 */
typedef void (*phasor_progress_fn)(void *user, const char *stage, double fraction);
PHASOR_API void phasor_session_set_progress(phasor_session *s, phasor_progress_fn fn, void *user);

/** Stages that have ended since the session began, in order, with their wall time in seconds. */
PHASOR_API size_t phasor_session_stage_count(const phasor_session *s);
PHASOR_API const char *phasor_session_stage(const phasor_session *s, size_t i, double *seconds);

/** Options at their defaults; NULL without memory. */
PHASOR_API phasor_options *phasor_options_create(void);
PHASOR_API void phasor_options_destroy(phasor_options *o);
/**
 * Sets one option as the command line would: phasor_options_set(s, o, "preset", "norse").
 * @param name  long name without dashes, as in the option table; repeatable options append, others
 * replace
 * @param value text, or NULL for options without an argument
 * @return PHASOR_ERROR_USAGE with a diagnostic for an unknown name or a value that is not allowed
 */
PHASOR_API phasor_status phasor_options_set(phasor_session *s, phasor_options *o, const char *name,
                                            const char *value);
/** The value last set as text, or NULL when the option stands at its default. Borrowed from @p o.
 */
PHASOR_API const char *phasor_options_get(const phasor_options *o, const char *name);

/** One row of the option table, from which help, manual page and completion are made too. */
typedef struct phasor_option_info {
  const char *name;     /**< "preset" */
  char letter;          /**< 't' for -t, or 0 */
  const char *argument; /**< "NAME", or NULL for an option without one */
  const char *choices;  /**< "s|ms|steps", or NULL */
  bool repeatable;
  const char *commands; /**< the commands that take it, separated by spaces */
  const char *help;     /**< one sentence */
} phasor_option_info;
PHASOR_API size_t phasor_option_count(void);
/** Row @p i, or NULL past the end. */
PHASOR_API const phasor_option_info *phasor_option_get(size_t i);

typedef enum phasor_style {
  PHASOR_STYLE_TEXT,  /**< several lines: place, message, source line with a caret, help */
  PHASOR_STYLE_SHORT, /**< one line */
  PHASOR_STYLE_JSON   /**< one JSON object on one line */
} phasor_style;
/**
 * A diagnostic as text that ends in a line feed; control characters of names from files are
 * escaped.
 * @param colour ANSI colours (PHASOR_STYLE_TEXT and _SHORT)
 * @return freed by the caller with free(); NULL without memory
 */
PHASOR_API char *phasor_diagnostic_text(const phasor_diagnostic *d, phasor_style style,
                                        bool colour);

#ifdef __cplusplus
}
#endif
#endif
