"""Units of work say what to execute; nothing is executed here."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, insert, select, update

from palaver.storage.script import Result, Script, Statement, changed, first, rows
from palaver.storage.sqlite import DIALECT

things = Table("things", MetaData(), Column("name", Text), Column("size", Integer))
GET = Statement(select(things.c.size).where(things.c.name == bindparam("name"), things.c.size > 3))
PUT = Statement(insert(things))


def test_a_statement_is_compiled_once_and_knows_the_order_of_its_values() -> None:
    compiled = GET.compiled(DIALECT)
    assert GET.compiled(DIALECT) is compiled
    assert compiled.text.count("?") == 2
    assert compiled.arguments({"name": "a"}) == ("a", 3)


def test_values_that_a_statement_brings_itself_may_be_given_as_well() -> None:
    grow = Statement(update(things).values(size=7).where(things.c.name == bindparam("key")))
    compiled = grow.compiled(DIALECT)
    assert compiled.arguments({"key": "a"}) == (7, "a")
    assert compiled.arguments({"key": "a", "size": 8}) == (8, "a")


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="name"):
        GET.compiled(DIALECT).arguments({})
    with pytest.raises(KeyError, match="size"):
        PUT.compiled(DIALECT).arguments({"name": "a"})


def test_calling_a_statement_binds_one_set_of_values_and_many_binds_many() -> None:
    one, many = PUT(name="a", size=1), PUT.many([{"name": "a", "size": 1}, {"name": "b", "size": 2}])
    assert (one.statement, list(one.values), one.many) == (PUT, [{"name": "a", "size": 1}], False)
    assert (len(many.values), many.many) == (2, True)


def test_scripts_are_made_of_scripts_and_get_what_came_back() -> None:
    def whole() -> Script[list[object]]:
        return [(yield from first(GET(name="a"))), (yield from rows(GET(name="b"))), (yield from changed(PUT()))]

    answers = [Result([(1,), (2,)], 2), Result([], 0), Result([], 5)]
    script = whole()
    asked = [next(script), script.send(answers[0]), script.send(answers[1])]
    with pytest.raises(StopIteration) as end:
        script.send(answers[2])
    assert [do.values[0] for do in asked] == [{"name": "a"}, {"name": "b"}, {}]
    assert end.value.value == [(1,), [], 5]


def test_no_rows_have_no_first_one() -> None:
    assert Result([], 0).first() is None
