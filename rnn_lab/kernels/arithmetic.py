"""Products of small matrices, and tanh, written so that the compiler makes vector instructions of them.

Every array is flat, with the place at which a matrix begins: one type for all, which compiles in a fraction of the time
that views take. Below some 32 rows a product is faster here than in BLAS, whose calls cost more than the arithmetic;
above, BLAS takes it.
"""

from typing import Any

import numpy as np

from rnn_lab.kernels.compilation import compiled, implements, reduction

at = np.uint64
"""An index without a sign: one that might be negative is wrapped around at each access, and is no vector then."""
BLAS_ROWS = 32
"""Rows from which on BLAS is faster, measured at 16 to 256 columns."""


@compiled
def matrix(flat: Any, start: int, rows: int, columns: int) -> Any:
    """A matrix that lies in a flat array: for BLAS alone, as views take long to compile."""
    return flat[start : start + rows * columns].reshape((rows, columns))


@compiled
def add_product(
    X: Any, x: int, W: Any, w: int, Y: Any, y: int, rows: int, inner: int, columns: int, scratch: int
) -> None:
    """Y += X W, of matrices (rows, inner), (inner, columns) and (rows, columns) that begin at x, w and y.

    BLAS leaves its product at ``scratch`` in Y.
    """
    if rows >= BLAS_ROWS and inner > 1:
        np.dot(matrix(X, x, rows, inner), matrix(W, w, inner, columns), matrix(Y, scratch, rows, columns))
        for i in range(rows * columns):
            Y[at(y + i)] += Y[at(scratch + i)]
        return
    i = 0
    while i + 2 <= rows:  # two rows and four columns of X at a time: what is loaded of W and Y is used more than once
        a, b, c, d = x + i * inner, x + (i + 1) * inner, y + i * columns, y + (i + 1) * columns
        p = 0
        while p + 4 <= inner:
            a0, a1, a2, a3 = X[at(a + p)], X[at(a + p + 1)], X[at(a + p + 2)], X[at(a + p + 3)]
            b0, b1, b2, b3 = X[at(b + p)], X[at(b + p + 1)], X[at(b + p + 2)], X[at(b + p + 3)]
            row = w + p * columns
            for j in range(columns):
                w0, w1 = W[at(row + j)], W[at(row + columns + j)]
                w2, w3 = W[at(row + 2 * columns + j)], W[at(row + 3 * columns + j)]
                Y[at(c + j)] += (a0 * w0 + a1 * w1) + (a2 * w2 + a3 * w3)
                Y[at(d + j)] += (b0 * w0 + b1 * w1) + (b2 * w2 + b3 * w3)
            p += 4
        while p < inner:
            a0, b0, row = X[at(a + p)], X[at(b + p)], w + p * columns
            for j in range(columns):
                Y[at(c + j)] += a0 * W[at(row + j)]
                Y[at(d + j)] += b0 * W[at(row + j)]
            p += 1
        i += 2
    if i < rows:
        add_rows(X, x + i * inner, 1, W, w, Y, y + i * columns, inner, columns)


@compiled
def add_rows(X: Any, x: int, stride: int, W: Any, w: int, Y: Any, y: int, inner: int, columns: int) -> None:
    """Y += sum_p X_p W_p, of numbers that lie ``stride`` apart from x on, rows of W, and the row Y."""
    p = 0
    while p + 4 <= inner:
        place = x + p * stride
        a0, a1, a2, a3 = X[at(place)], X[at(place + stride)], X[at(place + 2 * stride)], X[at(place + 3 * stride)]
        row = w + p * columns
        for j in range(columns):
            Y[at(y + j)] += (a0 * W[at(row + j)] + a1 * W[at(row + columns + j)]) + (
                a2 * W[at(row + 2 * columns + j)] + a3 * W[at(row + 3 * columns + j)]
            )
        p += 4
    while p < inner:
        a0, row = X[at(x + p * stride)], w + p * columns
        for j in range(columns):
            Y[at(y + j)] += a0 * W[at(row + j)]
        p += 1


@reduction
def product_transposed(X: Any, x: int, W: Any, w: int, Y: Any, y: int, rows: int, inner: int, columns: int) -> None:
    """Y = X W^T, for X (rows, inner), W (columns, inner) and Y (rows, columns)."""
    if rows >= BLAS_ROWS and inner > 1:
        np.dot(matrix(X, x, rows, inner), matrix(W, w, columns, inner).T, matrix(Y, y, rows, columns))
        return
    for i in range(rows):
        for j in range(columns):
            a, b = x + i * inner, w + j * inner
            total = X[at(a)] * W[at(b)]
            for p in range(1, inner):
                total += X[at(a + p)] * W[at(b + p)]
            Y[at(y + i * columns + j)] = total


@compiled
def sum_outer(X: Any, x: int, Z: Any, z: int, Y: Any, y: int, inner: int, rows: int, columns: int) -> None:
    """Y = X^T Z, for X (inner, rows), Z (inner, columns) and Y (rows, columns)."""
    if rows >= 16 and columns > 1 and inner >= BLAS_ROWS:
        np.dot(matrix(X, x, inner, rows).T, matrix(Z, z, inner, columns), matrix(Y, y, rows, columns))
        return
    for i in range(rows):
        place = y + i * columns
        for j in range(columns):
            Y[at(place + j)] = 0
        add_rows(X, x + i, rows, Z, z, Y, place, inner, columns)


@compiled
def sum_rows(X: Any, x: int, Y: Any, y: int, rows: int, columns: int) -> None:
    """Y = the sum of the rows of X (rows, columns)."""
    for j in range(columns):
        Y[at(y + j)] = 0
    for i in range(rows):
        place = x + i * columns
        for j in range(columns):
            Y[at(y + j)] += X[at(place + j)]


@compiled
def transpose(W: Any, w: int, Y: Any, y: int, rows: int, columns: int) -> None:
    """Y = W^T, for W (rows, columns)."""
    for i in range(rows):
        for j in range(columns):
            Y[at(y + j * rows + i)] = W[at(w + i * columns + j)]


@compiled
def fill(Y: Any, y: int, size: int) -> None:
    """Write zeros."""
    for i in range(size):
        Y[at(y + i)] = 0


@compiled
def move(Y: Any, source: int, target: int, size: int) -> None:
    """Copy towards the front."""
    for i in range(size):
        Y[at(target + i)] = Y[at(source + i)]


def tanh(x: Any) -> Any:
    """Hyperbolic tangent of one number, to one or two units in the last place."""
    raise NotImplementedError


def sigmoid(x: Any) -> Any:
    """Logistic function of one number: (1 + tanh(x/2)) / 2."""
    raise NotImplementedError


@implements(tanh, np.float64)
def tanh_double(x):  # type: ignore[no-untyped-def]
    """Cody & Waite's: a rational function near zero, and 1 - 2 / (exp(2 |x|) + 1) elsewhere, with one division.

    Reference: Cody & Waite, "Software manual for the elementary functions" (1980), with the Cephes library's
    coefficients.
    """
    y = abs(x)
    y2 = 44.0 if y > 22.0 else y + y
    shifted = y2 * 1.4426950408889634 + 6755399441055744.0  # 1.5 * 2^52: the last bits are round(2 |x| / ln 2)
    n = shifted - 6755399441055744.0
    r = (y2 - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
    rr = r * r
    p = r * ((1.26177193074810590878e-4 * rr + 3.02994407707441961300e-2) * rr + 9.99999999999999999910e-1)
    q = ((3.00198505138664455042e-6 * rr + 2.52448340349684104192e-3) * rr + 2.27265548208155028766e-1) * rr + 2.0
    power = np.int64((np.float64(shifted).view(np.int64) + 1023) << 52).view(np.float64)  # 2^n
    z = x * x
    if y < 0.625:
        above = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3
        above *= y * z
        below = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3
    else:
        above, below = -2.0 * (q - p), power * (q + p) + (q - p)
    return np.copysign((y if y < 0.625 else 1.0) + above / below, x)


ONE, TWO, HALF, SPLIT, LIMIT, LARGEST = (np.float32(c) for c in (1.0, 2.0, 0.5, 0.625, 10.0, 20.0))
LOG2_E, MAGIC, LN2_HIGH, LN2_LOW = (
    np.float32(c) for c in (1.4426950408889634, 12582912.0, 0.693359375, -2.12194440e-4)
)
E0, E1, E2, E3, E4, E5 = (
    np.float32(c)
    for c in (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
)
T0, T1, T2, T3, T4 = (
    np.float32(c) for c in (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
)


@implements(tanh, np.float32)
def tanh_single(x):  # type: ignore[no-untyped-def]
    """The same in single precision: no constant may be of double precision, or all would be."""
    y = abs(x)
    y2 = LARGEST if y > LIMIT else y + y
    shifted = y2 * LOG2_E + MAGIC
    n = shifted - MAGIC
    r = (y2 - n * LN2_HIGH) - n * LN2_LOW
    grown = (((((E0 * r + E1) * r + E2) * r + E3) * r + E4) * r + E5) * (r * r) + r + ONE
    power = np.int32((np.float32(shifted).view(np.int32) + np.int32(127)) << np.int32(23)).view(np.float32)
    z = x * x
    near = ((((T0 * z + T1) * z + T2) * z + T3) * z + T4) * z * y + y
    return np.copysign(near if y < SPLIT else ONE - TWO / (grown * power + ONE), x)


@implements(sigmoid, np.float64)
def sigmoid_double(x):  # type: ignore[no-untyped-def]
    """In double precision."""
    return 0.5 * tanh(0.5 * x) + 0.5


@implements(sigmoid, np.float32)
def sigmoid_single(x):  # type: ignore[no-untyped-def]
    """In single precision."""
    return HALF * tanh(HALF * x) + HALF
