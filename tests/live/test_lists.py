"""`check --live`: the lists that programs fill, on the platform where they do."""

from __future__ import annotations

from connector.config.mentioned import mentioned
from connector.config.rule_files import read_rule_files
from connector.config.settings import load
from connector.live.run import look
from tests.flow.test_nurture import adopt
from tests.flow.world import World

LISTS = """
[[offer]]
id = "guide"
list = "known"
[[offer]]
id = "case"
list = "unknown"
[[program]]
id = "warm"
means = "list"
"""


def looked(tmp_path, more: str = LISTS):
    world = World(tmp_path)
    world.platform.lists["known"] = set()
    adopt(world)
    over = tmp_path / "over"
    over.mkdir()
    (over / "lists.toml").write_text(more)
    config = tmp_path / "config.toml"
    text = config.read_text().replace('rules = ["rules"]', 'rules = ["rules", "over"]')
    config.write_text(text)
    found = look(load(config), {"crm": world.adapter})
    calls = world.platform.calls["lists"]
    world.close()
    return found, calls


def test_a_list_that_is_not_there_is_told_with_its_place(tmp_path):
    found, calls = looked(tmp_path)
    [problem] = [each for each in found.problems if each.message.startswith("list")]
    assert str(problem.place).endswith("over/lists.toml:7:8")
    assert problem.message == 'list = "unknown": there is no such list.'
    assert calls == 1


def test_without_a_program_by_list_nobody_is_asked(tmp_path):
    found, calls = looked(tmp_path, LISTS.replace('means = "list"', 'means = "task"'))
    assert calls == 0
    assert not any("list" in each.message for each in found.problems)


def test_what_the_condition_of_a_program_names_is_compared_like_any_other(tmp_path):
    (tmp_path / "rules.toml").write_text(
        '[[program]]\nid = "warm"\nwho = { unless = { "person.stage" = "Customer" } }\n'
    )
    [mention] = mentioned(read_rule_files([tmp_path]))
    assert mention.path == "person.stage"
    assert str(mention.entry.place(mention.loc)).endswith("rules.toml:3:20")
