from escalations.desk import context


def test_single_values_are_details() -> None:
    shown = context.shown({"order": 4417, "is_member": True, "note": None})

    assert [(each.name, each.text) for each in shown.sections[0].items[0].fields] == [
        ("order", "4417"),
        ("is_member", "true"),
    ]


def test_a_message_is_named_by_who_speaks() -> None:
    shown = context.shown({"messages": [{"role": "user", "content": "Hi.\nI was charged twice."}]})

    item = shown.sections[0].items[0]
    assert (shown.sections[0].title, item.label) == ("messages", "1 · user")
    assert (item.fields[0].name, item.fields[0].text) == ("", "Hi.\nI was charged twice.")


def test_a_long_text_is_folded() -> None:
    long, short = (context.shown({"policy": "x" * size}).sections[0].items[0].fields[0] for size in (901, 900))

    assert (long.is_folded, short.is_folded) == (True, False)


def test_what_is_cut_is_said() -> None:
    shown = context.shown({"log": "x" * (context.TEXT_AT_MOST + 1)})

    assert not shown.is_everything


def test_a_list_of_ten_thousand_says_how_many_are_left_out() -> None:
    shown = context.shown({"messages": [{"role": "user", "content": str(n)} for n in range(10_000)]})

    assert (len(shown.sections[0].items), shown.sections[0].left_out) == (300, 9_700)
    assert not shown.is_everything


def test_a_page_has_an_end() -> None:
    shown = context.shown({f"part {n}": {"text": "x" * 40_000} for n in range(12)})

    assert sum(bool(section.items) for section in shown.sections) == 10
    assert not shown.is_everything


def test_a_list_of_words_is_one_text() -> None:
    shown = context.shown(["a", "b"])

    assert shown.sections[0].items[0].fields[0].text == '[\n  "a",\n  "b"\n]'


def test_nothing_is_shown_for_nothing() -> None:
    assert context.shown({}).sections == []
