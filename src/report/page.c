/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "report/page.h"

#include "phasor/base.h"
#include "report/table.h"

static const char style[] =
    ":root{--bg:#fff;--fg:#1c2126;--muted:#5b6670;--line:#d5dae0;--card:#f6f8fa;--head:#eef1f4;"
    "--link:#0b57a4}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--muted:#9aa6b1;"
    "--line:#343c45;--card:#1b2026;--head:#222931;--link:#7db7f0}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}\n"
    "main{max-width:1128px;margin:0 auto;padding:24px}\n"
    "h1{font-size:24px;margin:0}h2{font-size:18px;margin:36px 0 4px}\n"
    "p{margin:4px 0 12px;max-width:80ch}.sub,.note{color:var(--muted)}\n"
    "nav{margin:12px 0 20px}nav a{margin-right:14px;color:var(--link)}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;background:var(--card);"
    "border:1px solid var(--line);border-radius:6px;padding:14px 18px;margin:0}\n"
    "dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}\n"
    "figure{margin:12px 0 24px}figcaption{font-weight:600;margin-bottom:6px}\n"
    ".scroll{overflow:auto;max-height:560px;border:1px solid var(--line);border-radius:6px}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:3px 10px;text-align:left;white-space:nowrap;border-bottom:1px solid "
    "var(--line)}\n"
    "th{position:sticky;top:0;background:var(--head)}th.n,td.n{text-align:right}\n"
    "th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--link)}\n"
    "tbody tr:hover{background:var(--card)}\n"
    "ul{padding-left:22px;margin:4px 0}pre{white-space:pre-wrap;background:var(--card);"
    "border:1px solid var(--line);border-radius:6px;padding:12px}\n"
    "svg.picture{max-width:100%;height:auto;display:block}.wide svg.picture{max-width:none}\n"
    "svg text{font:11.5px system-ui,sans-serif;fill:var(--fg);pointer-events:none}\n"
    "svg text.m{fill:var(--muted);font-size:11px}svg text.h{font-weight:600;font-size:12.5px}\n"
    "svg text.halo{font-size:11px;paint-order:stroke;stroke:var(--bg);stroke-width:3px;"
    "stroke-linejoin:round}\n"
    "svg .hint{fill:transparent}svg .hint:hover{stroke:var(--fg);stroke-width:1.5}\n"
    "@media print{.scroll{max-height:none}nav{display:none}}\n";

/* Headings become buttons that sort their column; without scripts the tables stay as they are. */
static const char script[] =
    "for(const t of document.querySelectorAll('table'))t.querySelectorAll('th').forEach((h,i)=>{"
    "const b=document.createElement('button');b.textContent=h.textContent;h.replaceChildren(b);"
    "let up=h.className!=='n';b.onclick=()=>{const o=t.tBodies[0],r=[...o.rows];"
    "const v=x=>x.cells[i].dataset.v,k=x=>x.cells[i].textContent;"
    "r.sort((x,y)=>(v(x)!==undefined?v(x)-v(y):k(x).localeCompare(k(y)))*(up?1:-1));"
    "t.querySelectorAll('th').forEach(e=>e.removeAttribute('aria-sort'));"
    "h.setAttribute('aria-sort',up?'ascending':'descending');up=!up;o.append(...r)}})\n";

void phs_page_begin(phs_buf *out, const char *title, const char *subtitle) {
  phs_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n"
                    "<meta name=\"generator\" content=\"phasor " PHASOR_VERSION_STRING "\">\n"
                    "<title>");
  phs_report_escape(out, title);
  phs_buf_puts(out, "</title>\n<style>\n");
  phs_buf_puts(out, style);
  phs_buf_puts(out, "</style></head>\n<body><main>\n<h1>");
  phs_report_escape(out, title);
  phs_buf_puts(out, "</h1>\n<p class=\"sub\">");
  phs_report_escape(out, subtitle);
  phs_buf_puts(out, "</p>\n");
}

void phs_page_end(phs_buf *out) {
  phs_buf_puts(out, "</main>\n<script>\n");
  phs_buf_puts(out, script);
  phs_buf_puts(out, "</script>\n</body></html>\n");
}

void phs_page_section(phs_buf *out, const char *id, const char *title, const char *text) {
  phs_buf_printf(out, "<section id=\"s-%s\"><h2>", id);
  phs_report_escape(out, title);
  phs_buf_puts(out, "</h2>\n");
  if (text) {
    phs_buf_puts(out, "<p class=\"note\">");
    phs_report_escape(out, text);
    phs_buf_puts(out, "</p>\n");
  }
}

void phs_page_section_end(phs_buf *out) {
  phs_buf_puts(out, "</section>\n");
}

void phs_page_list(phs_buf *out, const char *const *text, size_t count) {
  phs_buf_puts(out, "<ul>\n");
  for (size_t i = 0; i < count; i++) {
    phs_buf_puts(out, "<li>");
    phs_report_escape(out, text[i]);
    phs_buf_puts(out, "</li>\n");
  }
  phs_buf_puts(out, "</ul>\n");
}
