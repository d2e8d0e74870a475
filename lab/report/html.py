"""Builds HTML as a tree, so that whatever stands in it is escaped where it is written."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Child = Element | str


def tag(name: str, /, *children: Child, **attributes: str | int | float) -> Element:
    """An element. `_` in an attribute's name stands for `-`, one at its end for nothing (`class_`)."""
    made = Element(name, {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items()})
    for child in children:
        if isinstance(child, str):
            _add_text(made, child)
        else:
            made.append(child)
    return made


def _add_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def page(title: str, css: str, *body: Child, reload: int = 0) -> str:
    """A page that loads nothing from elsewhere and runs nothing.

    Args:
        title: of the page.
        css: its style.
        body: what is on it.
        reload: seconds after which a browser reads it again; 0 for never.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = tag("head", tag("meta", charset="utf-8"), tag("title", title))
    head.append(tag("meta", name="viewport", content="width=device-width, initial-scale=1"))
    head.append(Element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}))
    if reload:
        head.append(Element("meta", {"http-equiv": "refresh", "content": str(reload)}))
    head.append(tag("style", css))
    whole = tag("html", head, tag("body", *body), lang="en")
    return f"<!DOCTYPE html>\n{ElementTree.tostring(whole, encoding='unicode', method='html')}\n"


def table(caption: str, headings: list[Child], rows: list[list[Child]]) -> Element:
    """A table with a line of headings; the first cell of a row is its heading. Cells may be `td` elements."""
    head = tag("thead", tag("tr", *(tag("th", heading, scope="col") for heading in headings)))
    body = tag("tbody")
    for first, *others in rows:
        cells = [cell if isinstance(cell, Element) and cell.tag == "td" else tag("td", cell) for cell in others]
        body.append(tag("tr", tag("th", first, scope="row"), *cells))
    return tag("div", tag("table", tag("caption", caption), head, body), class_="wide")
