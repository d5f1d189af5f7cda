"use strict";
// The profile of a cell: what is expected, what was recorded, why, and how certain it is.
(function () {
  const { byId, element, button, whole, count, expected, clock, periodName, nextName } = hexbeat;

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
      const why = all
        ? `it had no incident of this group in ${clock.listed} and is outside the force’s top 5 %, or it is outside the area that was ranked`
        : "for this group, the page has only each force’s top 5 %";
      byId("panel-body").replaceChildren(element("p", `Nothing is listed here for “${label}”: ${why}.`), buttons());
    }

    function buttons() {
      const row = element("p", null, { class: "buttons" });
      row.append(
        button("Back to the list", act.back),
        button("Print", () => window.print()),
        button("Close", act.close),
      );
      return row;
    }

    function parts(row) {
      const [group, force] = view.blockOf(row);
      const [low, high] = [known.ofRow("score_lo", row), known.ofRow("score_hi", row)];
      const score = known.score(row, known.last);
      const { label } = data.groups[group];
      const content = [
        element("p", `${data.forces[force].name}, ${label}`, { class: "soft" }),
        element("p", `Expected ${nextName(newest)}`),
        element("p", `${expected(score)} incidents`, { class: "big" }),
        element(
          "p",
          low === null || high === null
            ? "No interval was computed."
            : `${clock.count} should be between ${whole.format(low)} and ${whole.format(high)} in 95 of 100 ${clock.likeThis}.`,
        ),
      ];
      const alert = warningsOf(row);
      if (alert) content.push(alert);
      content.push(...section("Why it ranks where it does", listOf(hexbeat.reasons(data, known, view, row))));
      if (known.last > 0) content.push(...section("Month by month", ...months(row, label)));
      content.push(...section("Observed and expected", ...observed(row, { low, high, score })));
      content.push(...section("How it developed", element("p", hexbeat.classInWords(className(row)))));
      content.push(...section(`Crime mix, last ${clock.year} ${clock.period}s`, ...mix(row, force)));
      return content;
    }

    const capital = (text) => text[0].toUpperCase() + text.slice(1);

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
      const { supplied, renewed } = data.forces[view.blockOf(row)[1]];
      const gap = (month, at) =>
        renewed && month < renewed ? "on other points" : supplied[at] ? "not scored" : "not supplied";
      const series = data.as_ofs.map((month, at) => ({
        month,
        count: known.count(row, at),
        gap: gap(month, at),
        expected: at === 0 ? null : known.score(row, at - 1),
      }));
      const gaps = (why) =>
        series
          .filter((one) => one.count === null && one.gap === why)
          .map((one) => periodName(one.month))
          .join(", ");
      const [missing, unscored, elsewhere] = [gaps("not supplied"), gaps("not scored"), gaps("on other points")];
      const note = [
        "Bars: incidents recorded. Lines: incidents expected a month ahead.",
        missing ? `Not supplied, so a gap: ${missing}.` : "",
        unscored ? `Supplied, but without a score, so not in this page: ${unscored}.` : "",
        elsewhere ? `Before the map points were renewed, when this cell covered other places: ${elsewhere}.` : "",
        missing || unscored || elsewhere ? "" : "No month is missing.",
      ]
        .filter((one) => one)
        .join(" ");
      return [hexbeat.trend(series, label), element("p", note, { class: "soft" }), numbers(series)];
    }

    function numbers(series) {
      const details = element("details");
      const table = element("table");
      const head = element("tr");
      for (const name of ["Month", "Recorded", "Expected"]) head.append(element("th", name, { scope: "col" }));
      table.append(head);
      for (const one of series) {
        const line = element("tr");
        line.append(
          element("th", periodName(one.month), { scope: "row" }),
          element("td", one.count === null ? one.gap : count(one.count)),
          element("td", one.expected === null ? "no score" : expected(one.expected)),
        );
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
        [
          `Recorded, ${clock.recent ? `last ${clock.recent} ${clock.period}s` : periodName(newest)}`,
          count(newestCount, force.months_1m, clock.recent),
        ],
        [
          `Recorded, last ${clock.year} ${clock.period}s`,
          count(known.ofRow("n_12m", row), force.months_12m, clock.year),
        ],
        [
          clock.recent ? "Recorded, the 28 days before the last 28" : "Recorded, the 12 before",
          count(known.ofRow("n_prev_12m", row), force.months_prev_12m, clock.before),
        ],
        [
          `Expected in ${force.months_12m} such ${clock.period}s`,
          known.year(row) === null ? "not known" : expected(known.year(row)),
        ],
      ];
      for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
      const made = [list];
      if (low !== null && high !== null) {
        made.unshift(
          hexbeat.interval({ low, high, score, observed: clock.recent ? undefined : newestCount }, capital(clock.next)),
          element(
            "p",
            `Bar: the 95 % interval of ${clock.next}. Line: expected.${clock.recent ? "" : " Dot: recorded last month."}`,
            {
              class: "soft",
            },
          ),
        );
      }
      made.push(
        element(
          "p",
          "Expected at the current rate, ignoring seasonality. If this is below what was recorded, expect a fall of that size even without any patrols.",
          { class: "soft" },
        ),
      );
      return made;
    }

    // The page has only the top 5 % of single categories, so others are not listed.
    function mix(row, force) {
      const cell = data.columns.cell[row];
      const counts = [];
      for (const [code, { single, label }] of data.groups.entries()) {
        if (!single) continue;
        const [there] = view.rowsOf(cell, { group: code, force });
        const year = there === undefined ? null : known.ofRow("n_12m", there);
        if (year !== null) counts.push([label, year]);
      }
      counts.sort((a, b) => b[1] - a[1]);
      const most = Math.max(1, ...counts.map(([, year]) => year));
      const table = element("table", null, { class: "mix" });
      for (const [label, year] of counts) {
        const line = element("tr");
        const bar = element("td");
        bar.append(hexbeat.share(year / most));
        line.append(element("th", label, { scope: "row" }), element("td", whole.format(year)), bar);
        table.append(line);
      }
      const note = "Only the types of crime in whose top 5 % this cell ranks are listed separately here.";
      return counts.length ? [table, element("p", note, { class: "soft" })] : [element("p", note)];
    }

    function about(rows) {
      const list = element("dl");
      const force = data.forces[view.blockOf(rows[0])[1]];
      const pairs = [
        [
          "Supplied",
          `${force.months_12m} of the last ${clock.year} ${clock.period}s, newest ${force.newest_month ? periodName(force.newest_month) : "none"}`,
        ],
        ...data.areas.map((name) => [hexbeat.heading(name), known.word(`area.${name}`, rows[0]) ?? "none"]),
        ...(clock.recent ? [] : [["LSOA 2021", known.word("lsoa21cd", rows[0]) ?? "not known"]]),
        ["Grid reference", hexbeat.gridReference(h3.cellToLatLng(known.idOf(rows[0])))],
        ["Cell", known.idOf(rows[0])],
      ];
      for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
      return section("About the cell", list, hexbeat.elsewhere(h3.cellToLatLng(known.idOf(rows[0]))));
    }

    return { open, close, nothing };
  }

  Object.assign(hexbeat, { profileOf });
})();
