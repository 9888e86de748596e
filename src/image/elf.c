/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "image/elf.h"

#include <elf.h>
#include <string.h>

/* A file of which every access is checked. */
typedef struct reader {
  const unsigned char *data;
  size_t size;
  phs_arena *arena;
  phs_elf_error *error;
} reader;

static bool fail(reader *r, uint64_t byte, const char *message) {
  *r->error = (phs_elf_error){message, byte};
  return false;
}

static bool inside(const reader *r, uint64_t offset, uint64_t size) {
  return offset <= r->size && size <= r->size - offset;
}

/* The tables may lie at any address: copied out, not cast. */
static bool copy(const reader *r, uint64_t offset, void *out, size_t size) {
  if (!inside(r, offset, size)) {
    return false;
  }
  memcpy(out, r->data + offset, size);
  return true;
}

/* A string of a table that ends with a NUL inside of it, or "". */
static const char *string_at(const phs_elf_section *table, uint64_t offset) {
  if (!table || !table->data || offset >= table->size ||
      !memchr(table->data + offset, 0, (size_t)(table->size - offset))) {
    return "";
  }
  return (const char *)table->data + offset;
}

static bool read_header(reader *r, Elf64_Ehdr *h) {
  if (!copy(r, 0, h, sizeof *h)) {
    return fail(r, 0, "the file is shorter than an ELF header");
  }
  if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0) {
    return fail(r, 0, "the file does not begin with the ELF magic");
  }
  if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB) {
    return fail(r, EI_CLASS, "only 64-bit little-endian ELF files can be inspected");
  }
  if (h->e_shnum && h->e_shentsize != sizeof(Elf64_Shdr)) {
    return fail(r, offsetof(Elf64_Ehdr, e_shentsize), "section headers have an unknown size");
  }
  return true;
}

static bool read_sections(reader *r, const Elf64_Ehdr *h, phs_elf *e) {
  uint64_t count = h->e_shnum;
  if (!inside(r, h->e_shoff, count * sizeof(Elf64_Shdr))) {
    return fail(r, h->e_shoff, "the section headers lie outside of the file");
  }
  e->section = PHS_NEW_ARRAY(r->arena, phs_elf_section, (size_t)count);
  uint32_t *name = PHS_NEW_ARRAY(r->arena, uint32_t, (size_t)count);
  if (!e->section || !name) {
    return fail(r, 0, "no memory");
  }
  for (uint64_t i = 0; i < count; i++) {
    Elf64_Shdr s;
    copy(r, h->e_shoff + i * sizeof s, &s, sizeof s);
    bool stored = s.sh_type != SHT_NOBITS && s.sh_type != SHT_NULL;
    if (stored && !inside(r, s.sh_offset, s.sh_size)) {
      return fail(r, h->e_shoff + i * sizeof s, "a section lies outside of the file");
    }
    e->section[i] = (phs_elf_section){"",
                                      s.sh_type,
                                      s.sh_link,
                                      s.sh_flags,
                                      s.sh_addr,
                                      s.sh_size,
                                      stored ? r->data + s.sh_offset : NULL};
    name[i] = s.sh_name;
  }
  e->section_count = (size_t)count;
  const phs_elf_section *names = h->e_shstrndx < count ? &e->section[h->e_shstrndx] : NULL;
  for (uint64_t i = 0; i < count; i++) {
    e->section[i].name = string_at(names, name[i]);
  }
  return true;
}

static const phs_elf_section *find_type(const phs_elf *e, uint32_t type) {
  for (size_t i = 0; i < e->section_count; i++) {
    if (e->section[i].type == type) {
      return &e->section[i];
    }
  }
  return NULL;
}

static bool read_symbols(reader *r, phs_elf *e) {
  const phs_elf_section *table = find_type(e, SHT_SYMTAB);
  table = table ? table : find_type(e, SHT_DYNSYM);
  if (!table || !table->data) {
    return true;
  }
  const phs_elf_section *names = table->link < e->section_count ? &e->section[table->link] : NULL;
  size_t count = (size_t)table->size / sizeof(Elf64_Sym);
  e->symbol = PHS_NEW_ARRAY(r->arena, phs_elf_symbol, count);
  if (!e->symbol) {
    return fail(r, 0, "no memory");
  }
  for (size_t i = 0; i < count; i++) {
    Elf64_Sym s;
    memcpy(&s, table->data + i * sizeof s, sizeof s);
    e->symbol[i] = (phs_elf_symbol){
        string_at(names, s.st_name), s.st_value, s.st_size, ELF64_ST_TYPE(s.st_info),
        ELF64_ST_BIND(s.st_info),    s.st_shndx};
  }
  e->symbol_count = count;
  return true;
}

bool phs_elf_read(const unsigned char *data, size_t size, phs_arena *arena, phs_elf *out,
                  phs_elf_error *error) {
  reader r = {data, size, arena, error};
  Elf64_Ehdr h;
  phs_elf e = {0};
  if (!read_header(&r, &h) || !read_sections(&r, &h, &e) || !read_symbols(&r, &e)) {
    return false;
  }
  e.type = h.e_type;
  e.machine = h.e_machine;
  e.entry = h.e_entry;
  *out = e;
  return true;
}

const phs_elf_symbol *phs_elf_find(const phs_elf *e, const char *name) {
  for (size_t i = 0; i < e->symbol_count; i++) {
    if (strcmp(e->symbol[i].name, name) == 0) {
      return &e->symbol[i];
    }
  }
  return NULL;
}

const unsigned char *phs_elf_bytes(const phs_elf *e, const phs_elf_symbol *s) {
  if (s->section == SHN_UNDEF || s->section >= e->section_count) {
    return NULL;
  }
  const phs_elf_section *in = &e->section[s->section];
  /* In objects values count from the section, in linked files they are addresses. */
  uint64_t offset = s->value;
  if (e->type != ET_REL) {
    if (offset < in->address) {
      return NULL;
    }
    offset -= in->address;
  }
  return in->data && offset <= in->size && s->size <= in->size - offset ? in->data + offset : NULL;
}

const char *phs_elf_machine_name(uint16_t machine) {
  return machine == EM_X86_64    ? "x86-64"
         : machine == EM_AARCH64 ? "aarch64"
         : machine == EM_RISCV   ? "riscv64"
                                 : NULL;
}
