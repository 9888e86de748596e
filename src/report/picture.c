/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/picture.h"

#include "report/table.h"

#include <cairo-svg.h>
#include <stdlib.h>
#include <string.h>

static cairo_status_t to_buf(void *out, const unsigned char *bytes, unsigned n) {
  phs_buf_add(out, bytes, n);
  return ((phs_buf *)out)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

void phs_picture_begin(phs_picture *p, const char *id, const char *label, double width,
                       double height) {
  *p = (phs_picture){.id = id, .label = label, .width = width, .height = height};
  p->surface = cairo_svg_surface_create_for_stream(to_buf, &p->bytes, width, height);
  p->cr = cairo_create(p->surface);
}

static void place(phs_buf *b, const char *name, double value) {
  phs_buf_printf(b, " %s=\"%.6g\"", name, value);
}

void phs_picture_text(phs_picture *p, double x, double y, phs_anchor anchor, const char *style,
                      const char *text) {
  static const char *const word[] = {"start", "middle", "end"};
  phs_buf_puts(&p->over, "<text");
  place(&p->over, "x", x);
  place(&p->over, "y", y);
  phs_buf_printf(&p->over, " text-anchor=\"%s\" class=\"%s\">", word[anchor], style);
  phs_report_escape(&p->over, text);
  phs_buf_puts(&p->over, "</text>\n");
}

static void rectangle(phs_buf *b, double x, double y, double w, double h) {
  place(b, "x", x);
  place(b, "y", y);
  place(b, "width", w);
  place(b, "height", h);
}

void phs_picture_hint(phs_picture *p, double x, double y, double w, double h, const char *text) {
  phs_buf_puts(&p->over, "<rect class=\"hint\"");
  rectangle(&p->over, x, y, w, h);
  phs_buf_puts(&p->over, "><title>");
  phs_report_escape(&p->over, text);
  phs_buf_puts(&p->over, "</title></rect>\n");
}

static void base64(phs_buf *out, const phs_buf *in) {
  static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < in->len; i += 3) {
    uint32_t word = 0;
    char four[4];
    size_t n = in->len - i < 3 ? in->len - i : 3;
    for (size_t k = 0; k < 3; k++) {
      word = word << 8 | (k < n ? (unsigned char)in->data[i + k] : 0u);
    }
    for (size_t k = 0; k < 4; k++) {
      four[k] = k <= n ? digit[word >> (18 - 6 * k) & 63] : '=';
    }
    phs_buf_add(out, four, 4);
  }
}

void phs_picture_image(phs_picture *p, cairo_surface_t *image, double x, double y, double w,
                       double h) {
  phs_buf png = {0};
  cairo_surface_flush(image);
  p->failed |= cairo_surface_write_to_png_stream(image, to_buf, &png) != CAIRO_STATUS_SUCCESS;
  phs_buf_puts(&p->under, "<image");
  rectangle(&p->under, x, y, w, h);
  phs_buf_puts(&p->under, " preserveAspectRatio=\"none\" href=\"data:image/png;base64,");
  base64(&p->under, &png);
  phs_buf_puts(&p->under, "\"/>\n");
  phs_buf_free(&png);
}

/* ---- what cairo wrote, without its frame, with ids of the page ---- */

enum { ID_SIZE = 32 };

typedef struct ids {
  char (*name)[ID_SIZE];
  size_t count, room;
} ids;

/* Number of an id by the order in which ids are met. */
static size_t number_of(ids *all, const char *name, size_t n, bool *failed) {
  for (size_t i = 0; i < all->count; i++) {
    if (strlen(all->name[i]) == n && memcmp(all->name[i], name, n) == 0) {
      return i;
    }
  }
  if (all->count == all->room) {
    size_t room = all->room ? 2 * all->room : 16;
    void *more = realloc(all->name, room * sizeof *all->name);
    if (!more) {
      *failed = true;
      return 0;
    }
    all->name = more;
    all->room = room;
  }
  memcpy(all->name[all->count], name, n);
  all->name[all->count][n] = 0;
  return all->count++;
}

/* Copies cairo's elements with every id, and what points to it, renamed. */
static bool rename_ids(const char *from, const char *end, const char *prefix, phs_buf *out) {
  static const char *const mark[] = {" id=\"", "href=\"#", "url(#"};
  ids all = {0};
  bool failed = false;
  while (from < end) {
    const char *next = end;
    size_t skip = 0;
    for (size_t k = 0; k < sizeof mark / sizeof *mark; k++) {
      const char *at = strstr(from, mark[k]);
      if (at && at < next) {
        next = at;
        skip = strlen(mark[k]);
      }
    }
    phs_buf_add(out, from, (size_t)(next - from) + skip);
    from = next + skip;
    if (next < end) {
      size_t n = strcspn(from, "\")");
      if (n >= ID_SIZE) {
        failed = true;
        break;
      }
      phs_buf_printf(out, "%s-%zu", prefix, number_of(&all, from, n, &failed));
      from += n;
    }
  }
  free(all.name);
  return !failed;
}

static bool shapes(const phs_picture *p, phs_buf *out) {
  const char *start = p->bytes.data ? strstr(p->bytes.data, "<svg") : NULL;
  start = start ? strchr(start, '>') : NULL;
  const char *end = NULL;
  for (const char *at = start; at && (at = strstr(at, "</svg>")) != NULL; at++) {
    end = at;
  }
  return start && end && rename_ids(start + 1, end, p->id, out);
}

bool phs_picture_end(phs_picture *p, phs_buf *out) {
  phs_buf whole = {0};
  bool ok = !p->failed && cairo_status(p->cr) == CAIRO_STATUS_SUCCESS;
  cairo_destroy(p->cr);
  cairo_surface_finish(p->surface);
  ok = ok && cairo_surface_status(p->surface) == CAIRO_STATUS_SUCCESS;
  cairo_surface_destroy(p->surface);
  phs_buf_printf(&whole,
                 "<svg id=\"%s\" class=\"picture\" role=\"img\" viewBox=\"0 0 %.6g %.6g\" "
                 "width=\"%.6g\" height=\"%.6g\" aria-label=\"",
                 p->id, p->width, p->height, p->width, p->height);
  phs_report_escape(&whole, p->label);
  phs_buf_puts(&whole, "\">\n");
  phs_buf_add(&whole, p->under.data, p->under.len);
  ok = ok && shapes(p, &whole) && !p->bytes.failed && !p->under.failed && !p->over.failed;
  phs_buf_add(&whole, p->over.data, p->over.len);
  phs_buf_puts(&whole, "</svg>\n");
  ok = ok && !whole.failed;
  if (ok) {
    phs_buf_add(out, whole.data, whole.len);
  }
  phs_buf_free(&whole);
  phs_buf_free(&p->bytes);
  phs_buf_free(&p->under);
  phs_buf_free(&p->over);
  return ok;
}
