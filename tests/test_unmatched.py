"""What is left over: achieved quantities that fit no indicator, and what is no such quantity."""

import pytest

from analysis.mentions import find
from analysis.reports import report_from_text

ASIDE = [
    ("全镇垃圾清运力争覆盖95%的农户。", [("95%", "target")]),
    ("市里的考核指标是45%以上。", [("45%", "target")]),
    ("结案时间有望压到3天。", [("3天", "target")]),
    ("工作要点列出任务28项。", [("28项", "target")]),
    ("告知受理结果的比例要达到100%。", [("100%", "target")]),
    ("落实规定的15个工作日出证时限。", [("15个工作日", "deadline")]),
    ("百余万元以上的采购报备。", [("百余万元", "threshold")]),
    ("从2019年到2023年的五个年头里，大家坚持了下来。", [("五个", "period")]),
    ("滨河公园二期建成开放。", [("二期", "ordinal")]),
    ("一般诉求5个工作日内答复。", [("5个工作日", "deadline")]),
    ("整改结果在三十日内反馈。", [("三十日内", "deadline")]),
    ("今年前8个月，各地青年志愿者结对服务老人。", [("8个月", "period")]),
    ("征收签约率进入全市前100名。", [("100名", "rank")]),
    ("垃圾分类得分长期排在前两位。", [("两位", "rank")]),
    ("将法治政府建设纳入绩效考核，占6分权重。", [("6分", "weight")]),
    ("全镇下辖17个村、2个居委会，户籍人口3.86万。", [("17个", "description"), ("2个", "description"), ("3.86万", "description")]),
    ("县法院诉前调解民商事案件1503件。", [("1503件", "other_body")]),
    ("三是县监委立案审查调查142件，给予党纪政务处分137人。", [("142件", "other_body"), ("137人", "other_body")]),
    ("做法主要有三条：申请不分远近，就近受理。", [("三条", "enumeration")]),
    ("城建、公安、工商、劳动四个领域几乎包揽了案源。", [("四个", "enumeration")]),
    ("意见由财政部等六部门联合印发。", [("六部门", "enumeration")]),
    ("败诉案件呈现三个特点。", [("三个", "enumeration")]),
]  # fmt: skip

KEPT = [
    ("为菜农筹集肥料款47.8万元。", ["47.8万元"]),
    ("企业开办时间压缩到3个工作日以内。", ["3个工作日"]),
    ("双随机抽查任务完成1260批次。", ["1260批次"]),
    ("年初排出的任务有45项办结。", ["45项"]),
    ("争取专项资金218万元，硬化断头路。", ["218万元"]),
    ("审查草案21件，退回重拟4件。", ["21件", "4件"]),
    ("制修订地方标准16项。", ["16项"]),
    ("向纪委监委移送问题线索5件。", ["5件"]),
    ("接受市纪委监委检查4次。", ["4次"]),
    ("全省法院收到各类申诉16031件。", ["16031件"]),
    ("年内制定垃圾分类、广告招牌两项办法。", ["两项"]),
    ("抽查中选出案卷，平均得分93.5分。", ["93.5分"]),
]

NO_QUANTITY = [
    "贯彻省委十一届三次至六次全会、市委四届三次至五次全会决策。",
    "学习贯彻二十届3次全会精神。",
]


def test_what_a_heading_gives_to_a_later_year_is_a_target():
    found = left("某镇2024年度工作报告\n一、2025年任务\n编写参考案例8个。")
    assert [(a.quote, a.reason) for a in found.aside] == [("8个", "target")]


def left(text: str):
    return find(report_from_text(text, year="2024"))


@pytest.mark.parametrize(("text", "aside"), ASIDE, ids=[text for text, _ in ASIDE])
def test_what_is_no_achieved_quantity_is_set_aside_with_its_reason(text, aside):
    found = left(text)
    assert [(a.quote, a.reason) for a in found.aside] == aside
    assert found.unmatched == found.mentions == []


@pytest.mark.parametrize(("text", "quotes"), KEPT, ids=[text for text, _ in KEPT])
def test_an_achieved_quantity_without_an_indicator_is_kept(text, quotes):
    assert [u.quote for u in left(text).unmatched] == quotes


@pytest.mark.parametrize("text", NO_QUANTITY)
def test_the_numbers_of_sessions_are_ordinals(text):
    found = left(text)
    assert found.mentions == found.unmatched == found.aside == []
