"""Exports of type approvals in their usual shape, and pages of them; products with invented codes and starts."""

import html
import json

from support.manifests import put, put_csv, put_xlsx

COLUMNS = (
    *("pici", "产品商标", "产品型号", "产品名称", "企业名称", "注册地址", "目录序号", "生产地址", "燃料种类"),
    *("排放依据标准", "排量(ml)", "功率(kw)", "外形尺寸长(mm)", "外形尺寸宽(mm)", "外形尺寸高(mm)", "货厢栏板内尺寸(mm)"),
    *("总质量(kg)", "载质量利用系数", "整备质量(kg)", "额定载质量(kg)", "准拖挂车总质量(kg)", "半挂车鞍座最大允许承载质量(kg)"),
    *("驾驶室准乘人数（人）", "额定载客（含驾驶员）（座位数）", "接近角/离去角(°)", "前悬/后悬(mm)", "最高车速(km/h)"),
    *("轴荷(kg)", "轴距(mm)", "轴数", "轮胎数", "轮胎规格", "钢板弹簧片数(前/后)", "前轮距(mm)", "后轮距(mm)", "转向型式"),
    *("反光标识企业", "反光标识型号", "反光标识商标", "车辆识别代号（VIN）", "其它", "说明", "底盘ID", "底盘型号"),
    *("底盘生产企业", "底盘类别", "发动机型号", "发动机企业"),
)  # fmt: skip
assert len(COLUMNS) == 48

KEYS = {
    "batch": "pici",
    "brand": "产品商标",
    "code": "产品型号",
    "name": "产品名称",
    "maker": "企业名称",
    "fuel": "燃料种类",
    "start": "车辆识别代号（VIN）",
    "other": "其它",
    "chassis_maker": "底盘生产企业",
}
FILLED = {"轴数": "2", "轮胎数": "4", "转向型式": "方向盘", "发动机型号": "DAM00A", "反光标识商标": "某牌", "底盘ID": "-"}  # fmt: skip
MASKS = "×" * 9


def product(start, name, fuel="", **cells):
    """A product of the announcement, whose VIN cell is ``start`` with its mask if it is eight characters."""
    masked = start + MASKS if len(start) == 8 else start
    return {"batch": "411", "brand": "某牌", "code": f"XXX{sum(map(ord, start + name))}", "start": masked, "name": name, "fuel": fuel} | cells  # fmt: skip


def cells(one):
    """The product under the 48 columns."""
    return FILLED | {KEYS[key]: value for key, value in one.items() if key in KEYS}


def export(path, products):
    """A file of products, in the format that its name says; of HTML the page of one product."""
    rows = [cells(one) for one in products]
    grid = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)]
    if path.suffix == ".csv":
        return put_csv(path, grid)
    if path.suffix == ".xlsx":
        return put_xlsx(path, {"公告": grid})
    if path.suffix == ".jsonl":
        return put(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    (one,) = products
    return put(path, page(one))


def page(one, url="https://www.miit.gov.cn/datainfo/example/art_0.html", date="2026-09-08"):
    """A saved page of one product."""
    labels = {**cells(one), "产品号": "1"}
    labels.pop("pici", None)
    pairs = [f"<td class=l>{html.escape(label)}：</td><td>{html.escape(value).replace(',', '<br>')}</td>" for label, value in labels.items()]  # fmt: skip
    rows = "".join(f"<tr>{''.join(pairs[at : at + 2])}</tr>" for at in range(0, len(pairs), 2))
    return (
        f"<!DOCTYPE html>\n<!-- saved from url=(0058){url} -->\n<html><head><title>产品公告</title>"
        f'<meta name="PubDate" content="{date} 09:30"><script>var 产品型号 = "<td>";</script></head><body>'
        f"<p>道路机动车辆生产企业及产品公告（第{one['batch']}批）</p><table><tbody>{rows}</tbody></table></body></html>"
    )
