#!/ usr / bin / env python3
#SPDX - License - Identifier : Apache - 2.0 WITH LLVM - exception
"""Holds an HTML report against what it promises: tags close in order, ids are unique and found by what points to them,
nothing is loaded from elsewhere, every picture is well-formed XML on its own and its raster images are PNG.

usage: check_page.py FILE [PICTURE ...]      (ids of pictures that have to be there)
"""
import base64
import html.parser
import re
import struct
import sys
import xml.etree.ElementTree

VOID = {"meta", "link", "br", "img", "input", "hr"}
text = open(sys.argv[1], encoding="utf-8").read()
wrong = []


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.pointers = [], [], []

    def look(self, tag, attributes):
        for name, value in attributes:
            value = value or ""
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href"):
                if value.startswith("#"):
                    self.pointers.append(value[1:])
                elif not value.startswith("data:image/png;base64,"):
                    wrong.append(f"<{tag} {name}={value[:60]}> is loaded from elsewhere")
            self.pointers += re.findall(r"url\(#([^)]*)\)", value)
        if tag in ("link", "iframe", "object", "embed"):
            wrong.append(f"<{tag}>")

    def handle_starttag(self, tag, attributes):
        self.look(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.look(tag, attributes)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            wrong.append(f"</{tag}> at {self.getpos()} closes nothing that is open")


page = Page()
page.feed(text)
page.close()
wrong += [f"<{tag}> stays open" for tag in page.open]
wrong += [f"id {i} is there twice" for i in sorted({i for i in page.ids if page.ids.count(i) > 1})] if len(page.ids) < 2000 else []
wrong += [f"nothing has the id {i}" for i in sorted(set(page.pointers) - set(page.ids))]
wrong += [f"there is no picture {i}" for i in sys.argv[2:] if i not in page.ids]
for word in ("http://", "https://", "@import", "<script src"):
    if word in text:
        wrong.append(f"'{word}' is in the page")
if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
    wrong.append("there are control characters")
pictures = re.findall(r"<svg.*?</svg>", text, re.S)
for picture in pictures:
    xml.etree.ElementTree.fromstring(picture)
    for number in re.findall(r'(?:x|y|width|height|d)="([^"]*)"', picture):
        if re.search(r"nan|inf|,", number):
            wrong.append(f"'{number[:60]}' is no place in a picture")
for data in re.findall(r"base64,([^\"]*)", text):
    png = base64.b64decode(data, validate=True)
    if png[:8] != b"\x89PNG\r\n\x1a\n" or 0 in struct.unpack(">II", png[16:24]):
        wrong.append("an image is no PNG")
print("\n".join(wrong[:20]) or f"{len(pictures)} pictures")
sys.exit(1 if wrong else 0)
