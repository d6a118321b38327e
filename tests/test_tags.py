"""What the templates' own filters write."""

from narrator.tags import either


def test_names_are_listed_as_one_says_them() -> None:
    listed = [either(("Neil", "Mia", "Ryan")[:count]) for count in range(4)]
    assert listed == ["", "Neil", "Neil or Mia", "Neil, Mia or Ryan"]
