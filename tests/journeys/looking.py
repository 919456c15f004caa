"""What a careful reader would find on a page: Chinese left on an English one, something cut off, a barrier."""

import re
from typing import Any

from playwright.sync_api import Page

from kuaichu.demo.city import city

HAN = re.compile(r"[\u4e00-\u9fff]+")
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·A-Z0-9*]{5,7}")
SERIOUS = {"serious", "critical"}
# Visible text outside documents and what is marked as Chinese (the names of laws, the way back to Chinese).
_TEXT = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent.closest("script, style, textarea, .paper, [lang^=zh]")) continue;
    if (node.textContent.trim()) found.push(node.textContent.trim());
  }
  return found;
}"""
_WIDTH = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def _strings(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return set().union(*(_strings(item) for item in inner))
    return {value} if isinstance(value, str) else set()


def foreign(page: Page) -> list[str]:
    """Chinese text on a page in English, names of people, places and agencies and plates aside."""
    found = []
    names = sorted(_strings(city()), key=len, reverse=True)
    for text in page.evaluate(_TEXT):
        rest = PLATE.sub("", text)
        for name in names:
            rest = rest.replace(name, "")
        if HAN.search(rest):
            found.append(f"Chinese on {_route(page)}: {rest[:80]}")
    return found


def too_wide(page: Page) -> list[str]:
    """Nothing may stand out at the side."""
    there, room = page.evaluate(_WIDTH)
    return [f"{there - room} pixels too wide: {_route(page)}"] if there > room else []


def barriers(page: Page) -> list[str]:
    """Serious violations that axe finds, and finds again when no request is under way: a button that is dim for the
    moment in which its form is sent hinders nobody."""
    found = _violations(page)
    if found:
        page.wait_for_function("() => !document.querySelector('.htmx-request .btn, .btn.htmx-request')")
        found = [fault for fault in _violations(page) if fault in found]
    return found


def _violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    answer = Axe().run(page).response
    return [
        f"{fault['id']} on {_route(page)}: {fault['nodes'][0]['html'][:120]}"
        for fault in answer["violations"]
        if fault["impact"] in SERIOUS
    ]


def _route(page: Page) -> str:
    """The page's address without its token."""
    return re.sub(r"/c/[\w-]+/", "/c/…/", page.url)
