"""The nonlinearities, a few operations each, so that loops over them are vectorized."""

import numpy as np

from sklearn_rnn.nn.compiled._jit import inlined, jit

# A quotient of two polynomials, from the library Eigen; within 3 units in the last
# place of float32 where tanh is not 1.
LIMIT = np.float32(7.90531110763549805)
ODD = tuple(
    map(
        np.float32,
        (
            -2.76076847742355e-16,
            2.00018790482477e-13,
            -8.60467152213735e-11,
            5.12229709037114e-08,
            1.48572235717979e-05,
            6.37261928875436e-04,
            4.89352455891786e-03,
        ),
    )
)
EVEN = tuple(
    map(
        np.float32,
        (
            1.19825839466702e-06,
            1.18534705686654e-04,
            2.26843463243900e-03,
            4.89352518554385e-03,
        ),
    )
)
HALF = np.float32(0.5)


@inlined
def tanh(x: np.float32) -> np.float32:
    """Compute the hyperbolic tangent of a float32."""
    x = min(max(x, -LIMIT), LIMIT)
    y = x * x
    p = ODD[0]
    for c in ODD[1:]:
        p = p * y + c
    q = EVEN[0]
    for c in EVEN[1:]:
        q = q * y + c
    return x * p / q


@inlined
def sigmoid(x: np.float32) -> np.float32:
    """Compute the logistic function of a float32."""
    return HALF + HALF * tanh(HALF * x)


# 1 / log 2, and log 2 as a short number and a small one; the polynomial of Cephes.
LOG2E = np.float32(1.44269504088896341)
LOG2 = (np.float32(0.693359375), np.float32(-2.12194440e-4))
SERIES = tuple(
    map(
        np.float32,
        (
            1.9875691500e-4,
            1.3981999507e-3,
            8.3334519073e-3,
            4.1665795894e-2,
            1.6666665459e-1,
            5.0000001201e-1,
            1.0,
            1.0,
        ),
    )
)
SMALLEST = np.float32(-87.0)


@jit
def exp(x: np.float32) -> np.float32:
    """Compute the exponential of a float32 of at most 0, as at least exp(-87)."""
    x = max(x, SMALLEST)
    n = np.floor(x * LOG2E + HALF)
    x = x - n * LOG2[0] - n * LOG2[1]
    p = SERIES[0]
    for c in SERIES[1:]:
        p = p * x + c
    power = (np.int32(n) + np.int32(127)) << np.int32(23)
    return p * np.int32(power).view(np.float32)
