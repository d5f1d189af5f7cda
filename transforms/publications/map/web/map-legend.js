"use strict";
// The legend on the map: what its colours, outlines and sizes mean just now.
(function () {
  const { byId, element, drawing, whole, BANDS, CHANGES } = hexbeat;
  const HEXAGON = "13,2 23,8 23,20 13,26 3,20 3,8";

  // What something looks like on the map: a hexagon or a circle.
  function keyOf({ fillColor, color, weight, dashArray }, opaque, isRound = false) {
    const svg = drawing("svg", { width: 20, height: 20, viewBox: "0 0 26 28", "aria-hidden": true });
    const fill = { fill: fillColor, "fill-opacity": opaque };
    const line = { stroke: color, "stroke-width": weight, "stroke-dasharray": dashArray ?? "none" };
    svg.append(
      isRound
        ? drawing("circle", { cx: 13, cy: 14, r: 11, ...fill, stroke: "#ffffff" })
        : drawing("polygon", { points: HEXAGON, ...fill, ...line }),
    );
    return svg;
  }

  function legendOf(data, known, state, opaque) {
    let latest = "";

    function show(said) {
      const sizes = said.most > 0 && said.isSized !== false ? steps(said) : [];
      const key = JSON.stringify([said, state.compare, state.at, state.when]);
      if (key === latest) return;
      latest = key;
      const entries = colours(said);
      byId("bands").replaceChildren(...entries, ...sizes);
    }

    function changes(added, left) {
      const since = known.since(state.at);
      const both = [
        [added, "+", "new", `New since ${since}`],
        [left, "−", "left", `Left since ${since}: no hot spot now`],
      ];
      return both
        .filter(([number]) => number > 0)
        .map(([, sign, kind, words]) => {
          const item = element("li");
          const mark = element("span", null, { class: `spot-change ${kind}`, "aria-hidden": "true" });
          mark.append(element("span", sign));
          item.append(mark, element("span", words));
          return item;
        });
    }

    function colours({ kind, isSized, added, left }) {
      const isRound = kind === "circles" || isSized;
      const of = (words, { style }) => swatch(words, style, isRound);
      if (state.compare !== "none") return Object.values(CHANGES).map((one) => of(one.label, one));
      if (kind === "spots")
        return [of("Hot spot: neighbouring cells of the top 1 %", BANDS.top_1pct), ...changes(added, left)];
      const entries = data.bands.map((band) => of(BANDS[band].label, BANDS[band]));
      return isRound ? [element("li", "Cells around it, by the highest:"), ...entries] : entries;
    }

    function swatch(words, style, isRound) {
      const item = element("li");
      item.append(keyOf(style, opaque, isRound), element("span", words));
      return item;
    }

    // A large circle and a small one, of round numbers.
    function steps({ most, largest }) {
      const values = [...new Set([round(most), round(most / 8)])].filter((value) => value >= 1);
      return values.map((value, i) => {
        const radius = Math.max(3, largest * Math.sqrt(value / most));
        const wide = Math.ceil(2 * largest + 2);
        const svg = drawing("svg", { width: wide, height: Math.ceil(2 * radius + 2), "aria-hidden": true });
        const middle = { cx: wide / 2, cy: radius + 1, r: radius };
        svg.append(drawing("circle", { ...middle, fill: "#5b6470", "fill-opacity": 0.55, stroke: "#ffffff" }));
        const item = element("li");
        item.append(
          svg,
          element("span", `${whole.format(value)} ${i === 0 ? measured() : state.when === "any" ? "expected" : ""}`),
        );
        return item;
      });
    }

    function measured() {
      if (state.when !== "any") return `by ${state.when}, last ${hexbeat.clock.year} ${hexbeat.clock.period}s`;
      const { term = 1, period } = hexbeat.clock;
      return `expected next ${term > 1 ? `${term} ${period}s` : period}`;
    }

    function round(value) {
      const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
      return [5, 2, 1].map((times) => times * power).find((one) => one <= value) ?? 1;
    }

    return { show };
  }

  Object.assign(hexbeat, { keyOf, legendOf });
})();
