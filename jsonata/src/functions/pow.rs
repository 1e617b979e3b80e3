//! `Math.pow` as V8 has it: the algorithm of FDLIBM's `e_pow.c`, whose last digit differs from other libraries'.
//!
//! `log2(x)` is computed in two parts, multiplied by `y` in two parts, and `2^(n + y')` is put together from them.

// The constants are given to their last bit.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

const TWO_53: f64 = 9007199254740992.0;
const HUGE: f64 = 1.0e300;
const TINY: f64 = 1.0e-300;
/// The coefficients of (3/2)(log(x) - 2s - 2/3 s³).
const L: [f64; 6] = [
    5.99999999999994648725e-01,
    4.28571428578550184252e-01,
    3.33333329818377432918e-01,
    2.72728123808534006489e-01,
    2.30660745775561754067e-01,
    2.06975017800338417784e-01,
];
const P: [f64; 5] = [
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
];
const LG2: f64 = 6.93147180559945286227e-01;
const LG2_HIGH: f64 = 6.93147182464599609375e-01;
const LG2_LOW: f64 = -1.90465429995776804525e-09;
/// -(1024 - log2(what overflows)).
const OVERFLOW: f64 = 8.0085662595372944372e-17;
/// 2 / (3 log 2).
const CP: f64 = 9.61796693925975554329e-01;
const CP_HIGH: f64 = 9.61796700954437255859e-01;
const CP_LOW: f64 = -7.02846165095275826516e-09;
/// 1 / log 2.
const IVLN2: f64 = 1.44269504088896338700e+00;
const IVLN2_HIGH: f64 = 1.44269502162933349609e+00;
const IVLN2_LOW: f64 = 1.92596299112661746887e-08;

fn high(x: f64) -> i32 {
    (x.to_bits() >> 32) as i32
}

fn low(x: f64) -> u32 {
    x.to_bits() as u32
}

fn with_high(x: f64, high: i32) -> f64 {
    f64::from_bits((u64::from(high as u32) << 32) | u64::from(low(x)))
}

/// The number without its lower 32 bits, so that products of two are exact.
fn head(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}

/// `x` to the power of `y`; 1 or -1 to an infinity is NaN, as JavaScript has it.
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) {
        return f64::NAN;
    }
    let odd = y.fract() == 0.0 && y.abs() < TWO_53 && y % 2.0 != 0.0;
    if y.is_infinite() {
        let grows = (x.abs() > 1.0) == (y > 0.0);
        return if grows { f64::INFINITY } else { 0.0 };
    }
    if y.abs() == 1.0 {
        return if y > 0.0 { x } else { 1.0 / x };
    }
    if y == 2.0 {
        return x * x;
    }
    if y == 0.5 && x >= 0.0 && x.is_finite() && high(x) >= 0 {
        return x.sqrt();
    }
    if x == 0.0 || x.is_infinite() || x.abs() == 1.0 {
        return special_base(x, y, odd);
    }
    if x < 0.0 && y.fract() != 0.0 {
        return f64::NAN;
    }
    let sign = if x < 0.0 && odd { -1.0 } else { 1.0 };
    of_positive(x.abs(), y, sign)
}

/// Zero, one or an infinity to a finite power.
fn special_base(x: f64, y: f64, odd: bool) -> f64 {
    let size = if y < 0.0 { 1.0 / x.abs() } else { x.abs() };
    if x < 0.0 || (x == 0.0 && x.is_sign_negative()) {
        if x == -1.0 && y.fract() != 0.0 {
            return f64::NAN;
        }
        return if odd { -size } else { size };
    }
    size
}

fn of_positive(ax: f64, y: f64, sign: f64) -> f64 {
    let ix = high(ax);
    let iy = high(y) & 0x7fff_ffff;
    let (t1, t2) = if iy > 0x41e0_0000 {
        // |y| > 2^31: the result overflows or underflows unless x is near 1.
        let (below, above, sure) = (ix < 0x3fef_ffff, ix > 0x3ff0_0000, iy > 0x43f0_0000);
        if below || above || sure {
            let grows = (y > 0.0) == (above || (sure && ix >= 0x3ff0_0000));
            return if grows { sign * HUGE * HUGE } else { sign * TINY * TINY };
        }
        log2_near_one(ax)
    } else {
        log2(ax)
    };
    // (y1 + y2) * (t1 + t2)
    let y1 = head(y);
    let p_l = (y - y1) * t1 + y * t2;
    let p_h = y1 * t1;
    two_to_the(p_h, p_l, sign)
}

fn log2_near_one(ax: f64) -> (f64, f64) {
    let t = ax - 1.0;
    let w = (t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
    let u = IVLN2_HIGH * t;
    let v = t * IVLN2_LOW - w * IVLN2;
    let t1 = head(u + v);
    (t1, v - (t1 - u))
}

fn log2(ax: f64) -> (f64, f64) {
    let mut ax = ax;
    let mut n = 0;
    let mut ix = high(ax);
    if ix < 0x0010_0000 {
        // Subnormal.
        ax *= TWO_53;
        n -= 53;
        ix = high(ax);
    }
    n += (ix >> 20) - 0x3ff;
    let j = ix & 0x000f_ffff;
    ix = j | 0x3ff0_0000;
    // Whether x is nearer to 1 or to 1.5.
    let k = if j <= 0x3988e {
        0
    } else if j < 0xbb67a {
        1
    } else {
        n += 1;
        ix -= 0x0010_0000;
        0
    };
    ax = with_high(ax, ix);
    let (bp, dp_h, dp_l) =
        if k == 0 { (1.0, 0.0, 0.0) } else { (1.5, 5.84962487220764160156e-01, 1.35003920212974897128e-08) };
    let u = ax - bp;
    let v = 1.0 / (ax + bp);
    let ss = u * v;
    let s_h = head(ss);
    let t_h = with_high(0.0, ((ix >> 1) | 0x2000_0000) + 0x0008_0000 + (k << 18));
    let t_l = ax - (t_h - bp);
    let s_l = v * ((u - s_h * t_h) - s_h * t_l);
    let s2 = ss * ss;
    let [l1, l2, l3, l4, l5, l6] = L;
    let mut r = s2 * s2 * (l1 + s2 * (l2 + s2 * (l3 + s2 * (l4 + s2 * (l5 + s2 * l6)))));
    r += s_l * (s_h + ss);
    let s2 = s_h * s_h;
    let t_h = head(3.0 + s2 + r);
    let t_l = r - ((t_h - 3.0) - s2);
    let u = s_h * t_h;
    let v = s_l * t_h + t_l * ss;
    let p_h = head(u + v);
    let p_l = v - (p_h - u);
    let z_h = CP_HIGH * p_h;
    let z_l = CP_LOW * p_h + p_l * CP + dp_l;
    let t = f64::from(n);
    let t1 = head(((z_h + z_l) + dp_h) + t);
    (t1, z_l - (((t1 - t) - dp_h) - z_h))
}

/// `sign * 2^(p_h + p_l)`
fn two_to_the(p_h: f64, p_l: f64, sign: f64) -> f64 {
    let z = p_l + p_h;
    let (j, i) = (high(z), low(z));
    if j >= 0x4090_0000 {
        // z >= 1024
        if j != 0x4090_0000 || i != 0 || p_l + OVERFLOW > z - p_h {
            return sign * HUGE * HUGE;
        }
    } else if (j & 0x7fff_ffff) >= 0x4090_cc00 {
        // z <= -1075
        if j != 0xc090_cc00_u32 as i32 || i != 0 || p_l <= z - p_h {
            return sign * TINY * TINY;
        }
    }
    let i = j & 0x7fff_ffff;
    let k = (i >> 20) - 0x3ff;
    let mut n = 0;
    let mut p_h = p_h;
    if i > 0x3fe0_0000 {
        // |z| > 0.5: n = [z + 0.5]
        n = j.wrapping_add(0x0010_0000 >> (k + 1));
        let k = ((n & 0x7fff_ffff) >> 20) - 0x3ff;
        let t = with_high(0.0, n & !(0x000f_ffff >> k));
        n = ((n & 0x000f_ffff) | 0x0010_0000) >> (20 - k);
        if j < 0 {
            n = -n;
        }
        p_h -= t;
    }
    let t = head(p_l + p_h);
    let u = t * LG2_HIGH;
    let v = (p_l - (t - p_h)) * LG2 + t * LG2_LOW;
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let [p1, p2, p3, p4, p5] = P;
    let t1 = z - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
    // FDLIBM takes the last term from the quotient; V8 takes it from the divisor.
    let r = (z * t1) / ((t1 - 2.0) - (w + z * w));
    let z = 1.0 - (r - z);
    let j = high(z).wrapping_add(n << 20);
    if (j >> 20) <= 0 {
        return sign * scale(z, n);
    }
    sign * with_high(z, j)
}

/// `scalbn` where the result is subnormal.
fn scale(z: f64, n: i32) -> f64 {
    const TWO_M54: f64 = 5.55111512312578270212e-17;
    let k = ((high(z) & 0x7ff0_0000) >> 20) + n;
    if k <= -54 {
        return TINY * TINY;
    }
    with_high(z, (high(z) & 0x800f_ffff_u32 as i32) | ((k + 54) << 20)) * TWO_M54
}

#[cfg(test)]
mod tests {
    use super::pow;

    #[test]
    fn as_in_v8() {
        let cases = [
            (1e12, -2.0, 1.0000000000000001e-24),
            (3.5, 1.0 / 3.0, 1.5182944859378313),
            (0.1 + 0.2, 1.0 / 3.0, 0.6694329500821696),
            (123456789.0, 2.0, 15241578750190521.0),
            (2.0, 0.5, std::f64::consts::SQRT_2),
            (-8.0, 3.0, -512.0),
            (2.0, -1074.0, 5e-324),
            (0.0, -1.0, f64::INFINITY),
            (-1.0, 1e300, 1.0),
        ];
        for (x, y, expected) in cases {
            assert_eq!(pow(x, y), expected, "{x} {y}");
        }
        assert!(pow(-8.0, 1.0 / 3.0).is_nan());
    }
}
