"use strict";
// Small charts as SVG, each with a description in words.
(function () {
  const { drawing, periodName, expected } = hexbeat;
  const [WIDE, HIGH, LEFT, FOOT] = [340, 150, 30, 22];

  // Months: { month, count (null: a gap, of that kind), gap, expected (null: no score before) }.
  function trend(months, name) {
    const most = Math.max(1, ...months.map((m) => Math.max(m.count ?? 0, m.expected ?? 0)));
    const svg = drawing("svg", {
      viewBox: `0 0 ${WIDE} ${HIGH}`,
      role: "img",
      class: "chart",
      "aria-label": `${name}: ${inWords(months)}`,
    });
    svg.append(hatch());
    const wide = (WIDE - LEFT) / months.length;
    const up = (value) => (HIGH - FOOT) * (1 - value / (most * 1.08));
    for (const value of [0, most]) {
      svg.append(drawing("line", { x1: LEFT, x2: WIDE, y1: up(value), y2: up(value), class: "grid" }));
      svg.append(
        drawing("text", { x: LEFT - 5, y: up(value) + 4, class: "end" }, value === 0 ? "0" : Number(value.toFixed(1))),
      );
    }
    months.forEach((month, i) => svg.append(...bar(month, LEFT + i * wide, wide, up)));
    months.forEach(({ month }, i) => {
      const letter = drawing(
        "text",
        { x: LEFT + (i + 0.5) * wide, y: HIGH - 7, class: "middle" },
        periodName(month)[0],
      );
      svg.append(letter);
    });
    return svg;
  }

  function bar({ count, expected: forecast }, x, wide, up) {
    const [from, to] = [x + wide * 0.14, x + wide * 0.86];
    const parts = [];
    if (count === null) {
      parts.push(
        drawing("rect", {
          x: from,
          width: to - from,
          y: 2,
          height: HIGH - FOOT - 2,
          class: "gap",
          fill: "url(#not-supplied)",
        }),
      );
    } else {
      parts.push(drawing("rect", { x: from, width: to - from, y: up(count), height: up(0) - up(count), class: "bar" }));
    }
    if (forecast !== null)
      parts.push(drawing("line", { x1: x, x2: x + wide, y1: up(forecast), y2: up(forecast), class: "forecast" }));
    return parts;
  }

  function hatch() {
    const pattern = drawing("pattern", {
      id: "not-supplied",
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    });
    pattern.append(drawing("line", { x1: 0, y1: 0, x2: 0, y2: 6, stroke: "#767c86", "stroke-width": 2 }));
    const definitions = drawing("defs");
    definitions.append(pattern);
    return definitions;
  }

  function inWords(months) {
    const gaps = months.filter((m) => m.count === null).length;
    const each = months.map((m) => `${periodName(m.month)} ${m.count ?? m.gap}`).join(", ");
    return `incidents a month: ${each}.${gaps ? ` ${gaps} of ${months.length} months are gaps, not zeros.` : ""}`;
  }

  // Next month's interval as a bar, the expected count, and the last month's count.
  function interval({ low, high, score, observed }, name) {
    const most = Math.max(1, high, score, observed ?? 0) * 1.1;
    const along = (value) => 8 + (value / most) * (WIDE - 16);
    const label = `${name}: expected ${expected(score)}, 95 % interval ${low} to ${high}${observed === undefined ? "" : `, last month ${observed ?? "not supplied"}`}.`;
    const svg = drawing("svg", { viewBox: `0 0 ${WIDE} 58`, role: "img", class: "chart", "aria-label": label });
    svg.append(
      drawing("line", { x1: along(0), x2: along(most), y1: 22, y2: 22, class: "grid" }),
      drawing("rect", {
        x: along(low),
        width: Math.max(2, along(high) - along(low)),
        y: 14,
        height: 16,
        class: "range",
      }),
      drawing("line", { x1: along(score), x2: along(score), y1: 9, y2: 35, class: "forecast" }),
    );
    if (typeof observed === "number")
      svg.append(drawing("circle", { cx: along(observed), cy: 22, r: 6, class: "recorded" }));
    for (const value of new Set([low, high]))
      svg.append(drawing("text", { x: along(value), y: 50, class: "middle" }, value));
    return svg;
  }

  function share(part) {
    const svg = drawing("svg", {
      viewBox: "0 0 100 10",
      class: "share",
      "aria-hidden": "true",
      preserveAspectRatio: "none",
    });
    svg.append(drawing("rect", { width: Math.max(1, Math.min(1, part) * 100), height: 10, class: "bar" }));
    return svg;
  }

  Object.assign(hexbeat, { trend, interval, share, trendInWords: inWords });
})();
