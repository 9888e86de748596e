/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sections, symbols and code of ELF files. */
#include "driver/inspect.h"
#include "driver/network.h"
#include "image/elf.h"

#include <elf.h>
#include <inttypes.h>
#include <jansson.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *type_name(uint16_t type) {
  return type == ET_REL    ? "object"
         : type == ET_EXEC ? "executable"
         : type == ET_DYN  ? "shared library or executable"
                           : "other";
}

static bool listed(const phs_elf_symbol *s) {
  return s->bind == STB_GLOBAL && s->section != SHN_UNDEF && s->name[0] &&
         (s->type == STT_FUNC || s->type == STT_OBJECT);
}

static void sections_text(const phs_elf *e, phs_buf *b) {
  phs_buf_printf(b, "%-24s %14s\n", "section", "bytes");
  for (size_t i = 1; i < e->section_count; i++) {
    phs_buf_printf(b, "%-24s %14" PRIu64 "\n", e->section[i].name, e->section[i].size);
  }
  phs_buf_printf(b, "\n%-40s %-8s %14s\n", "symbol", "kind", "bytes");
  for (size_t i = 0; i < e->symbol_count; i++) {
    const phs_elf_symbol *s = &e->symbol[i];
    if (listed(s)) {
      phs_buf_printf(b, "%-40s %-8s %14" PRIu64 "\n", s->name,
                     s->type == STT_FUNC ? "function" : "data", s->size);
    }
  }
}

/* The lines of the section in which a program carries its own tables: one a program. */
static const char *next_tables(const phs_elf *e, size_t *at, size_t *size) {
  for (size_t i = 0; i < e->section_count; i++) {
    const phs_elf_section *s = &e->section[i];
    if (strcmp(s->name, ".phasor") == 0 && s->data && *at < s->size) {
      const char *line = (const char *)s->data + *at;
      const char *end = memchr(line, '\n', (size_t)s->size - *at);
      *size = end ? (size_t)(end - line) : (size_t)s->size - *at;
      *at += *size + 1;
      return line;
    }
  }
  return NULL;
}

static void shape_text(const json_t *shape, char *out, size_t size) {
  size_t at = (size_t)snprintf(out, size, "[");
  for (size_t i = 0; i < json_array_size(shape) && at < size; i++) {
    at += (size_t)snprintf(out + at, size - at, "%s%" JSON_INTEGER_FORMAT, i ? ", " : "",
                           json_integer_value(json_array_get(shape, i)));
  }
  if (at < size) {
    snprintf(out + at, size - at, "]");
  }
}

static const char *text_of(const json_t *o, const char *key) {
  const char *text = json_string_value(json_object_get(o, key));
  return text ? text : "?";
}

/* Rows of one table; what is not as it should be shows as "?" or 0, for the file is not trusted. */
static void table_text(const json_t *program, const char *title, phs_buf *b) {
  const json_t *rows = json_object_get(program, title), *row;
  size_t i;
  phs_buf_printf(b, "\n%-24s %-8s %-5s %-16s %12s\n", title, "quantity", "type", "shape", "offset");
  json_array_foreach((json_t *)rows, i, row) {
    char shape[256];
    shape_text(json_object_get(row, "shape"), shape, sizeof shape);
    phs_buf_printf(b, "%-24s %-8s %-5s %-16s %12" JSON_INTEGER_FORMAT "\n", text_of(row, "node"),
                   text_of(row, "var"), text_of(row, "type"), shape,
                   json_integer_value(json_object_get(row, "offset")));
  }
}

static void tables_text(const phs_elf *e, phs_buf *b) {
  size_t at = 0, size;
  for (const char *line; (line = next_tables(e, &at, &size));) {
    json_t *program = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(program)) {
      phs_buf_printf(b,
                     "\nprogram %s, by Phasor %s: %" JSON_INTEGER_FORMAT
                     " bytes of state, %" JSON_INTEGER_FORMAT " bytes of weights\n",
                     text_of(program, "symbol"), text_of(program, "phasor"),
                     json_integer_value(json_object_get(program, "state_bytes")),
                     json_integer_value(json_object_get(program, "weight_bytes")));
      table_text(program, "inputs", b);
      table_text(program, "outputs", b);
      table_text(program, "quantities", b);
    }
    json_decref(program);
  }
}

static void tables_json(const phs_elf *e, phs_buf *b) {
  size_t at = 0, size;
  bool first = true;
  phs_buf_puts(b, ",\"programs\":[");
  for (const char *line; (line = next_tables(e, &at, &size));) {
    json_t *program = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
    char *text = json_is_object(program) ? json_dumps(program, JSON_COMPACT) : NULL;
    if (text) {
      phs_buf_puts(b, first ? "" : ",");
      phs_buf_puts(b, text);
      first = false;
    }
    free(text);
    json_decref(program);
  }
  phs_buf_puts(b, "]");
}

static void sections_json(const phs_elf *e, phs_buf *b) {
  const char *machine = phs_elf_machine_name(e->machine);
  phs_buf_printf(b, "{\"format\":\"elf\",\"type\":\"%s\",\"machine\":\"%s\",\"sections\":[",
                 type_name(e->type), machine ? machine : "other");
  for (size_t i = 1; i < e->section_count; i++) {
    phs_buf_puts(b, i > 1 ? ",{\"name\":" : "{\"name\":");
    phs_buf_json(b, e->section[i].name);
    phs_buf_printf(b, ",\"bytes\":%" PRIu64 "}", e->section[i].size);
  }
  phs_buf_puts(b, "],\"symbols\":[");
  bool first = true;
  for (size_t i = 0; i < e->symbol_count; i++) {
    const phs_elf_symbol *s = &e->symbol[i];
    if (listed(s)) {
      phs_buf_puts(b, first ? "{\"name\":" : ",{\"name\":");
      phs_buf_json(b, s->name);
      phs_buf_printf(b, ",\"kind\":\"%s\",\"bytes\":%" PRIu64 "}",
                     s->type == STT_FUNC ? "function" : "data", s->size);
      first = false;
    }
  }
  phs_buf_puts(b, "]");
  tables_json(e, b);
  phs_buf_puts(b, "}\n");
}

/* LLVM's disassembler for the file's machine, or NULL. */
static LLVMDisasmContextRef disassembler(uint16_t machine) {
  const char *triple = NULL, *features = "";
  if (machine == EM_X86_64) {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
    triple = "x86_64-linux-gnu";
  } else if (machine == EM_AARCH64) {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    triple = "aarch64-linux-gnu";
    features = "+all";
  } else if (machine == EM_RISCV) {
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVDisassembler();
    triple = "riscv64-linux-gnu";
    features = "+m,+a,+f,+d,+c,+zicsr,+v";
  }
  return triple ? LLVMCreateDisasmCPUFeatures(triple, "", features, NULL, 0, NULL, NULL) : NULL;
}

static void disassemble_symbol(LLVMDisasmContextRef d, const phs_elf *e, const phs_elf_symbol *s,
                               phs_buf *b) {
  const unsigned char *bytes = phs_elf_bytes(e, s);
  phs_buf_printf(b, "\n%s:\n", s->name);
  for (uint64_t at = 0; bytes && at < s->size;) {
    char line[256];
    /* The disassembler takes the bytes as not const, but does not write to them. */
    size_t n = LLVMDisasmInstruction(d, (uint8_t *)(uintptr_t)(bytes + at), s->size - at,
                                     s->value + at, line, sizeof line);
    if (n == 0) {
      phs_buf_printf(b, "  %8" PRIx64 ":\t.byte 0x%02x\n", s->value + at, bytes[at]);
      n = 1;
    } else {
      phs_buf_printf(b, "  %8" PRIx64 ":%s\n", s->value + at, line);
    }
    at += n;
  }
}

static phasor_status disassemble(const phs_elf *e, const char *path, phs_diag *diag, phs_buf *b) {
  LLVMDisasmContextRef d = disassembler(e->machine);
  if (!d) {
    phs_report(diag, PHS_IMAGE_FORMAT, &(phs_place){.file = path}, "leave --disassemble out",
               "code of ELF machine %u cannot be shown", e->machine);
    return PHASOR_ERROR_MODEL;
  }
  for (size_t i = 0; i < e->symbol_count; i++) {
    if (e->symbol[i].type == STT_FUNC && e->symbol[i].section != SHN_UNDEF) {
      disassemble_symbol(d, e, &e->symbol[i], b);
    }
  }
  LLVMDisasmDispose(d);
  return PHASOR_OK;
}

phasor_status phs_inspect_image(phasor_session *s, const char *path, const phasor_options *o,
                                phasor_style style, phs_buf *out) {
  size_t size;
  char *data = phs_read_file(path, &size, &s->diag);
  phs_arena *arena = phs_arena_create();
  phs_elf e;
  phs_elf_error error = {0};
  phasor_status status = PHASOR_OK;
  if (!data || !arena) {
    status = data ? phs_no_memory(&s->diag, "the file's tables") : PHASOR_ERROR_IO;
  } else if (!phs_elf_read((const unsigned char *)data, size, arena, &e, &error)) {
    char where[40];
    snprintf(where, sizeof where, "byte %" PRIu64, error.byte);
    phs_report(&s->diag, PHS_IMAGE_FORMAT, &(phs_place){.file = path, .where = where}, NULL, "%s",
               error.message);
    status = PHASOR_ERROR_MODEL;
  } else if (style == PHASOR_STYLE_JSON) {
    sections_json(&e, out);
  } else {
    const char *machine = phs_elf_machine_name(e.machine);
    phs_buf_printf(out, "ELF %s for %s\n\n", type_name(e.type),
                   machine ? machine : "another machine");
    sections_text(&e, out);
    tables_text(&e, out);
    status = o->disassemble ? disassemble(&e, path, &s->diag, out) : PHASOR_OK;
  }
  free(data);
  phs_arena_destroy(arena);
  return status;
}
