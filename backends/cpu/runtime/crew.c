/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One barrier serves all: threads wait at it for a job to begin, within it, and at its end. A
 * thread looks for a while, since steps take microseconds, and then sleeps; where there are more
 * threads than processors it sleeps at once.
 */
#include "crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOKS = 4000 /* a tenth of a millisecond or two */, MOST_THREADS = 1024 };

typedef struct worker {
  phs_crew *crew;
  pthread_t thread;
  size_t part;
} worker;

struct phs_crew {
  _Alignas(64) atomic_uint arrived; /* at the barrier */
  _Alignas(64) atomic_uint round;   /* of the barrier */
  atomic_uint sleepers;
  unsigned parts;
  int looks;
  bool over;
  phs_crew_job job;
  void *user;
  pthread_mutex_t lock;
  pthread_cond_t woken;
  worker *worker; /* [parts - 1] */
  unsigned started;
};

static void relax(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void sleep_until(phs_crew *c, unsigned round) {
  pthread_mutex_lock(&c->lock);
  atomic_fetch_add(&c->sleepers, 1);
  while (atomic_load(&c->round) == round) {
    pthread_cond_wait(&c->woken, &c->lock);
  }
  atomic_fetch_sub(&c->sleepers, 1);
  pthread_mutex_unlock(&c->lock);
}

void phs_crew_wait(void *crew) {
  phs_crew *c = crew;
  unsigned round = atomic_load_explicit(&c->round, memory_order_relaxed);
  if (atomic_fetch_add(&c->arrived, 1) + 1 == c->parts) {
    atomic_store_explicit(&c->arrived, 0, memory_order_relaxed);
    atomic_store(&c->round, round + 1);
    if (atomic_load(&c->sleepers) > 0) { /* one that comes later sees the new round */
      pthread_mutex_lock(&c->lock);
      pthread_cond_broadcast(&c->woken);
      pthread_mutex_unlock(&c->lock);
    }
    return;
  }
  for (int k = 0; k < c->looks; k++) {
    if (atomic_load_explicit(&c->round, memory_order_acquire) != round) {
      return;
    }
    relax();
  }
  sleep_until(c, round);
}

static void *work(void *user) {
  worker *w = user;
  phs_crew *c = w->crew;
  for (;;) {
    phs_crew_wait(c);
    if (c->over) {
      return NULL;
    }
    c->job(c->user, w->part, c->parts, c);
  }
}

phs_crew *phs_crew_create(int threads) {
  if (threads < 1 || threads > MOST_THREADS) {
    return NULL;
  }
  phs_crew *c = aligned_alloc(_Alignof(phs_crew), sizeof *c);
  worker *all = calloc((size_t)threads, sizeof *all);
  if (!c || !all) {
    free(c);
    free(all);
    return NULL;
  }
  *c = (phs_crew){.parts = (unsigned)threads, .worker = all};
  c->looks = sysconf(_SC_NPROCESSORS_ONLN) >= threads ? LOOKS : 0;
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->woken, NULL);
  for (; c->started < c->parts - 1; c->started++) {
    worker *w = &all[c->started];
    *w = (worker){.crew = c, .part = c->started + 1};
    if (pthread_create(&w->thread, NULL, work, w) != 0) {
      c->parts = c->started + 1; /* those that wait are told that it is over */
      phs_crew_destroy(c);
      return NULL;
    }
  }
  return c;
}

void phs_crew_destroy(phs_crew *c) {
  if (!c) {
    return;
  }
  c->over = true;
  if (c->started > 0) {
    phs_crew_wait(c);
  }
  for (unsigned k = 0; k < c->started; k++) {
    pthread_join(c->worker[k].thread, NULL);
  }
  pthread_cond_destroy(&c->woken);
  pthread_mutex_destroy(&c->lock);
  free(c->worker);
  free(c);
}

void phs_crew_run(phs_crew *c, phs_crew_job job, void *user) {
  c->job = job;
  c->user = user;
  if (c->parts > 1) {
    phs_crew_wait(c);
  }
  job(user, 0, c->parts, c);
}
