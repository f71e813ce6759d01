"""The driver of the code interpreter, run by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from palaver.tools.builtin import interpreting


def run(code: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-u", "-c", Path(interpreting.__file__).read_text()],
        input=code.encode(),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 + 1", "2\n"),
        ("x = 5\nprint('a')\nx * 2", "a\n10\n"),
        ("None", ""),
        ("x = 1", ""),
        ("", ""),
        ("'é'", "'é'\n"),
        ("__name__", "'__main__'\n"),
        ("import sys; print('out'); print('err', file=sys.stderr); print('out')", "out\nerr\nout\n"),
        ("class A: pass\nimport pickle; type(pickle.loads(pickle.dumps(A()))).__name__", "'A'\n"),
        ("import sys; sys.stdin.read()", "''\n"),
    ],
)
def test_the_value_of_the_last_expression_is_shown(code: str, said: str, tmp_path: Path) -> None:
    assert run(code, tmp_path) == (0, said)


def test_a_traceback_begins_in_the_code_and_shows_its_lines(tmp_path: Path) -> None:
    code, said = run("def f():\n    return 1 / 0\n\nf()", tmp_path)
    assert code == 1
    lines = said.splitlines()
    assert lines[:2] == ["Traceback (most recent call last):", '  File "<code>", line 4, in <module>']
    assert "    return 1 / 0" in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert said.count("File") == 2


def test_code_that_is_no_python_is_shown_where_it_is_not(tmp_path: Path) -> None:
    code, said = run("x = (", tmp_path)
    assert code == 1
    assert said.startswith('  File "<code>", line 1\n')
    assert "SyntaxError" in said


@pytest.mark.parametrize(
    ("code", "ended"), [("import sys; sys.exit(4)", (4, "")), ("raise SystemExit('no')", (1, "no\n"))]
)
def test_code_may_end_itself(code: str, ended: tuple[int, str], tmp_path: Path) -> None:
    assert run(code, tmp_path) == ended


def test_modules_of_the_folder_can_be_imported_and_leave_no_compiled_copy(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("value = 7")
    assert run("import mine; mine.value", tmp_path) == (0, "7\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
