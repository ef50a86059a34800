"""The laws that every adapter keeps; asserts in them are rewritten like those of tests."""

import pytest

for _name in ("folders", "http_laws", "law", "reading_laws", "whole_laws", "world", "writing_laws"):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")
