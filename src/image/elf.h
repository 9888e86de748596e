/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * @file elf.h  Reading ELF files that nobody vouches for: every offset and size is checked before
 * it is followed. 64-bit little-endian files, which is what all targets of the CPU back end have.
 */
#ifndef PHS_IMAGE_ELF_H
#define PHS_IMAGE_ELF_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct phs_elf_section {
  const char *name; /**< "" when its offset points outside of the names */
  uint32_t type, link;
  uint64_t flags, address, size;
  const unsigned char *data; /**< `size` bytes, or NULL for a section without any in the file */
} phs_elf_section;

typedef struct phs_elf_symbol {
  const char *name;
  uint64_t value, size;
  unsigned type, bind; /**< STT_*, STB_* */
  uint32_t section;    /**< index, or 0 when undefined, or above the last for the special ones */
} phs_elf_symbol;

typedef struct phs_elf {
  uint16_t type, machine; /**< ET_*, EM_* */
  uint64_t entry;
  size_t section_count, symbol_count;
  phs_elf_section *section;
  phs_elf_symbol *symbol; /**< of .symtab, or where that was stripped of .dynsym */
} phs_elf;

/** Why a file is not readable. */
typedef struct phs_elf_error {
  const char *message; /**< static */
  uint64_t byte;       /**< where in the file */
} phs_elf_error;

/**
 * Reads the tables of @p data, to which the result points.
 * @param arena for the tables
 * @return false with @p error filled
 */
bool phs_elf_read(const unsigned char *data, size_t size, phs_arena *arena, phs_elf *out,
                  phs_elf_error *error);
/** The symbol of this name, or NULL. */
const phs_elf_symbol *phs_elf_find(const phs_elf *e, const char *name);
/** The bytes that a symbol stands for, or NULL when they are not in the file. */
const unsigned char *phs_elf_bytes(const phs_elf *e, const phs_elf_symbol *s);
/** "x86-64", "aarch64", "riscv64", or NULL for others. */
const char *phs_elf_machine_name(uint16_t machine);

#endif
