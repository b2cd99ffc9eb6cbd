"""The documents' exercises whose answers are rational numbers: 000, 001, 003 T1, 004 2."""

from problem_support import exactly, formula, solved


def test_two_layers_with_upstream():
    # 000 Q2
    s = solved("two-layer-upstream")
    exactly(
        s.total,
        S2=[2, 3],
        Y2=[2, 3],
        Y3=[5, 10],
        dL_by_dW2=[[10, 20], [15, 30]],
        dL_by_dY2=[25, 25],
        dL_by_dW1=[[25, 25], [50, 50]],
    )
    assert "L" not in s
    assert formula(s, "dL/dW2") == "outer(Y2, dL/dY3)"
    assert formula(s, "dL/dY2") in ("dL/dY3 @ W2.T", "W2 @ dL/dY3")
    assert formula(s, "dL/dS2") == "dL/dY2 * relu'(S2)"
    assert formula(s, "dL/dW1") == "outer(X, dL/dS2)"


def test_two_layers_with_a_mean_of_squares():
    # 000 P3
    s = solved("two-layer-mean-square")
    exactly(
        s.total,
        S2=[2, -1],
        Y2=[2, 0],
        S3=[-2, 4],
        Y3=[0, 4],
        L=8,
        dL_by_dS3=[0, 4],
        dL_by_dW2=[[0, 8], [0, 0]],
        dL_by_dY2=[8, 8],
        dL_by_dS2=[8, 0],
        dL_by_dW1=[[8, 0], [16, 0]],
    )
    # 2/2 * (Y3 - y): the 2 of the square against the mean over two entries
    assert formula(s, "dL/dY3") == "Y3 - y"


def test_three_layers():
    # 001
    s = solved("three-layer-relu")
    exactly(
        s.total,
        z1=[-1, 2, 3],
        h1=[0, 2, 3],
        z2=[9, 6, -4],
        yhat=5,
        L="6.125",
        dL_by_dW3=["31.5", 21, -14],
        dL_by_dW2=[[0, -7, "-10.5"], [0, 7, "10.5"], [0, -14, -21]],
        dL_by_dW1=[[0, 0], [14, 7], [7, "3.5"]],
        dL_by_db1=[0, 7, "3.5"],
    )
    assert formula(s, "dL/dyhat") == "yhat - y"
    assert formula(s, "dL/dW3") == "dL/dyhat * z2"
    assert formula(s, "dL/dW2") == "outer(dL/dz2, h1)"
    assert formula(s, "dL/dh1") == "W2.T @ dL/dz2"
    assert formula(s, "dL/dz1") == "dL/dh1 * relu'(z1)"
    assert formula(s, "dL/dW1") == "outer(dL/dz1, x)"
    assert formula(s, "dL/db1") == "dL/dz1"


def test_residual_block():
    # 003 T1
    s = solved("residual-block")
    exactly(
        s.total,
        x1="0.4",
        y1="-0.38",
        z="0.62",
        dz_by_dw0="-0.2",
        dz_by_dw1="0.4",
        dz_by_db0="-0.2",
        dz_by_db1=1,
        # Both relus are on: dz/dx0 = w1*w0 + 1 = -0.06 + 1 over the two paths.
        dz_by_dx0="0.94",
    )
    assert formula(s, "dz/dw1") == "dz/dy1 * x1"


def test_jacobian():
    # 004 2b; F(1, 2) = (1 + 4, 3 + 16)
    s = solved("jacobian")
    exactly(s.total, F=[5, 19], dF_by_dp=[[2, 2], [3, 16]])


def test_jacobian_of_a_composition():
    # 004 2c; at G(2) = (2, 4) the Jacobian of F is [[2*2, 2], [3, 8*4]], and G'(2) = (1, 4)
    s = solved("jacobian-chain")
    exactly(
        s.total,
        G=[2, 4],
        dG_by_dx=[1, 4],
        dF_by_dG=[[4, 2], [3, 32]],
        dF_by_dx=[12, 131],
        product=[12, 131],
    )
