"""The words around a chart and in it: names, numbers, marks, and the caption that a table's rows give.

Every function takes rows of the ``indicators`` table, or one of them, and gives text in Chinese (``lang="zh"``) or
English (``lang="en"``; names of places stay Chinese).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from analysis.places import INVENTED


class Mark(NamedTuple):
    """How a value that is not an exact published number is drawn and named."""

    marker: str
    zh: str
    en: str


MARKS: Mapping[str, Mark] = {
    "over": Mark("^", "多于（余、多、超）", "more than"),
    "under": Mark("v", "不足（近、不到）", "just under"),
    "about": Mark("o", "约数", "about"),
    "summed": Mark("s", "由分项相加", "summed from parts"),
    "derived": Mark("D", "由其他指标算出", "derived"),
    "corrected": Mark("P", "人工更正", "corrected by hand"),
    "implied": Mark("X", "由文字推断", "implied by the wording"),
}

SIGNS = {"summed": "□", "derived": "◇", "corrected": "＋", "implied": "×"}  # beside a number, in text

SCOPES = {
    "own": ("本单位", "own body"),
    "area": ("全辖区", "whole area"),
    "part_of_area": ("部分辖区", "part of the area"),
    "": ("未注明", "not stated"),
}
TIERS = {
    "national": ("全国", "nation"),
    "province": ("省级", "province"),
    "city": ("市级", "city"),
    "county": ("县级", "county"),
    "town": ("乡镇街道", "town"),
    "": ("级别不明", "tier unknown"),
}
THEMES = {
    "organisation": ("组织领导", "Organisation"),
    "training": ("学法培训", "Training"),
    "services": ("政务服务", "Services"),
    "business": ("营商环境", "Business"),
    "openness": ("政务公开", "Openness"),
    "rules": ("规范性文件", "Rules"),
    "review": ("合法性审查", "Legality review"),
    "counsel": ("法律顾问与律师", "Counsel"),
    "enforcement": ("行政执法", "Enforcement"),
    "reconsideration": ("行政复议", "Reconsideration"),
    "litigation": ("行政诉讼", "Litigation"),
    "mediation": ("人民调解", "Mediation"),
    "disputes": ("矛盾纠纷", "Disputes"),
    "petitions": ("信访与热线", "Petitions"),
    "legal_services": ("公共法律服务", "Legal services"),
    "publicity": ("普法宣传", "Publicity"),
    "correction": ("矫正与安置帮教", "Correction"),
    "oversight": ("监督", "Oversight"),
    "supervision": ("执法监督与法治督察", "Supervision"),
    "legislation": ("政府立法", "Legislation"),
    "arbitration": ("仲裁", "Arbitration"),
}
BASES = {
    "": "not stated", "宪法": "constitution", "学法": "law study", "执法资格": "enforcement licence", "年检": "yearly check",
    "进驻": "in the hall", "目录": "catalogue", "权力清单": "list of powers", "可办": "can be done online", "全程网办": "wholly online",
    "一网通办": "one portal", "电子化办结": "closed online", "收到": "received", "受理": "accepted", "答复": "answered",
    "本级政府": "own government", "部门": "departments", "本机关审核": "reviewed here", "送上级审核": "sent up for review",
    "上报": "sent up", "收备": "filed here", "列入清理": "listed", "评估": "assessed", "现有": "in place", "新聘": "newly engaged",
    "专职": "full-time", "兼职": "part-time", "执业": "practising", "总数": "all", "持证": "certified", "检查": "inspections",
    "双随机": "double-random checks", "巡查": "patrols", "立案": "opened", "查办": "investigated", "决定": "decided",
    "办理": "handled", "直接纠错": "directly corrected", "综合纠错": "corrected in all", "调解": "mediated", "和解": "settled",
    "撤回": "withdrawn", "一审": "first instance", "二审": "second instance", "全部审级": "all instances", "新收": "new",
    "含旧存": "with carried over", "件": "cases", "次": "times", "人次": "person-times", "负责人": "heads and deputies",
    "正职": "heads", "生效": "final", "判决": "judgments", "含委派": "with court-referred", "标的": "amount in dispute",
    "协议": "amount agreed", "重大": "major", "办结": "closed", "法律援助": "legal aid", "追薪": "wages recovered", "新增": "new in the year",
    "申报": "applied for", "在册": "registered", "接收": "taken over", "走访": "visited", "安置": "resettled", "回复": "answered",
    "采纳": "adopted", "取消": "cancelled", "下放": "delegated", "承接": "taken over", "按时": "on time", "提前": "ahead of time",
    "按时办结": "closed on time", "解决": "solved", "合格": "up to standard", "优秀": "excellent or good", "帮教": "assisted",
    "接送": "met on release", "安置帮教": "released persons",
}  # fmt: skip


class Caption(NamedTuple):
    """The words around a chart, all computed from its rows: the finding; measure, scope and basis; source and n."""

    title: str
    subtitle: str
    footer: str


def say(lang: str, zh: str, en: str) -> str:
    if lang not in ("zh", "en"):
        raise ValueError(f"lang is 'zh' or 'en', not {lang!r}")
    return zh if lang == "zh" else en


def number(value: float, measure: str = "", lang: str = "zh") -> str:
    """A value as a reader says it: 98.5%, 1,287件, 74.6万件, 117.4亿元; in English 746k, 11.7bn."""
    if measure == "%":
        return f"{plain(value, 2)}%"
    steps = ((1e8, "亿"), (1e4, "万")) if lang == "zh" else ((1e9, "bn"), (1e6, "m"), (1e4, "k"))
    tail = measure if lang == "zh" else ""
    for size, word in steps:
        if abs(value) >= size:
            divisor = 1e3 if word == "k" else size
            return f"{plain(value / divisor, 1)}{word}{tail}"
    return f"{plain(value, 1)}{tail}"


def plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def said(row: Mapping[str, Any], lang: str) -> str:
    """A row's value with its qualifier: 逾84万个, about 8.8m."""
    words = {"over": ("逾", "over "), "under": ("近", "nearly "), "about": ("约", "about ")}
    zh, en = words.get(row["qualifier"], ("", ""))
    return say(lang, zh, en) + number(row["value"], row["unit_of_measure"], lang)


def mark(qualifier: str, origin: str) -> str:
    """The key of ``MARKS`` for a value, or nothing where it is an exact published number."""
    return origin if origin in MARKS else qualifier if qualifier in MARKS else ""


def _short(row: Mapping[str, Any]) -> str:
    """A unit's name without its province, and of a county or town without its city too."""
    name = row["unit"]
    for parent in (row.get("province"), row.get("city") if row.get("county") else None):
        if parent and name.startswith(parent) and len(name) - len(parent) >= 2:
            name = name[len(parent) :]
    return name.removesuffix("人民政府") or row["unit"]


def short_names(rows: pl.DataFrame) -> dict[str, str]:
    """Each unit's label: short where that is not ambiguous among the rows."""
    found = {row["unit"]: _short(row) for row in rows.unique("unit").sort("unit").to_dicts()}
    taken = list(found.values())
    return {unit: unit if taken.count(short) > 1 else short for unit, short in found.items()}


def name_of(rows: pl.DataFrame, lang: str) -> str:
    return rows[say(lang, "name_zh", "name_en")][0]


def each(words: Iterable[str], lang: str, names: Mapping[str, tuple[str, str]]) -> str:
    """Distinct words joined, translated where names are given: 本单位、全辖区."""
    seen = sorted(set(words), key=lambda w: (list(names).index(w) if w in names else -1, w))
    shown = [say(lang, *names[w]) if w in names else w for w in seen]
    return say(lang, "、", ", ").join(shown)


def measured(rows: pl.DataFrame, lang: str) -> str:
    """The subtitle's words: indicator and unit of measure, scope, basis."""
    scope = each(rows["scope"], lang, SCOPES)
    basis = each(rows["basis"], lang, {zh: (zh or "未注明", en) for zh, en in BASES.items()})
    measure, name = rows["unit_of_measure"][0], name_of(rows, lang)
    unit = {"%": " (%)", "元": " (yuan)"}.get(measure, "")
    return say(
        lang, f"{name}（{measure}）　范围：{scope}　口径：{basis}", f"{name}{unit}   Scope: {scope}   Basis: {basis}"
    )


def invented(rows: pl.DataFrame) -> bool:
    """Whether any row is of a unit of `python -m analysis demo`."""
    return rows["unit"].str.contains(INVENTED.pattern).any()


def source(rows: pl.DataFrame, lang: str, left_out: int = 0) -> str:
    """The footer: how many reports, how many values, how many of other scope, basis or period are not drawn."""
    docs = rows["doc"].str.split(";").explode(empty_as_null=True).n_unique()
    kind = ("虚构报告", "fictional") if invented(rows) else ("公开报告", "published")
    zh = f"数据来源：{docs}份{kind[0]}，见 documents 表；n={rows.height}"
    en = f"Source: {docs} {kind[1]} reports, see the documents table; n={rows.height}"
    if left_out:
        zh += f"。另有{left_out}个值因范围、口径、期间不同或不在所选单位年份内而未画"
        en += f". {left_out} more values of another scope, basis, period, unit or year are not drawn"
    return say(lang, zh, en)


def which(rows: pl.DataFrame, line: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Scope and basis of a line in brackets, as far as they are stated and the lines of the chart differ in them."""
    scope, basis = line[0]["scope"], line[0]["basis"]
    words = [say(lang, *SCOPES[scope])] if scope and rows["scope"].n_unique() > 1 else []
    words += [say(lang, basis, BASES.get(basis, basis))] if basis and rows["basis"].n_unique() > 1 else []
    return say(lang, f"（{'，'.join(words)}）", f" ({', '.join(words)})") if words else ""


def of_basis(basis: str, lang: str) -> str:
    return say(lang, f"（{basis}）", f" ({BASES.get(basis, basis)})") if basis else ""
