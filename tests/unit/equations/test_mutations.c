/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Built-in models with damaged texts: each is refused with diagnostics or gives a function. Nothing
 * else may happen; sanitizers watch. */
#include "library_reader.h"

static uint64_t random_state = 20;

static uint32_t draw(uint32_t below) {
  random_state = random_state * 6364136223846793005U + 1442695040888963407U; /* Knuth, MMIX */
  return (uint32_t)(random_state >> 33) % below;
}

/* A copy with some characters changed, removed, doubled or moved. */
static const char *damage(phs_arena *arena, const char *text) {
  static const char letters[] = "()+-*/^=<>:;,.#\n \t_dtxvIe019mV{}\x80\xff";
  size_t n = text ? strlen(text) : 0;
  if (n == 0 || draw(3) == 0) {
    return text;
  }
  char *out = (char *)phs_arena_alloc(arena, 2 * n + 2);
  size_t from = draw((uint32_t)n), length = 1 + draw(8), to = 0;
  uint32_t what = draw(4);
  for (size_t i = 0; i < n; i++) {
    bool inside = i >= from && i < from + length;
    if (!inside || what == 0) {
      out[to++] = text[i];
    }
    if (inside && what == 0) {
      out[to++] = text[i];
    }
    if (inside && what == 1) {
      out[to++] = letters[draw(sizeof letters - 1)];
    }
    if (inside && what == 2) {
      out[to++] = text[draw((uint32_t)n)];
    }
  }
  return out;
}

static void mutate(phs_arena *arena, phs_model_source *s) {
  phs_model_parameter *p = PHS_NEW_ARRAY(arena, phs_model_parameter, (size_t)s->parameter_count);
  phs_model_receptor *r = PHS_NEW_ARRAY(arena, phs_model_receptor, (size_t)s->receptor_count);
  memcpy(p, s->parameter, (size_t)s->parameter_count * sizeof *p);
  memcpy(r, s->receptor, (size_t)s->receptor_count * sizeof *r);
  s->parameter = p;
  s->receptor = r;
  phs_text *const texts[] = {&s->equations,   &s->threshold, &s->reset,   &s->refractory,
                             &s->output,      &s->initial,   &p[0].value, &p[0].name,
                             &r[0].statement, &r[0].unit,    &r[0].name};
  uint32_t count = 1 + draw(2);
  for (uint32_t i = 0; i < count; i++) {
    phs_text *t = texts[draw(4) == 0 ? draw(11) : 0];
    t->s = damage(arena, t->s);
  }
}

static void damaged(void **state) {
  (void)state;
  int refused = 0, made = 0;
  for (int i = 0; i < 400; i++) {
    phs_arena *arena = phs_arena_create();
    heard h = {.count = 0};
    phs_diag diag = {.fn = hear, .user = &h};
    phs_model_source *s = library_source(arena, phs_library_name((size_t)i % phs_library_count()));
    mutate(arena, s);
    phs_equations_model *m = phs_model_compile(arena, s, &diag);
    assert_true((m == NULL) == (diag.errors > 0));
    if (m) {
      phs_model_use use = {.count = 1, .dt = 0.1, .method = (phs_method)draw(6)};
      phs_neurons out;
      phs_elem elem;
      phasor_status status = phs_model_instantiate(arena, m, &use, &diag, &out, &elem);
      assert_true((status == PHASOR_OK) == (diag.errors == 0));
      made++;
    }
    refused += m == NULL;
    phs_arena_destroy(arena);
  }
  assert_true(refused > 100 && made > 100); /* both ways were gone */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(damaged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
