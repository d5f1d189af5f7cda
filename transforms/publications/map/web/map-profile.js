"use strict";
// The profile of a cell: what is expected, what was seen, why, and how far to trust it.
(function () {
  const { byId, element, button, whole, count, expected, monthName } = hexbeat;

  function profileOf(data, known, view, state, act) {
    const newest = data.as_ofs[known.last];

    function open(cell) {
      const rows = view.rowsOf(cell, { group: state.group, force: null });
      byId("panel").classList.add("open");
      if (rows.length === 0) return nothing(cell);
      byId("panel-title").textContent = known.title(rows[0]);
      byId("panel-body").replaceChildren(buttons(), ...rows.flatMap((row) => parts(row)), ...about(rows));
    }

    function close() {
      byId("panel").classList.remove("open");
      byId("panel-title").textContent = "No cell chosen";
      byId("panel-body").replaceChildren(element("p", "Choose a cell on the map or in the list to see its profile."));
    }

    function nothing(cell) {
      byId("panel-title").textContent = cell === null ? "No cell here" : `Cell ${known.cellId(cell)}`;
      const { whole: all, label } = data.groups[state.group];
      const why = all ? "it had no incident of this group in 36 months and is outside the force’s top 5 %, or lies outside the area that was ranked" : "of this group only each force’s top 5 % is in the page";
      byId("panel-body").replaceChildren(element("p", `Nothing is listed here for “${label}”: ${why}.`), buttons());
    }

    function buttons() {
      const row = element("p", null, { class: "buttons" });
      row.append(button("Back to the list", act.back), button("Print", () => window.print()), button("Close", act.close));
      return row;
    }

    function parts(row) {
      const [group, force] = view.blockOf(row);
      const [low, high] = [known.ofRow("score_lo", row), known.ofRow("score_hi", row)];
      const score = known.score(row, known.last);
      const { label } = data.groups[group];
      const made = [
        element("p", `${data.forces[force].name}, ${label}`, { class: "soft" }),
        element("p", `Expected in ${monthName(newest, { later: 1 })}`),
        element("p", `${expected(score)} incidents`, { class: "big" }),
        element("p", low === null || high === null ? "No interval was computed."
          : `Next month’s count should lie between ${whole.format(low)} and ${whole.format(high)} in 95 of 100 months like this.`),
      ];
      const warned = warningsOf(row);
      if (warned) made.push(warned);
      made.push(...section("Why it ranks where it does", listOf(hexbeat.reasons(data, known, view, row))));
      made.push(...section("Month by month", ...months(row, label)));
      made.push(...section("Observed and expected", ...observed(row, { low, high, score })));
      made.push(...section("How it came to be so", element("p", hexbeat.classInWords(className(row)))));
      made.push(...section("Crime mix, last 12 months", ...mix(row, force)));
      return made;
    }

    const className = (row) => {
      const code = known.ofRow("hotspot_class", row);
      return code === null ? null : data.classes[code];
    };

    function section(title, ...content) {
      return [element("h3", title), ...content];
    }

    function listOf(texts, attributes = {}) {
      const list = element("ul", null, attributes);
      list.append(...texts.map((text) => element("li", text)));
      return list;
    }

    function warningsOf(row) {
      const texts = hexbeat.warnings(data, known, view, row);
      if (texts.length === 0) return null;
      const box = element("div", null, { class: "alert" });
      box.append(element("p", "Be careful", { class: "strong" }), listOf(texts));
      return box;
    }

    function months(row, label) {
      const { supplied } = data.forces[view.blockOf(row)[1]];
      const series = data.as_ofs.map((month, at) => ({
        month,
        count: known.count(row, at),
        gap: supplied[at] ? "not scored" : "not supplied",
        expected: at === 0 ? null : known.score(row, at - 1),
      }));
      const gaps = (why) => series.filter((one) => one.count === null && one.gap === why).map((one) => monthName(one.month)).join(", ");
      const [missing, unscored] = [gaps("not supplied"), gaps("not scored")];
      const said = [
        "Bars: incidents recorded. Lines: what had been expected a month ahead.",
        missing ? `Not supplied, and so a gap: ${missing}.` : "",
        unscored ? `Supplied, but without a score and so not in this page: ${unscored}.` : "",
        missing || unscored ? "" : "No month is missing.",
      ].filter((one) => one).join(" ");
      return [
        hexbeat.trend(series, label),
        element("p", said, { class: "soft" }),
        numbers(series),
      ];
    }

    function numbers(series) {
      const details = element("details");
      const table = element("table");
      const head = element("tr");
      for (const name of ["Month", "Recorded", "Expected"]) head.append(element("th", name, { scope: "col" }));
      table.append(head);
      for (const one of series) {
        const line = element("tr");
        line.append(element("th", monthName(one.month), { scope: "row" }), element("td", one.count === null ? one.gap : count(one.count)), element("td", one.expected === null ? "no score" : expected(one.expected)));
        table.append(line);
      }
      details.append(element("summary", "The numbers of this chart"), table);
      return details;
    }

    function observed(row, { low, high, score }) {
      const force = data.forces[view.blockOf(row)[1]];
      const newestCount = known.count(row, known.last);
      const list = element("dl");
      const pairs = [
        [`Recorded, ${monthName(newest)}`, count(newestCount)],
        ["Recorded, last 12 months", count(known.ofRow("n_12m", row), force.months_12m, 12)],
        ["Recorded, the 12 before", count(known.ofRow("n_prev_12m", row), force.months_prev_12m, 12)],
        [`Expected in ${force.months_12m} such months`, known.year(row) === null ? "not known" : expected(known.year(row))],
      ];
      for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
      const made = [list];
      if (low !== null && high !== null) {
        made.unshift(
          hexbeat.interval({ low, high, score, observed: newestCount }, "Next month"),
          element("p", "Bar: the 95 % interval of next month. Line: expected. Dot: recorded last month.", { class: "soft" }),
        );
      }
      made.push(element("p", "Expected at the level now seen, season apart. Where that is less than was recorded, so much of a fall is to be expected with no patrol at all.", { class: "soft" }));
      return made;
    }

    // Of single categories only the top 5 % is in the page: the rest stays unnamed.
    function mix(row, force) {
      const cell = data.columns.cell[row];
      const found = [];
      for (const [code, { single, label }] of data.groups.entries()) {
        if (!single) continue;
        const [there] = view.rowsOf(cell, { group: code, force });
        const year = there === undefined ? null : known.ofRow("n_12m", there);
        if (year !== null) found.push([label, year]);
      }
      found.sort((a, b) => b[1] - a[1]);
      const most = Math.max(1, ...found.map(([, year]) => year));
      const table = element("table", null, { class: "mix" });
      for (const [label, year] of found) {
        const line = element("tr");
        const bar = element("td");
        bar.append(hexbeat.share(year / most));
        line.append(element("th", label, { scope: "row" }), element("td", whole.format(year)), bar);
        table.append(line);
      }
      const note = "Only the types of crime in whose top 5 % this cell ranks are told apart here.";
      return found.length ? [table, element("p", note, { class: "soft" })] : [element("p", note)];
    }

    function about(rows) {
      const list = element("dl");
      const force = data.forces[view.blockOf(rows[0])[1]];
      const pairs = [
        ["Supplied", `${force.months_12m} of the last 12 months, newest ${force.newest_month ? monthName(force.newest_month) : "none"}`],
        ...data.areas.map((name) => [hexbeat.heading(name), known.word(`area.${name}`, rows[0]) ?? "none"]),
        ["LSOA 2021", known.word("lsoa21cd", rows[0]) ?? "not known"],
        ["Cell", known.idOf(rows[0])],
      ];
      for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
      return section("About the cell", list);
    }

    return { open, close, nothing };
  }

  Object.assign(hexbeat, { profileOf });
})();
