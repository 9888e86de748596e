/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "cli/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A thread draws, because a long stage may not call back for seconds. */
struct cli_progress {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  cli_progress_mode mode;
  bool stop, drawn;
  char stage[64], printed[64];
  double fraction;
  int ticks; /* since the last plain line */
};

enum { FIRST_MS = 500, TICK_MS = 100, PLAIN_TICKS = 50 };

static void draw(cli_progress *p) {
  if (!p->stage[0]) {
    return;
  }
  char percent[16] = "";
  if (p->fraction >= 0) {
    snprintf(percent, sizeof percent, " %3.0f%%", 100 * p->fraction);
  }
  if (p->mode == CLI_PROGRESS_LINE) {
    fprintf(stderr, "\r\x1b[K%s ...%s", p->stage, percent);
    p->drawn = true;
  } else if (strcmp(p->stage, p->printed) != 0 || ++p->ticks >= PLAIN_TICKS) {
    if (p->mode == CLI_PROGRESS_PLAIN) {
      fprintf(stderr, "progress: %s%s\n", p->stage, percent);
    } else if (p->fraction >= 0) {
      fprintf(stderr, "{\"progress\":\"%s\",\"fraction\":%.4f}\n", p->stage, p->fraction);
    } else {
      fprintf(stderr, "{\"progress\":\"%s\",\"fraction\":null}\n", p->stage);
    }
    strcpy(p->printed, p->stage);
    p->ticks = 0;
  }
  fflush(stderr);
}

static void *run(void *user) {
  cli_progress *p = user;
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  long wait = FIRST_MS;
  pthread_mutex_lock(&p->lock);
  while (!p->stop) {
    until.tv_nsec += wait * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!p->stop && pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0) {
    }
    if (!p->stop) {
      draw(p);
    }
    wait = TICK_MS;
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

cli_progress *cli_progress_start(cli_progress_mode mode) {
  cli_progress *p = mode == CLI_PROGRESS_NONE ? NULL : calloc(1, sizeof *p);
  if (!p) {
    return NULL;
  }
  p->mode = mode;
  p->fraction = -1;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  /* Signals are for the thread that works: it may hold them back while it has files to remove. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&p->thread, NULL, run, p) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!started) {
    free(p);
    return NULL;
  }
  return p;
}

void cli_progress_update(void *user, const char *stage, double fraction) {
  cli_progress *p = user;
  pthread_mutex_lock(&p->lock);
  if (strcmp(p->stage, stage) != 0) {
    snprintf(p->stage, sizeof p->stage, "%s", stage);
  }
  p->fraction = fraction;
  pthread_mutex_unlock(&p->lock);
}

void cli_progress_clear(cli_progress *p) {
  if (p) {
    pthread_mutex_lock(&p->lock);
    if (p->drawn) {
      fputs("\r\x1b[K", stderr);
      p->drawn = false;
    }
    pthread_mutex_unlock(&p->lock);
  }
}

void cli_progress_stop(cli_progress *p) {
  if (!p) {
    return;
  }
  pthread_mutex_lock(&p->lock);
  p->stop = true;
  pthread_cond_signal(&p->wake);
  pthread_mutex_unlock(&p->lock);
  pthread_join(p->thread, NULL);
  cli_progress_clear(p);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->wake);
  free(p);
}
