/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file batches.h  Damaged variants of a file, imported in child processes, a batch in each, so
 * that a crash or a hang is counted, named and survived. Include it after defining _GNU_SOURCE.
 */
#ifndef PHS_TEST_FUZZ_BATCHES_H
#define PHS_TEST_FUZZ_BATCHES_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* splitmix64 (Steele, Lea, Flood 2014): one stream for each variant. */
static inline uint64_t next(uint64_t *s) {
  uint64_t z = (*s += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline size_t below(uint64_t *s, size_t n) {
  return n ? (size_t)(next(s) % n) : 0;
}

/** What a child tells its parent. */
typedef struct shared {
  int at;                /**< variant being imported */
  int accepted, refused; /**< so far */
  int pardoned;          /**< children that ended with the pardoned exit code */
  int bad;               /**< variants of the batch that broke a rule */
  char reason[1280];     /**< of the first one in the batch */
} shared;

/** A new one, all 0, that children share; NULL on failure. */
static inline shared *shared_new(void) {
  shared *sh = mmap(NULL, sizeof *sh, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return sh == MAP_FAILED ? NULL : sh;
}

/** A file to be damaged. */
typedef struct subject {
  const char *name;
  int batch, seconds_each; /**< variants in a child; time for each */
  int pardoned;            /**< exit code that is no failure; 0: none */
  void (*start)(void);     /**< first thing in a child; or NULL */
  /** Writes and imports variant @p v; NULL, or the rule that it broke. */
  const char *(*import)(const void *user, int v, bool *accepted);
  const void *user;
} subject;

static inline void run_batch(const subject *f, int first, int last, shared *sh) {
  if (!SANITIZED) { /* the sanitizers reserve terabytes of addresses */
    struct rlimit memory = {(rlim_t)3 << 30, (rlim_t)3 << 30};
    setrlimit(RLIMIT_AS, &memory);
  }
  if (f->start) {
    f->start();
  }
  for (int v = first; v < last; v++) {
    sh->at = v;
    bool accepted = false;
    alarm((unsigned)f->seconds_each);
    const char *broken = f->import(f->user, v, &accepted);
    alarm(0);
    sh->accepted += accepted;
    sh->refused += !accepted;
    if (broken && sh->bad++ == 0) {
      snprintf(sh->reason, sizeof sh->reason, "%.1024s, variant %d: %s", f->name, v, broken);
    }
  }
  exit(0); /* through atexit: the leak checker looks, too */
}

/* How a child ended before its time, and at which variant. Returns the number of failures. */
static inline int judge_end(const subject *f, int status, shared *sh) {
  if (f->pardoned && WIFEXITED(status) && WEXITSTATUS(status) == f->pardoned) {
    printf("%s, variant %d: pardoned\n", f->name, sh->at);
    sh->pardoned++;
    return 0;
  }
  printf("FAILED: %s, variant %d: %s %d\n", f->name, sh->at,
         WIFSIGNALED(status)
             ? (WTERMSIG(status) == SIGALRM ? "no end within the time, signal" : "signal")
             : "exit code",
         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  return 1;
}

/** Runs all variants; returns the number of failures. */
static inline int run_variants(const subject *f, int variants, shared *sh) {
  int failures = 0;
  for (int v = 0; v < variants;) {
    int last = v + f->batch < variants ? v + f->batch : variants, status = 0;
    sh->bad = 0;
    sh->at = v;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
      run_batch(f, v, last, sh);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
      perror("fork");
      return failures + 1;
    }
    if (sh->bad) {
      printf("FAILED: %s (and %d more in the batch)\n", sh->reason, sh->bad - 1);
      failures += sh->bad;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      v = last;
      continue;
    }
    failures += judge_end(f, status, sh);
    v = sh->at + 1;
  }
  return failures;
}

/** For qsort() of paths. */
static inline int by_path(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

#endif
