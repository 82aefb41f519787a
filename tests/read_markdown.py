"""Renders Markdown from standard input with GitHub's own renderer and prints what a browser would see as JSON: the tags
with their attributes, the texts in code, and all other text."""

import json
import sys
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.code, self.text, self.inside = set(), [], [], 0

    def handle_starttag(self, tag, attributes):
        self.tags.add(" ".join([tag] + [f"{name}={value}" for name, value in attributes]))
        if tag == "code":
            self.inside += 1
            self.code.append("")

    def handle_endtag(self, tag):
        if tag == "code":
            self.inside -= 1

    def handle_data(self, data):
        if self.inside:
            self.code[-1] += data
        else:
            self.text.append(data)

    def handle_comment(self, data):
        self.tags.add(f"comment {data}")

    def handle_decl(self, decl):
        self.tags.add(f"declaration {decl}")

    def unknown_decl(self, data):
        self.tags.add(f"declaration {data}")

    def handle_pi(self, data):
        self.tags.add(f"instruction {data}")


# Nothing is filtered: a tag that gets through must be seen.
html = cmarkgfm.markdown_to_html_with_extensions(
    sys.stdin.buffer.read().decode(),
    options=Options.CMARK_OPT_UNSAFE,
    extensions=["table", "autolink", "strikethrough", "tasklist"],
)
page = Page()
page.feed(html)
page.close()
print(json.dumps({"tags": sorted(page.tags), "code": page.code, "text": "".join(page.text), "open": page.inside}))
