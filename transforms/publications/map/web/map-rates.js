"use strict";
// Whether a rate changed by more than chance: the exact interval of the ratio of two
// Poisson rates, given their sum (Clopper and Pearson's interval of a binomial share).
(function () {
  const TAIL = 0.025;
  const STEPS = 60;
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];

  function logGamma(x) {
    let sum = LANCZOS[0];
    for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (x - 1 + i);
    const t = x + 6.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }

  // The share of a beta distribution below x: the regularised incomplete beta function.
  function betaBelow(x, a, b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
    return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
  }

  // Its continued fraction, by Lentz's method.
  function fraction(x, a, b) {
    const tiny = 1e-300;
    const kept = (value) => (Math.abs(value) < tiny ? tiny : value);
    let c = 1,
      d = 1 / kept(1 - ((a + b) * x) / (a + 1)),
      f = d;
    for (let m = 1; m < 10000; m++) {
      for (const part of [
        (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
        (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
      ]) {
        d = 1 / kept(1 + part * d);
        c = kept(1 + part / c);
        f *= c * d;
      }
      if (Math.abs(c * d - 1) < 1e-14) break;
    }
    return f;
  }

  function quantile(share, a, b) {
    let [low, high] = [0, 1];
    for (let i = 0; i < STEPS; i++) {
      const middle = (low + high) / 2;
      if (betaBelow(middle, a, b) < share) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  // Counts and months of exposure, later and earlier: the later rate over the earlier one.
  function rateRatio(n1, months1, n0, months0) {
    const odds = (share) => (share / (1 - share)) * (months0 / months1);
    return {
      ratio: n0 === 0 ? (n1 === 0 ? null : Infinity) : (n1 / n0) * (months0 / months1),
      low: n1 === 0 ? 0 : odds(quantile(TAIL, n1, n0 + 1)),
      high: n0 === 0 ? Infinity : odds(quantile(1 - TAIL, n1 + 1, n0)),
    };
  }

  // 1 if the rate rose by more than chance, -1 if it fell, 0 if chance alone could do it.
  function beyondChance(n1, months1, n0, months0) {
    const even = months1 / (months1 + months0);
    if (n1 > 0 && betaBelow(even, n1, n0 + 1) < TAIL) return 1;
    return n0 > 0 && betaBelow(even, n1 + 1, n0) > 1 - TAIL ? -1 : 0;
  }

  Object.assign(hexbeat, { rateRatio, beyondChance });
})();
