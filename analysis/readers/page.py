"""Web pages: what the page says of itself, and its body as lines of text.

A page names its facts in several places; the order of trust is our own `restatement:` tags, the tags of the
standard for government sites (ArticleTitle, PubDate, ContentSource, SiteName), the table with 索引号, the line
with 发布时间 and 来源. The body is the first known container that holds a fair part of the page's text, else what
readability finds. Nothing is fetched, no script runs, no entity but HTML's own is known.
"""

from __future__ import annotations

import codecs
import datetime
import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from analysis.readers import META_KEYS, Reading, Unreadable
from analysis.readers.lines import clean_line
from analysis.readers.text import TITLE_WORD, Decoded, decode, find_title, likeness, other_format, strict

if TYPE_CHECKING:  # lxml and readability are imported where a page is read: plain text pays nothing for them
    from lxml.html import HtmlElement

# --- Bytes ---------------------------------------------------------------------------------------

_SIGN = re.compile(
    rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:(?><\?xml[^>]*>|<!--.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|meta|title|link|"
    rb"script|style|div|p|span|table|h[1-6]|center|font|article|section|main|base)\b|<html[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_CHINESE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb-2312-80": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
}
_EMBEDDED = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]*")
_ENTITIES = re.compile(r"<!DOCTYPE[^<>\[]*\[[^\]]*\]\s*>", re.IGNORECASE)  # an XHTML page may define its own
_MOST_TAGS = 500_000


def is_page(data: bytes) -> bool:
    """Whether a file opens like a page or holds an <html> tag near its beginning, whatever its encoding."""
    head = data[:16384]
    return b"<" in head and not other_format(data) and bool(_SIGN.search(head.replace(b"\0", b"")))


def _decode(data: bytes) -> Decoded:
    """The encoding that the page declares, where it is true; else as any text."""
    found = _CHARSET.search(data[:8192])
    if not found or b"\0" in data or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    name = found.group(1).decode("ascii").lower().replace("_", "-")
    name = _CHINESE.get(name, name)
    try:
        declared = strict(data, name)
    except LookupError:  # no such encoding
        declared = None
    if declared and (name == "utf-8" or likeness(_CJK_ONLY.sub("", declared.text)) >= 0.05):
        return declared
    return decode(data)


_CJK_ONLY = re.compile("[^\u4e00-\u9fff]+")


def _parse(text: str) -> tuple[HtmlElement, tuple[str, ...]]:
    """(the tree, warnings). Raises Unreadable: empty."""
    from lxml import etree
    from lxml import html as lxml_html

    text = _ENTITIES.sub("", re.sub(r"\A\s*<\?xml[^>]*>", "", text.replace("\0", "")), count=1)
    if "base64," in text:
        text = _EMBEDDED.sub("", text)
    # huge_tree: old pages nest hundreds of unclosed <font>; no network, no DTD, and HTML defines no entities.
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("", "empty", "The page holds nothing.") from error
    deep = any("Excessive depth" in entry.message for entry in parser.error_log)
    return tree, ("tags are nested too deeply: what lies deepest was not read",) if deep else ()


# --- Lines ---------------------------------------------------------------------------------------

_OFF_TAGS = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "nav",
        "footer",
        "aside",
        "select",
        "button",
        "textarea",
        "input",
        "title",
        "head",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WIDE = "\u3000-\u9fff\uff00-\uffef"
_WRAP = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]\s*(?=[{_WIDE}0-9])|(?<=[0-9])[ \t]*[\r\n]\s*(?=[{_WIDE}])")
_TWICE_ESCAPED = re.compile("&(?:[a-z]{2,8}|#[0-9]{2,5});")


def _clean(text: str) -> str:
    """A clean line, with the entities that were escaped twice resolved."""
    return clean_line(html.unescape(text) if "&" in text and _TWICE_ESCAPED.search(text) else text)


def _is_hidden(element: HtmlElement) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _is_data_row(row: HtmlElement) -> bool:
    """Whether a row is one of a table of data; the rows of a layout hold tables and paragraphs."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    return len(cells) > 1 and not any(_is_layout(cell) for cell in cells)


def _is_layout(cell: HtmlElement) -> bool:
    inner_blocks = cell.iterdescendants("table", "p", "div", "h1", "h2", "li", "br")
    for blocks, inner in enumerate(inner_blocks, start=1):
        if inner.tag == "table":
            return True
        if blocks == 3 and sum(map(len, cell.itertext())) > 300:
            return True
    return False


class _Lines:
    """Collects text into lines; inside a row of data, into its cells."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.words: list[str] = []
        self.cells: list[str] | None = None

    def add(self, words: str | None, verbatim: bool) -> None:
        if not words:
            return
        if verbatim and self.cells is None:
            *whole, last = words.split("\n")
            for line in whole:
                self.words.append(line)
                self.end_line()
            self.words.append(last)
        else:
            self.words.append(_WRAP.sub("", words))

    def end_line(self) -> None:
        if self.cells is not None:
            self.words.append(" ")
        elif self.words:
            if line := _clean("".join(self.words)):
                self.done.append(line)
            self.words.clear()

    def end_cell(self) -> None:
        if self.cells is not None:
            self.cells.append(_clean("".join(self.words)))
            self.words.clear()

    def end_row(self) -> None:
        if self.cells is not None and any(self.cells):
            self.done.append("\t".join(self.cells))
        self.cells = None
        self.words.clear()


def _lines(root: HtmlElement, most: int | None = None) -> list[str]:
    """The text of an element as a reader sees it: a block or <br> ends a line, a row of data is one line.

    With `most` it stops after about that many lines. Not recursive: a hostile page nests as deep as it likes.
    """
    from lxml import etree

    lines, verbatim, row = _Lines(), 0, None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _OFF_TAGS or (element is not root and _is_hidden(element)):
                walk.skip_subtree()
                continue
            if tag == "tr" and row is None and _is_data_row(element):
                lines.end_line()
                row, lines.cells = element, []
            elif tag in ("td", "th") and row is not None:
                lines.words.clear()  # white space between cells
            elif tag == "br" or tag in _BLOCKS:
                lines.end_line()
            verbatim += tag == "pre"
            lines.add(element.text, bool(verbatim))
            continue
        if tag == "pre" and verbatim:
            verbatim -= 1
        if element is row:
            lines.end_row()
            row = None
        elif tag in ("td", "th") and row is not None:
            lines.end_cell()
        elif tag in _BLOCKS:
            lines.end_line()
        if element is not root:
            lines.add(element.tail, bool(verbatim))
        if most is not None and len(lines.done) >= most:
            return lines.done
    lines.end_line()
    return lines.done


# --- What the page says of itself ----------------------------------------------------------------

_DATE = re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})|\b((?:19|20)\d\d)(\d\d)(\d\d)\b")
_TAGS = {  # names of meta tags, lower case
    "published": ("pubdate", "publishdate", "publish-date", "article:published_time", "publishtime"),
    "publisher": ("contentsource", "source"),
}
_FIELDS = {  # labels of the metadata table and of the line below the title, without white space
    "published": ("发布日期", "发布时间", "公开日期", "公开时间", "发文时间", "日期", "时间", "更新时间"),
    "written": ("成文日期", "生成日期", "发文日期", "印发日期"),
    "publisher": (
        "发布机构",
        "发布单位",
        "发文机关",
        "发文机构",
        "发文单位",
        "公开机构",
        "公开单位",
        "公开主体",
        "制发机关",
        "信息来源",
        "文章来源",
        "稿件来源",
        "内容来源",
        "来源",
    ),
    "title": ("名称", "标题", "信息名称", "文件名称"),
}
_OTHER_LABELS = (
    "索引号",
    "文号",
    "发文字号",
    "主题分类",
    "信息分类",
    "体裁分类",
    "有效性",
    "主题词",
    "责任部门",
    "公开形式",
    "公开时限",
    "公开方式",
    "公开范围",
    "公开程序",
    "组配分类",
    "服务对象",
    "浏览次数",
    "作者",
)
_LABELS = {label: key for key, labels in _FIELDS.items() for label in labels}
_ALL_LABELS = sorted((*_LABELS, *_OTHER_LABELS), key=len, reverse=True)
# 索 引 号, 名　　称: labels are spaced out to one width.
_SPACED = "|".join(r"[ \u3000]*".join(label) for label in _ALL_LABELS)
_LABELLED = re.compile(
    rf"(?<![\u4e00-\u9fff])({_SPACED})[ \u3000]*[：:][ \u3000\t]*[\[【（(]?(?!(?:{_SPACED})[ \u3000]*[：:])"
    r"((?:19|20)\d\d[-/.年][\d\-/.年月日 :：]+|[^\s\u3000|｜【\[（(：:]{2,40})"
)
_LABEL_LINE = re.compile(rf"[\[【（(]?(?:{_SPACED})[ \u3000]*(?:[：:]|$)")
# 日期, 来源 and 名称 head columns of data as well: a row of metadata holds one of these.
_STRONG = frozenset(label for label in _ALL_LABELS if len(label) > 2)
_OWN_SITE = frozenset(
    [
        "本站",
        "本网",
        "本站原创",
        "原创",
        "网站",
        "本站整理",
        "未知",
        "佚名",
        "互联网",
        "网络",
        "管理员",
        "admin",
    ]
)


def _date(words: str) -> str:
    """The first date as 2024-03-21, "" if none."""
    for found in _DATE.finditer(words):
        year, month, day = (int(part) for part in found.groups() if part)
        with suppress(ValueError):  # 2024-13-01
            return datetime.date(year, month, day).isoformat()
    return ""


def _meta_tags(tree: HtmlElement) -> dict[str, str]:
    """Names (lower case) and contents of the meta tags; of one name the first that says something."""
    tags: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = _clean(element.get("content") or "")
        if name and content:
            tags.setdefault(name, content)
    return tags


def _bare_label(cell: str) -> str:
    return re.sub(r"[\s\u3000：:\[\]【】]", "", cell)


def _is_metadata_row(line: str) -> bool:
    return any(_bare_label(cell) in _STRONG for cell in line.split("\t"))


def _labelled(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(label, value) from rows like 索引号 | … | 发布日期 | … and from lines like 发布时间：… 来源：…"""
    for line in lines:
        if "\t" in line:
            if _is_metadata_row(line):
                labels = map(_bare_label, line.split("\t"))
                values = line.split("\t")[1:]
                yield from ((label, value) for label, value in zip(labels, values, strict=False) if label in _LABELS)
        elif len(line) < 400:
            for found in _LABELLED.finditer(line):
                label = re.sub(r"[\s\u3000]", "", found.group(1))
                if label in _LABELS:
                    yield label, found.group(2).rstrip("】])），。；;、")


def _stated(tags: dict[str, str], lines: list[str]) -> tuple[dict[str, str], str]:
    """(meta, title of the metadata table)."""
    fields: dict[str, dict[str, str]] = {key: {} for key in _FIELDS}
    for label, value in _labelled(lines):
        key = _LABELS[label]
        if key in ("published", "written"):
            value = _date(value)
        if value and value not in _OWN_SITE:
            fields[key].setdefault(label, value)
    # The labels stand in their order of trust: 发布日期 before 日期, the issuing body before 来源.
    said = {key: next((found[n] for n in _FIELDS[key] if n in found), "") for key, found in fields.items()}
    for key in ("published", "publisher"):
        tagged = next((tags[name] for name in _TAGS[key] if tags.get(name, "") not in ("", *_OWN_SITE)), "")
        said[key] = (_date(tagged) if key == "published" else tagged) or said[key]
    said["publisher"] = said["publisher"] or _owner(tags.get("sitename", ""))
    title = said.pop("title")
    said.update(
        (name.removeprefix("restatement:"), value) for name, value in tags.items() if name.startswith("restatement:")
    )
    return {key: value for key, value in said.items() if key in META_KEYS and value}, title


def _owner(site: str) -> str:
    """Whose site it is: 叶城县人民政府门户网站 -> 叶城县人民政府."""
    return re.sub("(?<=政府|委会|.[局厅委办院])(?:公众信息|信息|门户)?网站?$", "", site)


# --- Titles --------------------------------------------------------------------------------------

_TITLE_CLASS = re.compile(
    r"(?:article|news|content|detail|xl|info|con|page|main)?[-_]?(?:title|tit|bt|biaoti|headline)\d?",
    re.IGNORECASE,
)
_SITE_NAME = re.compile(
    "(?:网|网站|门户|平台|公众号|政府|政府办公室|委员会|首页|信息公开|政务公开|[局厅院])$|^(?:首页|政务公开|信息公开|新闻中心|通知公告)$"
)
_NO_TITLE = re.compile(r"(?:附件\d*|无标题.*|untitled.*|新建.*|文档\d*|正文|首页)?", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|(?<![-\d])-(?!-)|(?<!-)-(?![-\d])|\s*>+\s*|\s*»\s*")


def _without_site(title: str, site: str) -> str:
    """The title without the site's name, whichever side it stands on."""
    title = _clean(title)
    parts = [part for part in _SEPARATOR.split(title) if part and part != site]
    named = [part for part in parts if TITLE_WORD.search(part)]
    if named:
        return max(named, key=len)
    return max((part for part in parts if not _SITE_NAME.search(part)), key=len, default="")


def _title(tree: HtmlElement, tags: dict[str, str], in_table: str) -> str:
    site = tags.get("sitename", "")
    if tagged := tags.get("articletitle", ""):
        return tagged
    above = _clean(next((e.text_content()[:500] for e in tree.iter("title")), ""))
    headings = [_heading(element) for element in islice(tree.iter("h1"), 20)]
    titled = (e for e in tree.iter("div", "td", "p", "span", "h2", "h3") if any(map(_TITLE_CLASS.fullmatch, _names(e))))
    classes = [_heading(element) for element in islice(titled, 20)]
    named = [*headings, in_table, *classes, tags.get("og:title", ""), _without_site(above, site)]
    if found := next((one for one in named if TITLE_WORD.search(one) and len(one) < 120), ""):
        return found
    # Without a word for a report: a heading that the window's title repeats is no logo.
    repeated = [
        one for one in (*headings, *classes) if one and one in above and one != site and not _SITE_NAME.search(one)
    ]
    return next(filter(None, (*repeated, in_table, _without_site(above, site), *headings, above)), "")


def _heading(element: HtmlElement) -> str:
    """A heading on one line, its <br> dropped: 关于… / …的报告."""
    lines = _lines(element, most=5)
    return "".join(lines) if len(lines) <= 4 else ""


# --- The body ------------------------------------------------------------------------------------

_CONTAINERS = {  # id or class, lower case, in order of trust
    name: rank
    for rank, names in enumerate(
        (
            "ucap-content",
            "trs_editor trs_ueditor trs_paper_default view",
            "zoom fontzoom js_content vsb_content v_news_content wp_articlecontent",
            "con_text pages_content xxgk_content article-content article_content articlecontent news_content newscontent",
            "maintext content_text contenttext text_content info-content detail-content detail_content art_con "
            "article-con artcontent wzcon wznr bt_content nr zwnr arti_content xl_content main_content",
            "content article artical con detail main-content",
        )
    )
    for name in names.split()
}
_NOISE_CLASS = re.compile(
    r"(?:bd|b|jia)?share\w*|jiathis\w*|social|print|crumbs?|breadcrumbs?|bread|position|location|weizhi|dqwz|curpos|path|wz|"
    r"nav\w*|menu\w*|sidebar|side|left|right|toolbar|tools?|header|head|top|footer|foot|bottom|copyright|related?\w*|"
    r"relevant\w*|recommend\w*|xg(?:yd|xw|lj|wz|xx|nr)?|prev\w*|next\w*|pn|near|pag(?:er|ing|ination)|pages?|page-?turn|"
    r"font\w{0,6}|qr\w{0,6}|ewm|erweima|search\w*|login\w*|fx|hot\w*|rank\w*|friend\w*|dh|links?",
    re.IGNORECASE,
)
_NOISE_START = re.compile(
    r"[【\[（(]?\s*(?:相关(?:链接|阅读|新闻|文章|信息|稿件|推荐|文档|解读|文件|附件|内容|专题)|上一[篇条]|下一[篇条]|分享|扫一扫|打印|关闭|"
    r"[您你]?(?:现在|当前)(?:所在)?的?位置|返回顶部|回到顶部|主办单位|版权所有|友情链接|热点|推荐阅读|延伸阅读|字体|字号)"
)
_OFF_LINE = re.compile(
    _NOISE_START.pattern
    + r"|[【\[（(]?\s*(?:视力保护|责任编辑|编辑[:：]|字体大小|网站标识码|网站地图|联系我们|技术支持|承办单位|备案号|浏览次数|[^\s，。]{0,2}ICP备)"
)


class _Count(NamedTuple):
    """Of an element: characters, characters inside links, links, and the first words."""

    characters: int
    linked: int
    links: int
    first: str


def _names(element: HtmlElement) -> list[str]:
    return [*element.get("class", "").lower().split(), *element.get("id", "").lower().split()]


def _candidates(body: HtmlElement) -> list[HtmlElement]:
    """Elements with the id or class of a known container, those of most trust first; <article> and <main> last."""
    ranked = []
    for order, element in enumerate(
        body.iter("div", "td", "section", "article", "main", "span", "table", "form", "ucapcontent")
    ):
        ranks = [_CONTAINERS[name] for name in _names(element) if name in _CONTAINERS]
        if element.tag in ("article", "main"):
            ranks.append(len(_CONTAINERS))
        if ranks:
            ranked.append((min(ranks), order, element))
    return [element for _, _, element in sorted(ranked, key=lambda one: one[:2])]


def _drop_noise(body: HtmlElement, keep: Iterable[HtmlElement]) -> None:
    """Take navigation, share bars, related links and hidden elements out of the tree."""
    protected = set()
    for element in keep:
        protected.add(element)
        for above in element.iterancestors():
            if above in protected:
                break
            protected.add(above)
    off = [
        element
        for element in body.iter()
        if element is not body and element not in protected and (element.tag in _OFF_TAGS or _is_hidden(element))
    ]
    for element in off:
        _drop(element)
    for element in [found for found, count in _counts(body) if found not in protected and _is_noise(found, count)]:
        after = element.getnext()
        if len(element) == 0 and after is not None and after.tag in ("ul", "ol", "div", "p") and _mostly_links(after):
            _drop(after)  # the list below 相关链接
        _drop(element)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:  # it may be gone already, with the heading above it
        element.drop_tree()


def _counts(body: HtmlElement) -> Iterator[tuple[HtmlElement, _Count]]:
    """Each block with its counts, from the inside out."""
    from lxml import etree

    stack: list[list] = []
    inside_link = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            inside_link += element.tag == "a"
            stack.append([0, 0, int(element.tag == "a"), ""])
            _count(stack[-1], element.text, inside_link)
            continue
        inside_link -= element.tag == "a"
        mine = stack.pop()
        if element.tag in _BLOCKS and element is not body:
            yield element, _Count(*mine)
        if stack:
            above = stack[-1]
            above[:3] = [above[i] + mine[i] for i in range(3)]
            above[3] = above[3] or mine[3]
            _count(above, element.tail, inside_link)


def _count(counted: list, words: str | None, inside_link: int) -> None:
    bare = words.strip(" \t\r\n\u3000\xa0") if words else ""
    if bare:
        counted[0] += len(bare)
        counted[1] += len(bare) if inside_link else 0
        counted[3] = counted[3] or bare[:30]


def _is_noise(element: HtmlElement, count: _Count) -> bool:
    if not count.characters:
        return False
    linked = count.linked / count.characters
    if element.tag in ("ul", "ol", "dl") and count.links > 1 and linked >= 0.7:
        return True
    if any(_NOISE_CLASS.fullmatch(name) for name in _names(element)) and (count.characters < 300 or linked > 0.5):
        return True
    return bool(_NOISE_START.match(count.first)) and (
        count.characters < 60 or (count.characters < 1500 and linked > 0.4)
    )


def _mostly_links(element: HtmlElement) -> bool:
    words = len(_clean(element.text_content()))
    linked = sum(len(_clean(link.text_content())) for link in element.iter("a"))
    return words > 0 and linked >= 0.6 * words


def _body_lines(body: HtmlElement) -> list[str]:
    """The lines of the first known container with a fair part of the page, else of what readability finds."""
    candidates = _candidates(body)[:200]  # a page with more is made to be hostile
    _drop_noise(body, candidates)
    whole = _lines(body)
    length = sum(map(len, whole))
    for element in candidates:
        lines = _lines(element)
        size = sum(map(len, lines))
        if size >= 200 or (size and size >= 0.3 * length):
            return lines
    return _readable_lines(body, whole) or whole


def _readable_lines(body: HtmlElement, whole: list[str]) -> list[str]:
    """What readability takes for the article; nothing where it loses sentences or rows of tables."""
    from lxml import etree
    from lxml import html as lxml_html

    source = etree.tostring(body, encoding="unicode", method="html")
    if len(source) > 2_000_000 or source.count("<") > 20_000:
        return []  # it takes minutes for such pages
    import readability

    try:
        summary = readability.Document(f"<html>{source}</html>").summary(html_partial=True)
        lines = _lines(lxml_html.fromstring(summary))
    except (readability.readability.Unparseable, etree.LxmlError, ValueError, RecursionError):
        return []
    return lines if _prose(lines) >= 0.8 * _prose(whole) else []


def _prose(lines: list[str]) -> int:
    """Characters in sentences and in rows of tables."""
    return sum(len(line) for line in lines if "。" in line or "\t" in line)


def _is_report_line(line: str, at: int) -> bool:
    if len(line) < 120 and "。" not in line and _OFF_LINE.match(line):
        return False
    if at >= 12 or len(line) >= 200 or "。" in line:
        return True
    return not (_is_metadata_row(line) if "\t" in line else _LABEL_LINE.match(line))


# --- The reader ----------------------------------------------------------------------------------


def read(data: bytes) -> Reading:
    """Read a web page; its text is its body as read, without navigation, one line a block or row.

    Raises Unreadable: empty, binary, encoding, too_large, unreadable.
    """
    if data.count(b"<") > _MOST_TAGS:
        raise Unreadable("", "too_large", f"The page has more than {_MOST_TAGS:,} tags.")
    decoded = _decode(data)
    tree, warnings = _parse(decoded.text)
    body = tree.find("body")
    if body is None:
        body = tree
    tags = _meta_tags(tree)
    meta, in_table = _stated(tags, _lines(body, most=150))
    title = _title(tree, tags, in_table)
    lines = _body_lines(body)
    text = "\n".join(line for at, line in enumerate(lines) if _is_report_line(line, at))
    if not text:
        if warnings:
            raise Unreadable("", "unreadable", "The page's tags are nested too deeply to be read.")
        raise Unreadable("", "empty", "The page holds no text.")
    if _NO_TITLE.fullmatch(title):
        title = find_title(text)
    return Reading(text, title, meta, warnings=decoded.warnings + warnings)
