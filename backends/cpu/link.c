/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "backends/cpu/link.h"
#include "backends/cpu/header.h"
#include "backends/cpu/runtime.h"
#include "backends/cpu/tempdir.h"
#include "backends/cpu/write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

enum { MAX_ARGUMENTS = 64 };

/* A command line; the first argument is filled in once a compiler is found. */
typedef struct command {
  const char *argument[MAX_ARGUMENTS + 1];
  size_t count;
} command;

static void add(command *c, const char *argument) {
  if (c->count < MAX_ARGUMENTS) {
    c->argument[c->count++] = argument;
  }
}

/* Starts the compiler with its messages going to the file `log`. */
static int spawn(const command *c, const phs_tempdir *t, const char *log, pid_t *child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = posix_spawn_file_actions_init(&actions);
  if (error) {
    return error;
  }
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  if (t->held) { /* an interrupt that waits here for the folder's removal ends the compiler at once
                  */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &t->before);
  }
  error = posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!error) {
    error = posix_spawn_file_actions_adddup2(&actions, 1, 2);
  }
  if (!error) {
    char *arguments[MAX_ARGUMENTS +
                    1]; /* posix_spawnp does not change them, but its type does not say so */
    memcpy(arguments, c->argument, sizeof arguments);
    error = posix_spawnp(child, arguments[0], &actions, &attributes, arguments, environ);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/* The first lines of what the compiler said. */
static void report_failure(const char *log, const command *c, const phs_cpu_target *t,
                           phs_diag *diag) {
  char said[600] = "", help[200];
  FILE *f = fopen(log, "rb");
  if (f) {
    said[fread(said, 1, sizeof said - 1, f)] = 0;
    fclose(f);
  }
  for (char *s = said; *s; s++) {
    *s = (unsigned char)*s < 0x20 ? ' ' : *s;
  }
  snprintf(help, sizeof help, "apt-get install %s",
           phs_cpu_target_is_host(t) ? "gcc libc6-dev" : t->package);
  phs_report(diag, PHS_CPU_LINK_FAILED, NULL, help, "%s does not link the program: %s",
             c->argument[0], said);
}

static phasor_status run(command *c, const phs_cpu_target *t, const phs_tempdir *folder,
                         const char *log, phs_diag *diag) {
  char cross[64], help[200];
  const char *candidates[] = {cross, "cc", "gcc", "clang-22", "clang"};
  bool host = phs_cpu_target_is_host(t);
  snprintf(cross, sizeof cross, "%s-gcc", t->triple);
  for (size_t i = host ? 1 : 0; i < (host ? sizeof candidates / sizeof *candidates : 1); i++) {
    pid_t child;
    int status, error;
    c->argument[0] = candidates[i];
    error = spawn(c, folder, log, &child);
    if (error) {
      continue; /* not there; the next one */
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      return PHASOR_OK;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
      continue; /* where spawning cannot tell that there is no such program */
    }
    report_failure(log, c, t, diag);
    return PHASOR_ERROR_IO;
  }
  snprintf(help, sizeof help, "apt-get install %s, or use --emit=obj and link yourself",
           host ? "gcc libc6-dev" : t->package);
  phs_report(diag, PHS_CPU_NO_LINKER, NULL, help, "no C compiler for %s in PATH (%s)", t->triple,
             host ? "cc, gcc, clang-22, clang" : cross);
  return PHASOR_ERROR_IO;
}

/* The header, and what ties it to main.c. */
static bool write_model(phs_tempdir *t, const phs_cpu_plan *plan, phs_diag *diag) {
  phs_buf header = {0}, glue = {0};
  phs_cpu_header(plan, &header);
  phs_buf_printf(&glue,
                 "#include \"program.h\"\n#define MODEL(name) %s_##name\n#define MODEL_NAME ",
                 plan->symbol);
  phs_cpu_c_string(&glue, plan->net->name ? plan->net->name : plan->symbol);
  phs_buf_printf(&glue, "\n#define MODEL_STEPS %" PRId64 "\n", plan->steps);
  bool ok = !header.failed && !glue.failed;
  if (!ok) {
    phs_report(diag, PHS_NO_MEMORY, NULL, NULL, "no memory for the program's header");
  }
  ok = ok && phs_tempdir_write(t, "program.h", header.data, header.len, diag);
  ok = ok && phs_tempdir_write(t, "model.h", glue.data, glue.len, diag);
  phs_buf_free(&header);
  phs_buf_free(&glue);
  return ok;
}

/* Writes the main program's sources and adds those to compile. */
static bool add_main(command *c, phs_tempdir *t, const phs_cpu_plan *plan, phs_diag *diag) {
  const char *include = phs_arena_printf(t->arena, "-I%s", t->path);
  if (!include || !write_model(t, plan, diag)) {
    return false;
  }
  add(c, "-std=c11");
  add(c, "-O2");
  add(c, "-ffp-contract=off");
  add(c, "-D_POSIX_C_SOURCE=200809L");
  add(c, "-D_FILE_OFFSET_BITS=64");
  add(c, "-pthread");
  add(c, include);
  for (const phs_runtime_file *f = phs_runtime; f->name; f++) {
    const char *path = phs_tempdir_write(t, f->name, f->text, strlen(f->text), diag);
    if (!path) {
      return false;
    }
    if (path[strlen(path) - 1] == 'c') {
      add(c, path);
    }
  }
  return true;
}

/* Writes the object for the linker; NULL with a diagnostic. */
static const char *write_object(phs_tempdir *t, phs_cpu_code *code, phs_diag *diag) {
  phs_cpu_object object = {0};
  const char *path = NULL;
  if (phs_cpu_code_object(code, diag, &object) == PHASOR_OK) {
    path = phs_tempdir_write(t, "program.o", object.data, object.size, diag);
  }
  phs_cpu_object_free(&object);
  return path;
}

phasor_status phs_cpu_link(phs_cpu_code *code, const phs_cpu_plan *plan, bool executable,
                           const char *path, phs_diag *diag) {
  phs_tempdir t = {0};
  phs_outfile out = {0};
  command c = {.count = 1};
  phasor_status status = phs_tempdir_create(&t, diag);
  const char *object = NULL, *log = NULL;
  if (status == PHASOR_OK) {
    object = write_object(&t, code, diag);
    log = object ? phs_tempdir_file(&t, "messages", diag) : NULL;
    status = log ? PHASOR_OK : PHASOR_ERROR_IO;
  }
  if (status == PHASOR_OK && executable && !add_main(&c, &t, plan, diag)) {
    status = PHASOR_ERROR_IO;
  }
  if (status == PHASOR_OK) {
    status = phs_cpu_write_begin(&out, path, diag);
  }
  if (status == PHASOR_OK) {
    if (!executable) {
      add(&c, "-shared");
    }
    add(&c, object);
    add(&c, "-lm");
    add(&c, "-o");
    add(&c, out.written);
    status = run(&c, plan->target, &t, log, diag);
  }
  if (status == PHASOR_OK) {
    status = phs_cpu_write_end(&out, path, diag);
  }
  phs_outfile_abandon(&out);
  phs_tempdir_remove(&t);
  return status;
}
