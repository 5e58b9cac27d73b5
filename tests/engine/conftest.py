"""Failures of the contract suite tell the values, like those of a test module."""

import pytest

pytest.register_assert_rewrite("tests.engine.contract_suite", "tests.engine.runner")
