"""From files to reports: encodings, bad inputs, front matter, web pages, folders, and every file of data/raw."""

import codecs
import dataclasses
import hashlib
import io
import os
import pickle
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from analysis.places import identify
from analysis.readers.text import decode
from analysis.reports import Report, Unreadable, find_reports, read_report, report_from_text

PAGES = Path(__file__).with_name("pages")
RAW = Path(__file__).parents[1] / "data" / "raw"
RAW_REPORTS = find_reports(RAW)
SHARED = os.environ.get("FAZHI_SHARED", "")
SHARED_TEXT = Path(SHARED, "reports", "text")

SHORT = "杭州市临平区塘栖镇2024年度法治政府建设情况报告\r\n\r\n一、主要做法\r\n全年调解纠纷312件，成功率98%。\r\n"
LONG = SHORT + "镇里的调解员走村入户，把矛盾化解在一线。\r\n" * 40
TRADITIONAL = "臺灣地區行政機關依法辦理案件的情況報告\n\n全年調解糾紛三百件，行政訴訟應訴九次。\n"


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        read_report(path)
    assert caught.value.doc == path.name
    assert caught.value.detail.endswith(".")
    return caught.value


# --- Plain text ----------------------------------------------------------------------------------


def test_the_whole_report_of_a_text_file(write):
    path = write(SHORT)
    assert read_report(path) == Report(
        doc="report.txt",
        text=SHORT,
        format="text",
        title="杭州市临平区塘栖镇2024年度法治政府建设情况报告",
        meta={},
        skip=(),
        identity=identify({}, "杭州市临平区塘栖镇2024年度法治政府建设情况报告", SHORT, "report"),
        sha256=hashlib.sha256(SHORT.encode()).hexdigest(),
        warnings=(),
        pages=(),
    )
    assert read_report(path).identity.year == 2024


def test_a_report_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        report_from_text(SHORT).title = "另一个"


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_encodings(write, text, encoding, mark):
    report = read_report(write(mark + text.encode(encoding)))
    assert report.text == text
    assert report.warnings == ()


@pytest.mark.parametrize("copies", [1, 30])
def test_big5_is_no_nonsense_of_gb18030(write, copies):
    assert read_report(write((TRADITIONAL * copies).encode("big5"))).text == TRADITIONAL * copies


def test_rare_characters_of_gb18030(write):
    text = SHORT + "当事人：㛃某、𫖯某\n"
    assert read_report(write(text.encode("gb18030"))).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5"])
def test_a_file_cut_inside_a_character_loses_only_that(write, encoding):
    text = TRADITIONAL if encoding == "big5" else SHORT
    whole = (text + "完").encode(encoding)
    for lost in range(1, len("完".encode(encoding))):
        report = read_report(write(whole[:-lost]))
        assert report.text == text
        assert any("ends inside a character" in warning for warning in report.warnings)


def test_broken_bytes_inside_are_counted_and_never_vanish(write):
    data = LONG.encode()
    report = read_report(write(data[:300] + b"\xff" + data[300:]))
    assert report.text.count("\ufffd") in (1, 2, 3)
    assert "broken characters of utf-8" in report.warnings[0]


def test_short_excerpts_decode_as_they_were_written():
    excerpts = [LONG[at : at + 20] for at in range(0, 400, 7)]
    for encoding in ("utf-8", "gb18030"):
        assert [decode(excerpt.encode(encoding)).text for excerpt in excerpts] == excerpts


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\n静河镇2024年度法治政府建设工作报告\n今年以来，全镇抓落实。", "静河镇2024年度法治政府建设工作报告"),
        ("首页 > 政务公开\n责任部门:某镇\n\n某镇2023年工作总结\n来源:党政", "某镇2023年工作总结"),
        ("某某县人民政府\n关于2018年法治政府建设情况的报告\n\n市人民政府：", "某某县人民政府关于2018年法治政府建设情况的报告"),
        ("日期：2021-03-31  来源：某局\n法治护航新城\n全年办件12件。", "法治护航新城"),
        ("全区复议工作有序推进。\n收到申请12件，情况良好。", "全区复议工作有序推进。"),
        ("2022年行政审判白皮书\n某法院情况", "2022年行政审判白皮书"),
    ],
)  # fmt: skip
def test_titles_of_plain_text(text, title):
    assert report_from_text(text).title == title


# --- What is no report ---------------------------------------------------------------------------


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason", "says"),
    [
        (b"", "empty", "empty"),
        (b" \r\n\t\n", "empty", "empty"),
        ("\u3000\n\u3000".encode(), "empty", "no text"),
        (codecs.BOM_UTF8, "empty", "no text"),
        (codecs.BOM_UTF16_LE, "empty", "no text"),
        (b"---\nunit: x\n---\n\n", "empty", "no text"),
        (b"<html><body><script>var a = 1</script></body></html>", "empty", "page holds no text"),
        (b"GIF89a" + bytes(200), "binary", "GIF picture"),
        (b"Rar!\x1a\x07\x00" + bytes(200), "binary", "RAR archive"),
        (zipped("one.txt"), "format", "each file in it is a report of its own"),
        (SHORT.encode() + b"\0" + SHORT.encode(), "binary", "NUL bytes"),
        (bytes(range(1, 9)) * 50 + b"text", "binary", "control characters"),
        (bytes(range(128, 256)) * 40, "encoding", "encoding"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_by_name(write, data, reason, says):
    refused = refusal(write(data))
    assert refused.reason == reason
    assert says in refused.detail


def test_too_large_is_said_before_it_is_read(write):
    path = write("")
    with path.open("r+b") as file:
        file.truncate(65 * 1024 * 1024)  # a hole: no disk is used
    assert refusal(path).reason == "too_large"


def test_what_is_no_file_is_unreadable(tmp_path):
    assert refusal(tmp_path / "missing.txt").reason == "unreadable"
    (tmp_path / "folder.txt").mkdir()
    assert refusal(tmp_path / "folder.txt").reason == "unreadable"


def test_a_refusal_survives_the_way_between_processes():
    error = Unreadable("a/b.txt", "empty", "The file is empty.")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.doc, copy.reason, copy.detail) == ("a/b.txt", "empty", "The file is empty.")
    assert str(copy) == "a/b.txt: The file is empty. (empty)"


# --- Markdown ------------------------------------------------------------------------------------

FRONT = "---\nunit: 浙江省杭州市\nyear: 2021\ncity:\nurl_like: x\nsource_title: \"甲: 乙\"\n---\n"  # fmt: skip


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_front_matter_is_meta_and_skipped_but_stays_in_the_text(write, line_end):
    text = (FRONT + "# 2021年总结 #\n\n全年办件12件。\n").replace("\n", line_end)
    report = read_report(write(text, "a.md"))
    assert report.format == "markdown"
    assert report.text == text
    assert report.title == "2021年总结"
    assert report.meta == {"unit": "浙江省杭州市", "year": "2021", "source_title": "甲: 乙"}
    assert [text[a:b] for a, b in report.skip] == [FRONT.replace("\n", line_end)]
    assert (report.identity.city, report.identity.year) == ("杭州市", 2021)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (FRONT + "\n全年办件12件。", "甲: 乙"),
        ("---\ntitle: 题目\nsource_title: 来源\n---\n正文。", "题目"),
        ("## 一、做法\n\n# 大标题\n正文。", "大标题"),
        ("---\nyear: 2020\n---\n某县2020年报告\n## 一、做法", "某县2020年报告"),
    ],
)
def test_titles_of_markdown(text, title):
    assert report_from_text(text).title == title


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("---\nunit: 甲县\n# 甲县2020年报告\n正文。", "no end"),
        ("---\nunit: 甲县\n这一行没有键\n---\n# 甲县2020年报告\n", "broken at “这一行没有键”"),
    ],
)
def test_broken_front_matter_is_text(text, warning):
    report = report_from_text(text)
    assert (report.text, report.skip, report.meta) == (text, (), {})
    assert warning in report.warnings[0]


def test_markdown_in_utf_16_and_gb18030(write):
    for encoding in ("utf-16", "utf-16-le", "gb18030"):
        report = read_report(write((FRONT + "# 2021年总结\n" + LONG).encode(encoding), "a.md"))
        assert (report.format, report.meta["unit"], report.title) == (
            "markdown",
            "浙江省杭州市",
            "2021年总结",
        )


# --- Text at hand --------------------------------------------------------------------------------


def test_report_from_text_takes_meta_before_front_matter():
    report = report_from_text(FRONT + "正文。", doc="x/y.md", unit="山东省", publisher="某局")
    assert (report.doc, report.meta["unit"], report.meta["publisher"]) == ("x/y.md", "山东省", "某局")
    assert report.identity.province == "山东省"


def test_report_from_text_without_text_is_refused():
    with pytest.raises(Unreadable) as caught:
        report_from_text(" \n", doc="x")
    assert (caught.value.doc, caught.value.reason) == ("x", "empty")


# --- Web pages -----------------------------------------------------------------------------------

# name: title, publisher, published, first line, last line, number of lines, rows of tables
LAYOUTS = {
    "ucap": (
        "青禾县人民政府2023年度法治政府建设情况报告", "青禾县司法局", "2024-02-26",
        "2023年，全县把依法办事落到每个窗口——办件提速，纠纷减少。", "2024年争取村村有法律明白人。", 9,
        ["类别\t受理（件）\t办结（件）", "行政复议\t46\t41", "人民调解\t1,318\t"],
    ),
    "layout_tables": (
        "白石区2012年依法行政工作总结", "白石区政府法制办", "2013-01-08",
        "2012年，我区清理旧文件，厘清新权责。", "来年将把案卷评查做细。", 6,
        ["单位\t持证人员\t培训场次", "区城管 大队\t118\t6", "区卫生局\t74\t4"],
    ),
    "xxgk": (
        "云溪市2021年法治政府建设工作报告", "云溪市人民政府办公室", "2022-03-15",
        "一、审查把关", "全市调解组织调解纠纷5026件，成功4973件。", 4, [],
    ),
    "zoom": (
        "枫林街道2024年度法治政府建设年度报告", "枫林街道办事处", "2025-01-17",
        "枫林街道辖11个社区，常住人口6.3万人。", "（三）2025年打算。把议事亭建到楼门口。", 4, [],
    ),
    "vsb": (
        "2020年河湾区法治建设工作汇报", "区司法局", "2021-02-03", "区委、区政府：", "特此汇报。", 4, [],
    ),
    "article_meta": (
        "云杉州2022年度法治政府建设情况报告", "云杉州司法局", "2023-03-20",
        "全州把行政复议这扇门开得更宽。", "2022年，州、县两级调解组织调解纠纷3,406件。", 5,
        ["事项\t2021年\t2022年", "收到行政复议申请（件）\t118\t163", "审结（件）\t109\t151"],
    ),
    "wechat": (
        "晒一晒：南坪县2022年法治政府建设成绩情况", "", "",
        "南坪县去年调解纠纷2207件，件件有回音。", "来年再见。", 3, [],
    ),
    "no_container": (
        "柳岸镇2019年度法治政府建设情况报告", "柳岸镇", "2019-12-31",
        "2019年，柳岸镇把依法行政写进每一次办公会的议程，全年会前学法12次，参加人员覆盖全体班子成员。",
        "来年，镇里打算给每个村配齐法律顾问，并把调解室搬到集市旁边。", 4, [],
    ),
    "xhtml": (
        "双塔区关于2016年推进依法行政工作情况的报告", "", "", "双塔区人民政府", "2017年1月5日", 7, [],
    ),
    "label_list": (
        "石桥市司法局2022年度工作总结", "石桥市司法局", "2023-02-14",
        "律师万人比提高到3.1，新增公证处1家。", "年度立法计划列项5件。", 3, [],
    ),
    "word": (
        "松原岭乡2018年法治建设情况总结", "", "",
        "松原岭乡2018年法治建设情况总结", "以上各项均已公示，乡亲们可以随时查看。", 5,
        ["村名\t调解员", "上沟村\t7"],
    ),
    "restated": (
        "北坡区2021年行政复议情况通报", "北坡区司法局", "2022-01-06",
        "收到申请58件，受理52件。", "以上数字不含上年结转。", 2, [],
    ),
}  # fmt: skip
NAVIGATION = re.compile(
    "首页|上一[篇条页]|下一[篇条页]|分享|打印|关闭窗口|字体|字号|扫一扫|相关|热点|版权|ICP|公网安备|主办单位|联系我们|栏目|隐藏|脚本|索引号|"
    "发布(?:时间|日期)|来源|浏览|点击|登录|无障碍|document|MsoNormal|nbsp|办公室$|走进|集市改期|楼道换新颜"
)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_of_web_pages(name):
    title, publisher, published, first, last, count, rows = LAYOUTS[name]
    report = read_report(PAGES / f"{name}.html", PAGES.parent)
    lines = report.text.split("\n")
    assert (report.doc, report.format, report.skip) == (f"pages/{name}.html", "html", ())
    assert report.title == title
    assert (report.meta.get("publisher", ""), report.meta.get("published", "")) == (publisher, published)
    assert (lines[0], lines[-1], len(lines)) == (first, last, count)
    assert [line for line in lines if "\t" in line] == rows
    assert [line for line in lines if NAVIGATION.search(line)] == []


def test_every_page_has_a_case():
    assert {path.stem for path in PAGES.glob("*.html")} == set(LAYOUTS)


def test_the_date_of_a_document_is_not_that_of_its_publication():
    meta = read_report(PAGES / "xxgk.html").meta
    assert (meta["published"], meta["written"]) == ("2022-03-15", "2022-01-20")


def test_our_own_tags_go_before_those_of_the_page():
    assert read_report(PAGES / "restated.html").meta == {
        "unit": "北坡区", "year": "2021", "publisher": "北坡区司法局", "published": "2022-01-06",
    }  # fmt: skip


PAGE = "<html><head><meta charset='{}'></head><body><h1>某县2020年工作报告</h1><div id='zoom'><p>全县办理案件12件。</p><p>调解成功的有9件。</p></div></body></html>"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("utf-8", "gb18030"),  # it lies
        ("gb2312", "utf-8"),  # it lies
        ("gb2312", "utf-16"),
        ("utf-8", "utf-16-le"),
        ("no-such-thing", "utf-8"),
    ],
)
def test_a_page_is_decoded_as_it_is_and_not_as_it_says(write, declared, encoding):
    report = read_report(write(PAGE.format(declared).encode(encoding), "page.txt"))
    assert report.format == "html"
    assert report.text == "全县办理案件12件。\n调解成功的有9件。"


def test_a_page_in_big5(write):
    page = PAGE.format("big5").replace("全县办理案件", TRADITIONAL).replace("某县", "").replace("调解", "調解")
    assert "行政訴訟應訴九次" in read_report(write(page.encode("big5", "ignore"))).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("甲<br>乙<br/><br>丙", "甲\n乙\n丙"),
        ("<p>甲<div>乙</div>丙", "甲\n乙\n丙"),
        ("<p>共<b>12</b><i>件</i></p>", "共12件"),
        ("<p>调解\n    员　上门</p>", "调解员　上门"),
        ("<p>共\n12\n件 of them</p>", "共12件 of them"),
        ("<p>&lt;办法&gt;&nbsp;&ldquo;甲&rdquo;&#19968;</p>", "<办法> “甲”一"),
        ("<p>1\u200b2件</p>", "12件"),
        ("<pre>甲\n乙</pre>", "甲\n乙"),
        ("<table><tr><th>甲</th><th>乙</th></tr><tr><td>1</td><td></td></tr></table>", "甲\t乙\n1\t"),
        ("<table><tr><td>只有一格<br>两行</td></tr></table>", "只有一格\n两行"),
        ("<table><tr><td><table><tr><td>1</td><td>2</td></tr></table></td><td>旁</td></tr></table>", "1\t2\n旁"),
        ("<p>甲</p><p hidden>乙</p><p style='DISPLAY : none'>丙</p><noscript>丁</noscript><!-- 戊 -->", "甲"),
        ("<p>来源于群众的建议12条，分享经验3次。</p>", "来源于群众的建议12条，分享经验3次。"),
        ("<div class='print-area'><p>正文里的句子不因类名而丢。</p></div>", "正文里的句子不因类名而丢。"),
    ],
)  # fmt: skip
def test_the_walk(write, body, text):
    assert read_report(write(f"<html><body><div id='UCAP-CONTENT'>{body}</div></body></html>")).text == text


@pytest.mark.parametrize(
    ("above", "meta"),
    [
        ("<p>发布时间：[2024-03-21 09:39]　来源：某县司法局】　阅读：3</p>", {"published": "2024-03-21", "publisher": "某县司法局"}),
        ("<p>来源：本站　日期：2024.3.1</p>", {"published": "2024-03-01"}),
        ("<p>来源：　作者：张某　发布日期：20240301</p>", {"published": "2024-03-01"}),
        ("<p>日期：2024-13-01</p>", {}),
        ("<p>成文日期：2024年1月2日</p>", {"written": "2024-01-02"}),
        ("<table><tr><td>日期</td><td>来源</td></tr><tr><td>来源</td><td>12件</td></tr></table>", {}),
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself(write, above, meta):
    page = f"<html><head><meta charset=utf-8></head><body>{above}<div id=zoom><p>全县办理案件12件，大家都很满意。</p></div></html>"
    assert read_report(write(page)).meta == meta


def test_a_table_of_data_with_the_heading_of_a_date_stays(write):
    rows = "<table><tr><td>日期</td><td>件数</td></tr><tr><td>3月</td><td>12</td></tr></table>"
    page = f"<html><head><meta charset=utf-8></head><body><div id=zoom>{rows}</div></html>"
    assert read_report(write(page)).text == "日期\t件数\n3月\t12"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>某县2020年度工作报告_政务公开_某县人民政府</title>", "某县2020年度工作报告"),
        ("<title>某县人民政府 - 某县2016-2020年工作总结</title>", "某县2016-2020年工作总结"),
        ("<title>法治惠民——来自某县的调研-某县司法网</title>", "法治惠民——来自某县的调研"),
        ("<meta name=ArticleTitle content='某县“十三五”收官'><title>政务公开年报</title>", "某县“十三五”收官"),
        ("<title>某县人民政府</title></head><body><h1>某县人民政府</h1><h1>某县工作汇报</h1>", "某县工作汇报"),
        ("<title>依法治县 - 某县</title></head><body><h1>某县门户</h1><h1>依法治县</h1>", "依法治县"),
    ],
)  # fmt: skip
def test_titles_of_pages(write, head, title):
    page = f"<html><head><meta charset=utf-8>{head}<div id=zoom><p>全县办理案件12件，大家都很满意。</p></div></html>"
    assert read_report(write(page)).title == title


BOMB = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghij", "bcdefghijk", strict=True))
HOSTILE = {
    "deep": b"<html><body>" + b"<div>" * 100_000 + "法治".encode(),
    "deep after text": "<html><body><p>法治政府。</p>".encode() + b"<font>" * 100_000,
    "deep tables": b"<html><body>" + b"<table><tr><td>" * 40_000 + "法治".encode(),
    "50 MB of tags": b"<html><body>" + b"<p>x</p>" * 6_000_000,
    "50 MB of text": b"<html><body><p>" + "法治政府建设。".encode() * 2_400_000,
    "a picture of 40 MB": b"<html><img src='data:image/png;base64," + b"x" * 40_000_000 + "'>法治".encode(),
    "an attribute of 20 MB": b"<html><img src='" + b"x" * 20_000_000 + "'>法治".encode(),
    "a row of 100,000 cells": b"<html><table><tr>" + b"<td>1</td>" * 100_000,
    "20,000 containers": b"<html><body>" + "<div class=content>法治</div>".encode() * 20_000,
    "comments before all": b"<!-- -->" * 100_000 + "法治".encode(),
    "entity bomb": f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "法治">{BOMB}]><html><body>法&k;</body></html>'.encode(),
    "NULs": b"<html><body>\0\0<p>a\0b</p>",
    "nothing but brackets": b"<html>" + b"<" * 400_000,
}  # fmt: skip


def outcome_of(path):
    try:
        return "a report" if read_report(path).text else "nothing"
    except Unreadable as refused:
        return refused.reason


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_in_a_report_or_a_refusal_within_seconds(write, name):
    path = write(HOSTILE[name], "page.html")
    start = time.process_time()
    outcome = outcome_of(path)
    assert outcome in ("a report", "empty", "binary", "too_large", "unreadable")
    assert time.process_time() - start < 20


def test_a_page_nested_too_deeply_says_so(write):
    assert "nested too deeply" in refusal(write(HOSTILE["deep"])).detail
    assert "nested too deeply" in read_report(write(HOSTILE["deep after text"])).warnings[0]


def test_no_page_reaches_beyond_itself(write, tmp_path):
    secret = write("不该读到的话", "secret.txt")
    page = (
        f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css"/></head>'
        f'<body><p>全县办理案件12件。&x;</p><iframe src="{secret.as_uri()}"></iframe></body></html>'
    )
    assert "不该读到" not in read_report(write(page, "page.html")).text


# --- Folders -------------------------------------------------------------------------------------


def test_find_reports_is_sorted_and_passes_over_what_systems_leave(tmp_path):
    kept = ["a.txt", "b/1.md", "b/c/2.html", "b.txt", "甲县/2020-报告.txt", "facts.txt"]
    passed_over = [
        "Thumbs.db", "thumbs.db", ".DS_Store", "desktop.ini", "facts.csv", "facts-r1.csv", "~$报告.docx", ".~lock.a.odt#",
        "x.tmp", ".hidden/a.txt", "b/.git/x.txt", ".gitkeep",
    ]  # fmt: skip
    for name in kept + passed_over:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = [path.relative_to(tmp_path).as_posix() for path in find_reports(tmp_path)]
    assert found == sorted(kept)
    assert find_reports(tmp_path / "a.txt") == [tmp_path / "a.txt"]
    with pytest.raises(FileNotFoundError):
        find_reports(tmp_path / "none")


def test_doc_is_the_path_below_the_root(tmp_path):
    path = tmp_path / "甲县" / "2020.txt"
    path.parent.mkdir()
    path.write_text(SHORT, encoding="utf-8")
    assert read_report(path, tmp_path).doc == "甲县/2020.txt"
    assert read_report(path).doc == "2020.txt"
    path.write_text("")
    with pytest.raises(Unreadable) as caught:
        read_report(path, tmp_path)
    assert caught.value.doc == "甲县/2020.txt"


def test_plain_text_imports_neither_lxml_nor_readability_nor_charset_normalizer():
    code = (
        "import sys, analysis.reports as r; r.report_from_text('某县2020年报告');"
        "print([m for m in ('lxml', 'readability', 'charset_normalizer', 'polars') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# --- The corpus and the shared reports -----------------------------------------------------------


def stated_in(path):
    """Unit, place and year as the file states them, read in another way than the readers do."""
    data = path.read_bytes()
    text = data.decode("gb18030" if re.search(rb'charset="?gb', data[:1000].lower()) else "utf-8")
    if path.suffix == ".md":
        pairs = re.findall(r"^(unit|province|city|county|year): *(.+?)\r?$", text.split("---")[1], re.MULTILINE)
    else:
        pairs = re.findall(r'<meta name="restatement:(unit|province|city|county|year)" content="([^"]*)"', text)
    return dict(pairs)


@pytest.mark.parametrize("path", RAW_REPORTS, ids=lambda path: path.relative_to(RAW).as_posix())
def test_the_corpus(path):
    report = read_report(path, RAW)
    stated = stated_in(path)
    assert report.format == {".md": "markdown", ".html": "html"}[path.suffix]
    assert (report.meta["unit"], report.meta["year"]) == (stated["unit"], stated["year"])
    assert str(report.identity.year) == stated["year"]
    # places writes a unit with the names of its parents: 临沂市 is 山东省临沂市
    assert report.identity.unit == identify(stated, "", "").unit != ""
    assert report.meta["restatement"]
    assert report.title
    if report.format == "html":
        assert [
            line for line in report.text.split("\n") if re.match("[上下]一[篇条]|分享|打印|当前位置|版权|主办", line)
        ] == []
    else:
        assert report.text == path.read_bytes().decode("utf-8")
        assert [report.text[a:b][:4] for a, b in report.skip] == ["---\n"]


@pytest.mark.skipif(not SHARED_TEXT.is_dir() or not SHARED, reason="FAZHI_SHARED names no folder with reports/text")
def test_the_shared_reports():
    paths = find_reports(SHARED_TEXT)
    assert paths
    for path in paths:
        report = read_report(path, SHARED_TEXT)
        assert report.text == path.read_bytes().decode("utf-8")
        assert report.format == "text"
        assert report.title in report.text
        assert str(report.identity.year) == re.search(r"_(20\d\d)", path.stem).group(1)
        assert report.identity.unit
