"use strict";
// Small charts as SVG, each with a description in words.
(function () {
  const { drawing, element, periodName, expected, whole } = hexbeat;
  const [WIDE, HIGH, LEFT, FOOT] = [360, 150, 30, 24];
  const LOOKS = { missing: "not supplied", before: "before the first month kept", moved: "on other map points" };

  // Months: { month, look, count (null: not counted), expected (null: no score before), later }.
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
      svg.append(
        drawing("line", { x1: LEFT, x2: WIDE, y1: up(value), y2: up(value), class: "grid" }),
        drawing("text", { x: LEFT - 5, y: up(value) + 4, class: "end" }, whole.format(Math.round(value))),
      );
    }
    months.forEach((month, i) => svg.append(...bar(month, LEFT + i * wide, wide, up)));
    const now = months.findIndex((month) => month.later);
    if (now > 0) {
      const x = LEFT + now * wide;
      svg.append(drawing("line", { x1: x, x2: x, y1: 0, y2: HIGH - FOOT, class: "now" }));
    }
    svg.append(...(hexbeat.clock.period === "day" ? weeks(months, wide) : letters(months, wide)));
    return svg;
  }

  function* letters(months, wide) {
    for (const [i, { month }] of months.entries()) {
      const letter = periodName(month)[0];
      yield drawing("text", { x: LEFT + (i + 0.5) * wide, y: HIGH - 13, class: "middle" }, letter);
      if (month.endsWith("-01") || i === 0)
        yield drawing("text", { x: LEFT + i * wide + 2, y: HIGH - 1 }, month.slice(0, 4));
    }
  }

  const shortDay = (day) => {
    const [number, month] = periodName(day).split(" ");
    return `${number} ${month.slice(0, 3)}`;
  };

  // Of days: the date of every Monday that has room for it.
  function* weeks(days, wide) {
    const every = days.length > 42 ? 14 : 7;
    const first = days.findIndex(({ month }) => new Date(month).getUTCDay() === 1);
    for (let i = first; i >= 0 && i < days.length; i += 7) {
      const x = LEFT + i * wide;
      yield drawing("line", { x1: x, x2: x, y1: HIGH - FOOT, y2: HIGH - FOOT + 4, class: "grid" });
      if ((i - first) % every === 0) yield drawing("text", { x: x + 2, y: HIGH - 10 }, shortDay(days[i].month));
    }
  }

  function bar({ count, look, later, expected: forecast }, x, wide, up) {
    const [from, to] = [x + wide * 0.14, x + wide * 0.86];
    const box = { x: from, width: to - from, y: 2, height: HIGH - FOOT - 2 };
    const parts = [];
    if (count !== null)
      parts.push(
        drawing("rect", { ...box, y: up(count), height: up(0) - up(count), class: later ? "bar later" : "bar" }),
      );
    else if (look === "missing") parts.push(drawing("rect", { ...box, class: "gap", fill: "url(#not-supplied)" }));
    else if (look in LOOKS) parts.push(drawing("rect", { ...box, class: look }));
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

  const wordsOf = (look) => LOOKS[look].replace("month", hexbeat.clock.period);
  const lookInWords = ({ look }) => (look in LOOKS ? wordsOf(look) : "not in this page");

  function inWords(months) {
    const gaps = months.filter((m) => m.count === null).length;
    const each = months.map((m) => `${periodName(m.month)} ${m.count ?? lookInWords(m)}`).join(", ");
    const { period } = hexbeat.clock;
    return `incidents a ${period}: ${each}.${gaps ? ` ${gaps} of ${months.length} ${period}s are gaps, not zeros.` : ""}`;
  }

  // What each look of the chart means, of those that it has.
  function keys(months) {
    const list = element("ul", null, { class: "keys" });
    const add = (words, attributes, tag = "rect") => {
      const svg = drawing("svg", { width: 16, height: 14, "aria-hidden": "true", class: "chart" });
      svg.append(
        drawing(
          tag,
          tag === "rect"
            ? { x: 1, y: 1, width: 13, height: 12, ...attributes }
            : { x1: 0, x2: 16, y1: 7, y2: 7, ...attributes },
        ),
      );
      svg.style.width = "16px";
      const item = element("li");
      item.append(svg, element("span", words));
      list.append(item);
    };
    const has = (test) => months.some(test);
    if (has((m) => m.count !== null && !m.later)) add("supplied", { class: "bar" });
    if (has((m) => m.later && m.count !== null)) add("came later", { class: "bar later" });
    if (has((m) => m.expected !== null)) add(`expected a ${hexbeat.clock.period} ahead`, { class: "forecast" }, "line");
    if (has((m) => m.look === "missing")) add(LOOKS.missing, { class: "gap", fill: "url(#not-supplied)" });
    for (const look of ["before", "moved"]) if (has((m) => m.look === look)) add(wordsOf(look), { class: look });
    return list;
  }

  // Ranks over the as-ofs, the highest on top; null: no hot spot then.
  function ranks(all, name) {
    const [high, foot] = [96, 16];
    const most = Math.max(2, ...all.map(({ rank }) => rank ?? 1));
    const along = (i) => LEFT + ((i + 0.5) * (WIDE - LEFT)) / all.length;
    const up = (rank) => 8 + ((high - foot - 16) * (rank - 1)) / (most - 1);
    const each = all.map(({ month, rank }) => `${periodName(month)} ${rank ?? "no hot spot"}`).join(", ");
    const svg = drawing("svg", {
      viewBox: `0 0 ${WIDE} ${high}`,
      role: "img",
      class: "chart",
      "aria-label": `${name}: ${each}.`,
    });
    for (const rank of [1, most])
      svg.append(
        drawing("line", { x1: LEFT, x2: WIDE, y1: up(rank), y2: up(rank), class: "grid" }),
        drawing("text", { x: LEFT - 5, y: up(rank) + 4, class: "end" }, rank),
      );
    all.forEach(({ month, rank }, i) => {
      const next = all[i + 1]?.rank ?? null;
      if (rank !== null && next !== null)
        svg.append(drawing("line", { x1: along(i), x2: along(i + 1), y1: up(rank), y2: up(next), class: "line" }));
      if (rank !== null) svg.append(drawing("circle", { cx: along(i), cy: up(rank), r: 3, class: "dot" }));
      svg.append(drawing("text", { x: along(i), y: high - 3, class: "middle" }, periodName(month).match(/^\d+|^./)[0]));
    });
    return svg;
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

  Object.assign(hexbeat, { trend, keys, ranks, interval, share, lookInWords, trendInWords: inWords });
})();
