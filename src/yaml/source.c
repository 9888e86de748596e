/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Model files as text: read, checked for UTF-8, cut into lines. */
#include "base/utf8.h"
#include "yaml/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char yml_too_large[] = "it is too large";

const char *yml_path(yml_reader *r, const yml_node *n, const char *name) {
  if (name[0] == '/' || n->source->folder[0] == 0) {
    return name;
  }
  const char *path = phs_arena_printf(r->scratch, "%s%s", n->source->folder, name);
  return path ? path : name;
}

/* Number of bytes of the line break at @p s, or 0. */
static size_t line_break(const char *s) {
  return s[0] == '\r' && s[1] == '\n' ? 2 : s[0] == '\n' || s[0] == '\r' ? 1 : 0;
}

/* Offsets of all lines. */
static bool cut_lines(yml_reader *r, yml_source *s) {
  size_t count = 1, *line;
  for (const char *p = s->text; *p;) {
    size_t n = line_break(p);
    count += n > 0;
    p += n ? n : 1;
  }
  line = PHS_NEW_ARRAY(r->scratch, size_t, count);
  if (!line) {
    return yml_no_memory(r);
  }
  s->line = line;
  s->line_count = 1;
  for (const char *p = s->text; *p;) {
    size_t n = line_break(p);
    p += n ? n : 1;
    if (n) {
      line[s->line_count++] = (size_t)(p - s->text);
    }
  }
  return true;
}

/* Why the character of @p n bytes at @p p may not stand in a model, or NULL. libyaml takes U+0085,
 * U+2028 and U+2029 for ends of lines, editors do not. */
static const char *forbidden(const char *p, size_t n) {
  const unsigned char *b = (const unsigned char *)p;
  if (n == 0) {
    return "is not UTF-8";
  }
  if ((b[0] < 0x20 && b[0] != '\t' && b[0] != '\n' && b[0] != '\r') || b[0] == 0x7f ||
      (n == 2 && b[0] == 0xc2 && b[1] < 0xa0)) {
    return "is a control character";
  }
  if (n == 3 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xa8 || b[2] == 0xa9)) {
    return "is a line separator of Unicode's";
  }
  if (n == 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf) {
    return "is a byte order mark inside of the text";
  }
  if (n == 3 && b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe) {
    return "is no character";
  }
  return NULL;
}

static bool check_text(yml_reader *r, const yml_source *s) {
  phs_place place = {.file = s->file, .line = 1};
  const char *start = s->text;
  for (const char *p = s->text; p < s->text + s->size;) {
    size_t n = *p ? phs_utf8_length(p) : 1;
    const char *wrong = forbidden(p, n);
    if (wrong) {
      place.column = (uint32_t)(p - start) + 1;
      phs_report(&r->diag, PHS_YAML_ENCODING, &place, "save the file as UTF-8 text",
                 "byte 0x%02x %s", (unsigned char)*p, wrong);
      return yml_failed(r, PHS_YAML_ENCODING);
    }
    size_t end = line_break(p);
    p += end ? end : n;
    if (end) {
      place.line++;
      start = p;
    }
  }
  return true;
}

const char *yml_load(phs_arena *a, const char *path, uint64_t most, unsigned char **data,
                     size_t *size) {
  struct stat st;
  if (stat(path, &st) != 0) {
    return strerror(errno);
  }
  if (!S_ISREG(st.st_mode)) {
    return S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file";
  }
  if ((uint64_t)st.st_size > most) {
    return yml_too_large;
  }
  *size = (size_t)st.st_size;
  *data = phs_arena_alloc(a, *size + 1);
  FILE *f = *data ? fopen(path, "rb") : NULL;
  if (!f) {
    return *data ? strerror(errno) : "no memory";
  }
  bool whole = fread(*data, 1, *size, f) == *size;
  fclose(f);
  return whole ? NULL : "it was cut while it was read";
}

static yml_source *add(yml_reader *r, const char *path, const char *text, size_t size,
                       bool on_disk) {
  yml_source *s = PHS_NEW(r->scratch, yml_source);
  char *folder = phs_arena_strdup(r->scratch, path);
  if (!s || !folder) {
    yml_no_memory(r);
    return NULL;
  }
  char *slash = strrchr(folder, '/');
  folder[slash ? slash + 1 - folder : 0] = 0;
  if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
    text += 3; /* the mark that some editors write in front */
    size -= 3;
  }
  *s = (yml_source){.file = path, .folder = folder, .text = text, .size = size, .on_disk = on_disk};
  *r->last_source = s;
  r->last_source = &s->next;
  r->file_count++;
  return cut_lines(r, s) && check_text(r, s) ? s : NULL;
}

yml_source *yml_source_read(yml_reader *r, const char *path, const yml_node *from) {
  unsigned char *text = NULL;
  size_t size = 0;
  const char *name = phs_arena_strdup(r->arena, path);
  const char *wrong = name ? yml_load(r->scratch, path, YML_MAX_BYTES, &text, &size) : NULL;
  if (!name) {
    yml_no_memory(r);
    return NULL;
  }
  if (!wrong) {
    return add(r, name, (const char *)text, size, true);
  }
  bool too_large = wrong == yml_too_large;
  phs_code code = too_large ? PHS_YAML_LIMIT : PHS_YAML_FILE;
  phs_place place = from ? yml_place(from) : (phs_place){.file = name};
  phs_report(&r->diag, code, &place,
             too_large ? "a file has at most 16 MiB; give numbers as .npy or .h5 files"
                       : "check the path: it is relative to the file that names it",
             "the file '%s' cannot be read: %s", yml_safe(r, path), wrong);
  yml_failed(r, code);
  return NULL;
}

yml_source *yml_source_of(yml_reader *r, const char *name, const char *text, size_t size) {
  return add(r, name, text, size, false);
}
