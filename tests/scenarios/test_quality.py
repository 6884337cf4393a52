"""What scenarios say of the quality of what they show is said in words on the page."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def flags() -> set[str]:
    """Return the quality flags that the scenarios' calls of `ctx.show` name."""
    found = set()
    for file in (ROOT / "scenarios").glob("*/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "quality":
                parts = (part for part in ast.walk(node.value) if isinstance(part, ast.Tuple))
                strings = (each for part in parts for each in part.elts)
                found |= {str(each.value) for each in strings if isinstance(each, ast.Constant)}
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_flag_has_a_word(language: str) -> None:
    """A flag that the page does not know would be shown as it is spelled in the code."""
    words = (ROOT / "dashboard/src/i18n" / f"{language}.ts").read_text("utf-8")
    assert "differs" in flags()
    assert [flag for flag in sorted(flags()) if f'"quality.{flag}"' not in words] == []
