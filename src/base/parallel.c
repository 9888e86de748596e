/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_JOBS 256

typedef struct loop {
  size_t count, chunk;
  phs_parallel_fn fn;
  void *user;
  atomic_size_t next; /* chunk */
} loop;

typedef struct worker {
  loop *l;
  pthread_t thread;
  int id;
} worker;

static void work(loop *l, int id) {
  for (;;) {
    size_t first = atomic_fetch_add(&l->next, 1) * l->chunk;
    if (first >= l->count) {
      return;
    }
    size_t left = l->count - first;
    l->fn(l->user, first, first + (left < l->chunk ? left : l->chunk), id);
  }
}

static void *start(void *arg) {
  worker *w = arg;
  work(w->l, w->id);
  return NULL;
}

void phs_parallel(int jobs, size_t count, size_t chunk, phs_parallel_fn fn, void *user) {
  if (chunk == 0) {
    chunk = 1;
  }
  loop l = {.count = count, .chunk = chunk, .fn = fn, .user = user};
  atomic_init(&l.next, 0);
  size_t chunks = count / chunk + (count % chunk != 0);
  worker workers[MAX_JOBS];
  int started = 0;
  while (started + 1 < jobs && (size_t)started + 1 < chunks && started + 1 < MAX_JOBS) {
    worker *w = &workers[started];
    *w = (worker){.l = &l, .id = started + 1};
    if (pthread_create(&w->thread, NULL, start, w) != 0) {
      break;
    }
    started++;
  }
  work(&l, 0);
  for (int i = 0; i < started; i++) {
    pthread_join(workers[i].thread, NULL);
  }
}
