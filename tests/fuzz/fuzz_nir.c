/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Corruption test of the NIR importer: damaged copies of every .nir file below the folders given,
 * thousands in all, the same ones in every run. Each import must end in time with success or with
 * an error status and at least one diagnostic.
 *
 * usage: fuzz_nir [-n VARIANTS_A_FILE] [-v] FOLDER...         run everything
 *        fuzz_nir -r FILE VARIANT [-o OUT]                    import one variant in this process,
 * for a debugger
 *
 * Imports run in child processes, a batch in each, so that a crash or a hang is counted, named and
 * survived.
 */
#define _GNU_SOURCE 1 /* MAP_ANONYMOUS, dladdr */
#include "batches.h"
#include "import/import.h"

#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <hdf5.h>
#include <sys/stat.h>

#define BATCH 64
#define SECONDS_EACH 20
#define MAX_FILES 256
#define INSIDE_HDF5 90 /* exit code of a child */

typedef struct input {
  char path[1024];
  unsigned char *data;
  size_t size;
  const char *variant; /* path of its variants */
} input;

/* A place to damage. Weights fill most of a file and are dull: half of the places are just behind
 * an HDF5 signature (object headers, trees, heaps), which are four capital letters. */
static size_t place(uint64_t *s, const unsigned char *d, size_t n) {
  static const char *const sign[] = {"TREE", "SNOD", "HEAP", "GCOL", "\211HDF"};
  size_t at = below(s, n);
  if (next(s) & 1) {
    const char *want = sign[below(s, 5)];
    for (size_t k = 0; k + 4 <= n; k++) {
      size_t p = (at + k) % (n - 3);
      if (memcmp(d + p, want, 4) == 0) {
        return (p + below(s, 96)) % n;
      }
    }
  } else if (next(s) & 1) { /* object headers have no signature in this version: look for their
                               version and a zero */
    for (size_t k = 0; k + 16 <= n; k++) {
      size_t p = ((at + k) % (n - 15)) & ~(size_t)7;
      if (d[p] == 1 && d[p + 1] == 0 && d[p + 3] == 0 && d[p + 4] == 1 && d[p + 5] == 0) {
        return (p + below(s, 128)) % n;
      }
    }
  }
  return at;
}

/* Variant @p v of a file: truncated, or with a few bytes changed. Returns the new size. */
static size_t damage(unsigned char *d, size_t n, int v) {
  uint64_t s = (uint64_t)v * 0x100000001b3u + n;
  if (v % 8 == 0) {
    return below(&s, n);
  }
  size_t changes = 1 + below(&s, 4);
  for (size_t i = 0; i < changes; i++) {
    size_t p = place(&s, d, n), width = (size_t)1 << below(&s, 4);
    unsigned kind = (unsigned)below(&s, 4);
    for (size_t k = p; k < p + width && k < n; k++) {
      unsigned flipped = d[k] ^ (1u << below(&s, 8)), random = (unsigned)(next(&s) & 0xff);
      d[k] = (unsigned char)(kind == 0 ? flipped : kind == 1 ? random : kind == 2 ? 0xff : 0);
    }
  }
  return n;
}

typedef struct seen {
  unsigned count, errors;
  bool unplaced;
} seen;

static void see(void *user, const phasor_diagnostic *d) {
  seen *s = user;
  s->count++;
  s->errors += d->severity == PHASOR_ERROR;
  s->unplaced = s->unplaced || !d->code || !d->message || !*d->message || !d->file;
}

/* Imports one file and checks the rules. Returns NULL or what was broken. */
/* libhdf5 loses memory of its own when it gives up on a damaged object, and asks for absurd amounts
 * before it does: a refusal is enough. What the importer could lose of it, open objects, is counted
 * instead. */
#define VISIBLE __attribute__((visibility("default")))
VISIBLE const char *__lsan_default_suppressions(void);
VISIBLE const char *__lsan_default_suppressions(void) {
  return "leak:libhdf5";
}
VISIBLE const char *__lsan_default_options(void);
VISIBLE const char *__lsan_default_options(void) {
  return "print_suppressions=0";
}
VISIBLE const char *__asan_default_options(void);
VISIBLE const char *__asan_default_options(void) {
  return "allocator_may_return_null=1:abort_on_error=1:handle_abort=0:handle_segv=0:handle_sigbus="
         "0";
}

static const char *import_one(const char *path, bool *accepted, bool loud) {
  seen s = {0};
  phs_diag diag = {.fn = see, .user = &s};
  phs_import_options options = {.conventions = phs_preset_find("nir")->conventions, .dt = 1e-4};
  phs_net *net = NULL;
  phasor_status status = phs_import_nir(path, &options, &diag, &net);
  const char *broken = NULL;
  *accepted = status == PHASOR_OK;
  if (status == PHASOR_OK) {
    broken = !net ? "success without a network" : s.errors ? "success with errors" : NULL;
  } else if (net) {
    broken = "a network in spite of the error";
  } else if (s.errors == 0) {
    broken = "failed without a diagnostic";
  } else if (status != PHASOR_ERROR_MODEL && status != PHASOR_ERROR_USAGE &&
             status != PHASOR_ERROR_IO) {
    broken = "a status that no damaged file may give";
  }
  if (!broken && H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) != 0) {
    broken = "HDF5 objects left open";
  }
  if (!broken && s.unplaced) {
    broken = "a diagnostic without code, message or file";
  }
  if (loud) {
    printf("status %d, %u diagnostics%s%s\n", (int)status, s.count, broken ? ": " : "",
           broken ? broken : "");
  }
  phs_net_destroy(net);
  return broken;
}

static bool write_variant(const input *in, int v, const char *path) {
  unsigned char *copy = malloc(in->size + 1);
  FILE *f = fopen(path, "wb");
  bool ok = copy && f;
  if (ok) {
    memcpy(copy, in->data, in->size);
    size_t n = damage(copy, in->size, v);
    ok = fwrite(copy, 1, n, f) == n;
  }
  ok = f && fclose(f) == 0 && ok;
  free(copy);
  return ok;
}

/* On a crash: is libhdf5 among the innermost frames? */
static void on_crash(int signal_number) {
  void *frame[12];
  Dl_info info;
  int n = backtrace(frame, 12);
  for (int i = 0; i < n; i++) {
    if (dladdr(frame[i], &info) && info.dli_fname && strstr(info.dli_fname, "libhdf5")) {
      _exit(INSIDE_HDF5);
    }
  }
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void start(void) {
  void *warm[1];
  backtrace(warm, 1); /* loads what it needs before a heap is broken */
  signal(SIGSEGV, on_crash);
  signal(SIGABRT, on_crash);
  signal(SIGBUS, on_crash);
  signal(SIGFPE, on_crash);
  H5dont_atexit(); /* which prints a complaint about what it lost itself */
}

static const char *import_variant(const void *user, int v, bool *accepted) {
  const input *in = user;
  if (!write_variant(in, v, in->variant)) {
    _exit(3);
  }
  return import_one(in->variant, accepted, false);
}

static bool load(const char *path, input *in) {
  FILE *f = fopen(path, "rb");
  struct stat st;
  *in = (input){.data = NULL};
  if (!f || fstat(fileno(f), &st) != 0 || st.st_size <= 0 ||
      !(in->data = malloc((size_t)st.st_size))) {
    if (f) {
      fclose(f);
    }
    return false;
  }
  in->size = fread(in->data, 1, (size_t)st.st_size, f);
  fclose(f);
  snprintf(in->path, sizeof in->path, "%s", path);
  return in->size == (size_t)st.st_size && in->size > 64;
}

static void find(const char *folder, char **list, int *count) {
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    char path[1024];
    struct stat st;
    size_t n = strlen(e->d_name);
    if (e->d_name[0] == '.' ||
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path) {
      continue;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
      find(path, list, count);
    } else if (n > 4 && strcmp(e->d_name + n - 4, ".nir") == 0 && *count < MAX_FILES) {
      list[(*count)++] = strdup(path);
    }
  }
  if (d) {
    closedir(d);
  }
}

static int replay(const char *path, int variant, const char *out) {
  input in;
  bool accepted;
  if (!load(path, &in) || !write_variant(&in, variant, out)) {
    fprintf(stderr, "cannot make the variant\n");
    return 2;
  }
  const char *broken = import_one(out, &accepted, true);
  free(in.data);
  return broken != NULL;
}

int main(int argc, char **argv) {
  char *list[MAX_FILES], work[64] = "/tmp/phasor-fuzz-XXXXXX", path[96];
  int count = 0, variants = SANITIZED ? 256 : 512, failures = 0, first = 1;
  if (argc >= 4 && strcmp(argv[1], "-r") == 0) {
    return replay(argv[2], atoi(argv[3]), argc >= 6 ? argv[5] : "variant.nir");
  }
  if (argc >= 3 && strcmp(argv[1], "-n") == 0) {
    variants = atoi(argv[2]);
    first = 3;
  }
  for (int i = first; i < argc; i++) {
    int before = count;
    find(argv[i], list, &count);
    if (count == before) {
      printf("skipped: no .nir files below %s\n", argv[i]);
    }
  }
  qsort(list, (size_t)count, sizeof *list, by_path);
  shared *sh = shared_new();
  if (!sh || !mkdtemp(work)) {
    perror("fuzz_nir");
    return 2;
  }
  snprintf(path, sizeof path, "%s/variant.nir", work);
  for (int i = 0; i < count; i++) {
    input in;
    if (load(list[i], &in)) {
      in.variant = path;
      const subject f = {.name = in.path,
                         .batch = BATCH,
                         .seconds_each = SECONDS_EACH,
                         .pardoned = INSIDE_HDF5,
                         .start = start,
                         .import = import_variant,
                         .user = &in};
      failures += run_variants(&f, variants, sh);
    }
    free(in.data);
    free(list[i]);
  }
  unlink(path);
  rmdir(work);
  int total = count * variants;
  printf("%d files, %d variants: %d accepted, %d refused, %d crashes inside libhdf5, %d failures\n",
         count, total, sh->accepted, sh->refused, sh->pardoned, failures);
  return failures || sh->pardoned > 1 + total / 1000 ? 1 : 0;
}
