"""A practice's rules: what the default says, what a file of its own changes, and each mistake in one sentence."""

import pytest

from arlab.errors import SettingsError
from arlab.priority import action_facts
from arlab.reference import SKILLS, data_path, load_playbook, load_rules, read_rows, undefined_rules

CLOCK = '[aging]\nclock = "service"\n'


@pytest.fixture
def rules_of(tmp_path):
    def write(text):
        path = tmp_path / "my rules.toml"
        path.write_text(text, encoding="utf-8")
        return load_rules(path)

    return write


def test_a_file_changes_what_it_says_and_nothing_else(rules_of):
    rules = rules_of("[follow_up]\nunchanged_status = 10\n" + CLOCK)
    assert rules.value("follow_up", "unchanged_status") == 10
    assert rules.value("aging", "clock") == "service"
    default = load_rules()
    assert rules.value("follow_up", "after_appeal") == default.value("follow_up", "after_appeal") == 45
    assert rules.source == "my rules.toml" and default.source == "the default rules"
    assert load_rules().value("follow_up", "unchanged_status") == 14  # the founding article's two weeks


def test_the_default_names_what_only_the_practice_can_say(rules_of):
    assert [name for name, _ in undefined_rules(load_rules())] == ["owners", "escalation", "write_off"]
    whole = rules_of(
        '[[owners]]\nname = "Amy"\nskills = ["status"]\n[[escalation]]\nday = 90\ndollars = 500\nto = "Lee"\n'
        '[[write_off]]\nup_to = 50\nby = "Amy"\n'
    )
    gaps = undefined_rules(whole)
    assert [name for name, _ in gaps] == ["owners"] * 5
    assert gaps[0][1] == "nobody has the skill 'corrections', so the lead takes that work"
    assert undefined_rules(rules_of('[[owners]]\nname = "Amy"\n'))[0][0] == "escalation"


def test_the_steps_of_a_ladder_are_put_in_order(rules_of):
    rules = rules_of(
        '[[escalation]]\nday = 120\ndollars = 0\nto = "Lee"\n[[escalation]]\nday = 60\ndollars = 500\nto = "Kim"\n'
    )
    assert [step["to"] for step in rules.escalation] == ["Kim", "Lee"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[folow_up]\nfirst_look = 3\n", "has a section 'folow_up' that there is not: use practice, aging,"),
        ("[follow_up]\nfirst_lok = 3\n", r"has a key 'first_lok' in \[follow_up\] that there is not: use "),
        ("follow_up = 3\n", r"follow_up must be a section, written as \[follow_up\]"),
        ("[weights]\nchance = -1\n", r"chance in \[weights\] must be a number from 0 to 1e\+09, not -1"),
        ("[weights]\nchance = true\n", "must be a number from 0"),
        ("[weights]\nchance = nan\n", "must be a number from 0"),
        ('[weights]\nchance = "much"\n', "must be a number from 0"),
        ("[recovery]\nbest = 1.5\n", r"best in \[recovery\] must be a number from 0 to 1, not 1.5"),
        (
            '[aging]\nclock = "moon"\n',
            "must be one of standard, service, first_bill, responsibility, not 'moon'",
        ),
        ("[aging]\nbuckets = [60, 30]\n", "must be rising whole days"),
        ("[aging]\nbuckets = []\n", "must be a list such as"),
        ('[practice]\nlead = ""\n', r"lead in .practice. must be a text"),
        ('owners = "Amy"\n', r"owners must be written as blocks that begin with \[\[owners\]\]"),
        ('[[owners]]\nskills = ["status"]\n', r"block 1 of .* lacks 'name'"),
        (
            '[[owners]]\nname = "Amy"\nskills = ["magic"]\n',
            r"skills of .* must be a list of status, corrections",
        ),
        ('[[owners]]\nname = "Amy"\nage = 3\n', "has a key 'age' that there is not: use name, skills,"),
        ('[[owners]]\nname = "Amy"\n[[owners]]\nname = "Amy"\n', "names the owner 'Amy' twice"),
        ('[[write_off]]\nup_to = -5\nby = "Amy"\n', r"up_to of .* must be a number from 0"),
        ("[weights\n", "are not valid TOML in UTF-8"),
    ],
)
def test_each_mistake_is_one_sentence(rules_of, text, said):
    with pytest.raises(SettingsError, match=said) as problem:
        rules_of(text)
    assert "my rules.toml" in str(problem.value) and "\n" not in str(problem.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match=r"'none\.toml' cannot be read"):
        load_rules(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'[practice]\nlead = "Zo\xeb"\n')
    with pytest.raises(SettingsError, match=r"'latin\.toml' are not valid TOML in UTF-8"):
        load_rules(tmp_path / "latin.toml")


def test_every_kind_of_work_has_minutes_and_a_category_and_every_wait_is_known():
    rules = load_rules()
    actions = action_facts()
    assert set(actions) == set(rules.sections["minutes"])
    grouped = [name for names in rules.sections["action_categories"].values() for name in names]
    assert sorted(grouped) == sorted(actions)
    assert {row["follow_up"] for row in actions.values()} <= set(rules.sections["follow_up"])
    assert {row["skill"] for row in actions.values()} == set(SKILLS)


def test_the_playbook_has_every_denial_category_and_only_known_work():
    book = load_playbook()
    assert book["category"].is_unique
    assert {row["category"] for row in read_rows("denial_codes")} <= set(book["category"])
    assert set(book["action"]) <= set(action_facts())
    assert book["chance"].between(0, 1).all()
    words = book[["label", "do_first", "do_next", "never"]]
    assert (words != "").all(axis=None)
    assert book["never"].str.startswith("Do not").all()


def test_the_default_is_commented_so_that_it_can_be_filled_in():
    text = data_path("reference/practice_rules.toml").read_text(encoding="utf-8")
    for block in ("owners", "escalation", "write_off"):
        assert f"# [[{block}]]" in text
