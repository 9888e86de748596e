/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The ELF reader on this very program, whole, truncated and damaged. */
#include "image/elf.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Data that the reader has to find again by its symbol. */
extern const unsigned char elf_test_mark[12];
const unsigned char elf_test_mark[12] = "find me\x01\x02\x03";

typedef struct file {
  unsigned char *data;
  size_t size;
} file;

static int setup(void **state) {
  file *f = calloc(1, sizeof *f);
  FILE *in = fopen("/proc/self/exe", "rb");
  assert_true(f && in && fseek(in, 0, SEEK_END) == 0);
  f->size = (size_t)ftell(in);
  f->data = malloc(f->size);
  rewind(in);
  assert_true(f->data && fread(f->data, 1, f->size, in) == f->size);
  fclose(in);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  file *f = *state;
  free(f->data);
  free(f);
  return 0;
}

static void finds_sections_and_symbols(void **state) {
  const file *f = *state;
  phs_arena *a = phs_arena_create();
  phs_elf e;
  phs_elf_error error;
  assert_true(phs_elf_read(f->data, f->size, a, &e, &error));
  assert_true(e.type == ET_DYN || e.type == ET_EXEC);
  bool text = false;
  for (size_t i = 0; i < e.section_count; i++) {
    text |= strcmp(e.section[i].name, ".text") == 0 && e.section[i].size > 0;
  }
  assert_true(text);
  const phs_elf_symbol *s = phs_elf_find(&e, "elf_test_mark");
  assert_non_null(s);
  assert_int_equal(s->type, STT_OBJECT);
  assert_int_equal(s->size, sizeof elf_test_mark);
  assert_memory_equal(phs_elf_bytes(&e, s), elf_test_mark, sizeof elf_test_mark);
  assert_null(phs_elf_find(&e, "there is no such symbol"));
  phs_arena_destroy(a);
}

/* Everything that a reader of the result would touch. */
static void touch(const phs_elf *e) {
  size_t sum = 0;
  for (size_t i = 0; i < e->section_count; i++) {
    const phs_elf_section *s = &e->section[i];
    sum += strlen(s->name);
    sum += s->data && s->size ? s->data[0] + s->data[s->size - 1] : 0;
  }
  for (size_t i = 0; i < e->symbol_count; i++) {
    const unsigned char *bytes = phs_elf_bytes(e, &e->symbol[i]);
    sum += strlen(e->symbol[i].name);
    sum += bytes && e->symbol[i].size ? bytes[e->symbol[i].size - 1] : 0;
  }
  assert_true(sum < SIZE_MAX);
}

static void read_damaged(const unsigned char *data, size_t size) {
  /* A copy of just this size, so that the sanitizer sees a step beyond it. */
  unsigned char *copy = malloc(size ? size : 1);
  phs_arena *a = phs_arena_create();
  phs_elf e;
  phs_elf_error error = {0};
  assert_true(copy && a);
  memcpy(copy, data, size);
  if (phs_elf_read(copy, size, a, &e, &error)) {
    touch(&e);
  } else {
    assert_non_null(error.message);
  }
  phs_arena_destroy(a);
  free(copy);
}

static void survives_truncation(void **state) {
  const file *f = *state;
  for (size_t size = 0; size < 200; size++) {
    read_damaged(f->data, size);
  }
  for (size_t k = 1; k <= 100; k++) {
    read_damaged(f->data, f->size / 100 * k);
  }
}

static void survives_flips(void **state) {
  file *f = *state;
  Elf64_Ehdr h;
  memcpy(&h, f->data, sizeof h);
  uint32_t random = 12345;
  size_t tables = (size_t)h.e_shnum * sizeof(Elf64_Shdr);
  for (int round = 0; round < 400; round++) {
    random = random * 1664525u + 1013904223u;
    /* Half of them in the header, half in the section headers: that is where offsets are. */
    size_t at = round % 2 ? (random >> 8) % sizeof h : (size_t)h.e_shoff + (random >> 8) % tables;
    unsigned char before = f->data[at];
    f->data[at] = (unsigned char)(round % 3 ? random >> 24 : 0xFF);
    read_damaged(f->data, f->size);
    f->data[at] = before;
  }
}

static void refuses_other_files(void **state) {
  (void)state;
  phs_arena *a = phs_arena_create();
  phs_elf e;
  phs_elf_error error = {0};
  unsigned char other[64] = "\177ELF";
  assert_false(phs_elf_read(other, sizeof other, a, &e, &error)); /* class 0 */
  assert_int_equal(error.byte, EI_CLASS);
  assert_false(phs_elf_read((const unsigned char *)"hello", 5, a, &e, &error));
  assert_string_equal(phs_elf_machine_name(EM_RISCV), "riscv64");
  assert_null(phs_elf_machine_name(EM_PPC));
  phs_arena_destroy(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(finds_sections_and_symbols, setup, teardown),
      cmocka_unit_test_setup_teardown(survives_truncation, setup, teardown),
      cmocka_unit_test_setup_teardown(survives_flips, setup, teardown),
      cmocka_unit_test(refuses_other_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
