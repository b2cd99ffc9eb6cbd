"""Wrong numbers that may be rounding in a line that is not shown."""

from checking_support import answer, report, statuses

# a = sigmoid(0.6) = 0.6457, p = 0.5165, q = 0.51234, r = 0.91377, s = 0.33339, t = 0.7426,
# u = 0.24683
MANY = """\
inputs: {x: 2}
weights: {w: 0.3, v: 0.8}
network:
  z: w*x
  a: sigmoid(z)
  p: v*a
  q: 0.25617*x
  r: 0.456885*x
  s: 0.166695*x
  t: 0.3713*x
  u: 0.123415*x
loss: p
find: [p, q, r, s, t, u]
"""
MIXED = "p: {}\nq: 0.5123\nr: 0.91\ns: 0.3334\nt: 0.743\nu: 0.25"
ALIKE = "p: {}\nq: 0.5123\nr: 0.9138\ns: 0.3334\nt: 0.7426\nu: 0.2468"


def test_a_sheet_that_is_rounded_anyhow_may_have_rounded_in_between():
    """0.8*0.65 = 0.520 from the 0.65 that stands nowhere; the sheet has two decimals elsewhere."""
    found = report(MANY, MIXED.format("0.520"))
    assert statuses(found)["p"] == "wrong"
    assert any("may also be rounding" in note for note in answer(found, "p").notes)
    assert all(root.possible for root in found.mistakes)


def test_what_no_such_rounding_leads_to_is_wrong_for_sure():
    found = report(MANY, MIXED.format("0.597"))  # 0.08 beside 0.5165, and 0.8*0.005 is 0.004
    assert statuses(found)["p"] == "wrong"
    assert not any("may also be rounding" in note for note in answer(found, "p").notes)


def test_where_all_is_rounded_alike_nothing_is_in_doubt():
    found = report(MANY, ALIKE.format("0.5200"))
    assert statuses(found)["p"] == "wrong"
    assert not any("may also be rounding" in note for note in answer(found, "p").notes)
