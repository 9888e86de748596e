/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/** @file crew.h  A few threads that do one job together, again and again, with little waiting in
 * between. POSIX threads and C11 atomics alone: executables carry it. */
#ifndef PHS_CPU_RUNTIME_CREW_H
#define PHS_CPU_RUNTIME_CREW_H

#include <stddef.h>

typedef struct phs_crew phs_crew;

/** What each of @p parts threads does, with its own @p part from 0 on. Its last act is
 * phs_crew_wait(). */
typedef void (*phs_crew_job)(void *user, size_t part, size_t parts, phs_crew *crew);

/** @p threads (1 to 1024), the caller of phs_crew_run() among them. NULL without memory or threads.
 */
phs_crew *phs_crew_create(int threads);
/** Ends the threads; NULL is allowed. */
void phs_crew_destroy(phs_crew *crew);
/** Has all threads do @p job; the caller is part 0. Returns once all have. */
void phs_crew_run(phs_crew *crew, phs_crew_job job, void *user);
/** Within a job: returns once all parts have called it. @p crew: void, as programs call it. */
void phs_crew_wait(void *crew);

#endif
