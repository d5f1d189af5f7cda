"use strict";
// Quarters as bars, with how far each count can be off, and the same as a table.
(function () {
  const { drawing, element, whole, quarterName, about } = hexbeat;
  const [WIDE, HIGH, LEFT, FOOT] = [420, 150, 44, 26];

  // Quarters: { quarter, count (null: not published), within }.
  function quartersChart(quarters, name) {
    const most = Math.max(1, ...quarters.map(({ count }) => count ?? 0));
    const room = Math.max(most, ...quarters.map(({ count, within }) => (count ?? 0) + (within ?? 0)));
    const said = quarters.map((one) => `${quarterName(one.quarter)} ${inWords(one)}`).join(", ");
    const svg = drawing("svg", {
      viewBox: `0 0 ${WIDE} ${HIGH}`,
      role: "img",
      class: "chart",
      "aria-label": `${name}: ${said}.`,
    });
    const wide = (WIDE - LEFT) / quarters.length;
    const up = (value) => (HIGH - FOOT) * (1 - value / (room * 1.08));
    for (const value of [0, most]) {
      svg.append(
        drawing("line", { x1: LEFT, x2: WIDE, y1: up(value), y2: up(value), class: "grid" }),
        drawing("text", { x: LEFT - 5, y: Math.max(10, up(value) + 4), class: "end" }, whole.format(value)),
      );
    }
    quarters.forEach((one, i) => svg.append(...bar(one, LEFT + i * wide, wide, up)));
    return svg;
  }

  function bar({ quarter, count, within }, x, wide, up) {
    const middle = x + wide / 2;
    const [year, number] = quarter.split("-");
    const parts = [drawing("text", { x: middle, y: HIGH - 13, class: "middle" }, number)];
    if (number === "Q1" || x === LEFT) parts.push(drawing("text", { x: middle, y: HIGH - 1, class: "middle" }, year));
    const box = { x: x + wide * 0.14, width: wide * 0.72 };
    if (count === null) {
      parts.push(drawing("rect", { ...box, y: 2, height: HIGH - FOOT - 2, class: "gap", fill: "none" }));
      return parts;
    }
    parts.push(drawing("rect", { ...box, y: up(count), height: up(0) - up(count), class: "bar" }));
    const [y1, y2] = [up(count + within), up(Math.max(0, count - within))];
    parts.push(drawing("line", { x1: middle, x2: middle, y1, y2, class: "forecast" }));
    return parts;
  }

  const inWords = ({ count, within }) => (count === null ? "not published" : about(count, within));

  // A table of quarters, with more columns if there are any: a heading and what it says of each.
  function quartersTable(quarters, more = []) {
    const table = element("table");
    const head = element("tr");
    for (const title of ["Quarter", "Incidents", ...more.map(([heading]) => heading)])
      head.append(element("th", title, { scope: "col" }));
    const body = element("tbody");
    for (const one of quarters) {
      const row = element("tr");
      row.append(element("th", quarterName(one.quarter), { scope: "row" }), element("td", inWords(one)));
      for (const [, of] of more) row.append(element("td", one.count === null ? "" : of(one)));
      body.append(row);
    }
    const top = element("thead");
    top.append(head);
    table.append(top, body);
    return table;
  }

  Object.assign(hexbeat, { quartersChart, quartersTable });
})();
