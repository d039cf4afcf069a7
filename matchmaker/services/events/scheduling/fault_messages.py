"""What the scheduler finds wrong with a problem, as messages that are translated for the reader."""

from collections.abc import Callable, Mapping

from matchmaker.domain.errors import LabelList
from matchmaker.i18n import N_
from matchmaker.scheduling.errors import DocumentError, Fault

_MESSAGES: Mapping[Fault, str] = {
    Fault.NOT_UTF8: N_("不是 UTF-8 文本（第 %(byte)d 字节）；请存为 UTF-8"),
    Fault.NOT_JSON: N_("不是 JSON：第 %(line)d 行第 %(column)d 列，%(reason)s"),
    Fault.TOO_DEEP: N_("嵌套太深，无法读取"),
    Fault.NO_OBJECT_IN_FILE: N_("文件里应是一个 JSON 对象"),
    Fault.NO_OBJECT: N_("应是对象，现为 %(given)s"),
    Fault.FIELD_MISSING: N_("缺少 %(field)s"),
    Fault.NO_TEXT: N_("%(field)s 应是至少一个字的文本，现为 %(given)s"),
    Fault.NO_WHOLE_NUMBER: N_("%(field)s 应是整数，现为 %(given)s"),
    Fault.NO_NUMBER: N_("%(field)s 应是数，现为 %(given)s"),
    Fault.NO_TRUTH_VALUE: N_("%(field)s 应是 true 或 false，现为 %(given)s"),
    Fault.NO_LIST: N_("%(field)s 应是列表，现为 %(given)s"),
    Fault.NO_SIDE: N_("side 应是 need 或 offer，现为 %(given)s"),
    Fault.NO_SLOTS: N_("没有时段；请至少给出一个开始时间"),
    Fault.NO_TIME: N_("%(given)s 不是时间；请写成 2026-05-18T09:00"),
    Fault.MIXED_OFFSETS: N_("有的带 UTC 偏移，有的不带；请都带或都不带"),
    Fault.SLOT_TWICE: N_("%(given)s 重复；时钟回拨时请带 UTC 偏移"),
    Fault.SLOTS_UNSORTED: N_("%(given)s 早于前一个；请按时间排列"),
    Fault.UNKNOWN_SLOT: N_("%(field)s 里有时段 %(slot)d；共 %(count)d 个时段，从 0 编号"),
    Fault.NEGATIVE_TABLES: N_("是 %(given)s；不能小于 0"),
    Fault.NEGATIVE_NUMBER: N_("%(field)s 是 %(given)s；不能小于 0"),
    Fault.NO_SHARE: N_("score 是 %(given)s；应在 0 与 1 之间"),
    Fault.PARTICIPANT_TWICE: N_("“%(name)s”重复；两侧的编号都不能重复"),
    Fault.PAIR_TWICE: N_("“%(need)s”与“%(offer)s”重复；请只留一个"),
    Fault.UNKNOWN_PARTICIPANT: N_("“%(name)s”不在参会方之中；请加上，或去掉这一条"),
    Fault.WRONG_SIDE: N_("“%(name)s”在另一侧"),
    Fault.LOCKED_TWICE: N_("“%(need)s”与“%(offer)s”锁定了两次；请去掉一次"),
    Fault.NOT_AVAILABLE: N_(
        "“%(need)s”与“%(offer)s”定在 %(time)s，但“%(name)s”这个时段不能参加；请解锁、改时间或改其可参加时段"
    ),
    Fault.SEVERAL_TABLES: N_("“%(need)s”与“%(offer)s”定在 %(time)s，却同时固定在 %(tables)s 号桌；请解锁或改桌号"),
    Fault.SAME_PERSON: N_("“%(need)s”与“%(offer)s”由同一人洽谈，不能会面；请解锁"),
    Fault.CLASH: N_(
        "“%(need)s”与“%(offer)s”、“%(other_need)s”与“%(other_offer)s”都定在 %(time)s，"
        "但要用同一方、同一人或同一张桌；请解锁或移动其中一场"
    ),
    Fault.TOO_MANY_AT_ONCE: N_("%(time)s 已定下的洽谈多于 %(count)d 张桌；请解锁一场或加桌"),
    Fault.TOO_MANY_MEETINGS: N_("“%(name)s”最多洽谈 %(most)d 场，已定下 %(count)d 场；请解锁一场或提高上限"),
    Fault.PINNED_AND_EXCLUDED: N_("“%(need)s”与“%(offer)s”既锁定又排除；请去掉一个"),
    Fault.TOO_MANY_PINS: N_("“%(name)s”锁定了 %(count)d 对，最多 %(most)d 场；请取消一个锁定或提高上限"),
    Fault.PINS_EXCEED_LIST: N_("锁定了 %(count)d 对，总共只能有 %(most)d 对"),
}

_KEPT_TABLE_UNKNOWN = N_("“%(name)s”固定在 %(table)d 号桌，但只有 %(count)d 张桌；请改桌号或加桌")
_MEETING_TABLE_UNKNOWN = N_(
    "“%(need)s”与“%(offer)s”定在 %(time)s 的 %(table)d 号桌，但只有 %(count)d 张桌；请换桌或加桌"
)


def fault_message(
    error: DocumentError, name_of: Callable[[str], str] = str, time_of: Callable[[int], str] | None = None
) -> tuple[str, dict[str, object]]:
    """The message id for what is wrong, and its values. ``name_of`` and ``time_of`` say how participants and slots are
    called, where not as the problem calls them.
    """
    values = dict(error.details)
    if error.pair is not None:
        values["need"], values["offer"] = map(name_of, error.pair)
    if error.fault is Fault.CLASH:
        values |= {field: name_of(str(values[field])) for field in ("other_need", "other_offer")}
    if "participant" in values:
        values["name"] = name_of(str(values["participant"]))
    slot, tables = values.get("slot"), values.get("tables")
    if time_of is not None and isinstance(slot, int):
        values["time"] = time_of(slot)
    if isinstance(tables, list):
        values["tables"] = LabelList(str(table) for table in tables)
    if error.fault is Fault.UNKNOWN_TABLE:
        return _KEPT_TABLE_UNKNOWN if error.pair is None else _MEETING_TABLE_UNKNOWN, values
    return _MESSAGES[error.fault], values
