import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import RecordRef
from connector.plan.key import write_key

PARTS = st.fixed_dictionaries(
    {
        "instance": st.sampled_from(["acme", "acme-test"]),
        "rule": st.sampled_from(["returning", "customer"]),
        "epoch": st.integers(1, 3),
        "target": st.builds(
            RecordRef, st.just("crm"), st.sampled_from(["Lead", "Contact"]), st.text(max_size=3)
        ),
        "anchor": st.sampled_from([(1,), (2,), (1, 2), (12,)]),
        "action": st.sampled_from(["task", "fields"]),
    }
)


def test_a_key_never_changes_between_versions():
    key = write_key(
        instance="acme",
        rule="returning",
        epoch=1,
        target=RecordRef("crm", "Contact", "003"),
        anchor=(1_700_000_000_000,),
        action="task",
    )
    assert key == "lm1-zruyhglxp2fusjppfsd4zyn3wfeechbe"


@pytest.mark.fault("F94")
@given(PARTS, PARTS)
def test_equal_parts_give_equal_keys_and_other_parts_give_others(one, other):
    assert (write_key(**one) == write_key(**other)) == (one == other)
    assert re.fullmatch(r"lm1-[a-z2-7]{32}", write_key(**one))


def test_the_name_of_the_source_is_no_part_so_that_renaming_it_repeats_nothing():
    keys = {
        write_key(
            instance="acme",
            rule="r",
            epoch=1,
            target=RecordRef(name, "Lead", "1"),
            anchor=(1,),
            action="task",
        )
        for name in ("crm", "salesforce")
    }
    assert len(keys) == 1
