"use strict";
// The profile of a cell: what is expected, what was recorded, why, and how certain it is.
(function () {
  const { byId, element, button, whole, count, expected, clock, periodName, nextName, BANDS } = hexbeat;

  const section = (title, ...content) => [element("h3", title), ...content];
  const byPeriod = () => `${capital(clock.period)} by ${clock.period}`;
  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  function listOf(texts, attributes = {}) {
    const list = element("ul", null, attributes);
    list.append(...texts.map((text) => element("li", text)));
    return list;
  }

  function pairsOf(pairs) {
    const list = element("dl");
    for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
    return list;
  }

  function careful(texts) {
    if (texts.length === 0) return [];
    const box = element("div", null, { class: "alert" });
    box.append(element("p", "Be careful", { class: "strong" }), listOf(texts));
    return [box];
  }

  function bars(counts, note) {
    const sorted = counts.filter(([, number]) => number > 0).sort((a, b) => b[1] - a[1]);
    const most = Math.max(1, ...sorted.map(([, number]) => number));
    const table = element("table", null, { class: "mix" });
    for (const [label, number] of sorted) {
      const line = element("tr");
      const bar = element("td");
      bar.append(hexbeat.share(number / most));
      line.append(element("th", label, { scope: "row" }), element("td", whole.format(number)), bar);
      table.append(line);
    }
    return sorted.length ? [table, element("p", note, { class: "soft" })] : [element("p", note)];
  }

  // What is common to the profiles of cells and of hot spots.
  function partsOf(data, known, state, act) {
    const buttons = () => {
      const row = element("p", null, { class: "buttons" });
      row.append(
        button("Back to the list", act.close),
        button("Print", () => window.print()),
      );
      return row;
    };

    // Expected at the as-of chosen, with its range where there is one, or what came.
    function forecast(score, range, rows) {
      const asOf = data.as_ofs[state.at];
      const content = [
        element(
          "p",
          `Expected ${nextName(asOf)}${state.at < known.last ? `, with data up to ${periodName(asOf)}` : ""}`,
        ),
        element("p", `${expected(score)} incidents`, { class: "big" }),
      ];
      if (state.at === known.last) {
        const [low, high] = range;
        const words =
          low === null || high === null
            ? "No interval was computed."
            : `${clock.count} should be between ${whole.format(low)} and ${whole.format(high)} in 95 of 100 ${clock.likeThis}.`;
        content.push(element("p", words));
        return content;
      }
      const month = known.monthOf(state.at) + 1;
      const term = clock.term ?? 1;
      const until = Math.min(month + term, data.months.length) - 1;
      const came = known.sum(rows, month, until);
      const partly = came.months < term ? `, ${came.months} of ${term} days so far` : "";
      content.push(
        element("p", `Recorded ${nextName(asOf)}: ${came.months ? whole.format(came.n) + partly : "not supplied"}.`),
      );
      return content;
    }

    function seriesOf(rows, force) {
      const early = rows.every((row) => known.hasBefore(row));
      const first = early ? 0 : data.months.length - data.as_ofs.length;
      return data.months.slice(first).map((month, i) => {
        const { n, months: number, whole: complete } = known.sum(rows, first + i, first + i);
        const at = data.as_ofs.indexOf(month);
        const scores = at > 0 ? rows.map((row) => known.score(row, at - 1)) : [];
        const isCounted = number > 0 && complete;
        return {
          month,
          look: data.forces[force].looks[first + i],
          count: isCounted ? n : null,
          later: month > data.as_ofs[state.at],
          expected: scores.some((one) => one !== null)
            ? scores.reduce((sum, one) => sum + (one ?? 0), 0) / (clock.term ?? 1)
            : null,
        };
      });
    }

    function months(rows, force, label) {
      const series = seriesOf(rows, force);
      const named = (look) =>
        series
          .filter((one) => one.count === null && one.look === look)
          .map((one) => periodName(one.month))
          .join(", ");
      const note = [
        named("missing") ? `Not supplied, so a gap: ${named("missing")}.` : "",
        named("moved")
          ? `Before the map points were renewed, when the same cells covered other places: ${named("moved")}.`
          : "",
      ].filter((one) => one);
      const made = [hexbeat.trend(series, label), hexbeat.keys(series)];
      if (note.length) made.push(element("p", note.join(" "), { class: "soft" }));
      made.push(numbers(series));
      return made;
    }

    function numbers(series) {
      const details = element("details");
      const table = element("table");
      const head = element("tr");
      for (const name of [capital(clock.period), "Recorded", "Expected"])
        head.append(element("th", name, { scope: "col" }));
      table.append(head);
      for (const one of series) {
        const line = element("tr");
        line.append(
          element("th", periodName(one.month), { scope: "row" }),
          element("td", one.count === null ? hexbeat.lookInWords(one) : count(one.count)),
          element("td", one.expected === null ? "no score" : expected(one.expected)),
        );
        table.append(line);
      }
      details.append(element("summary", "The numbers of this chart"), table);
      return details;
    }

    const compared = (rows) => {
      const words = state.comparer.inWords();
      if (state.compare === "none" || words === null) return [];
      const [counts, change, text] = state.comparer.figures(rows);
      const exposure = state.comparer.exposure(rows);
      const list = pairsOf([
        ["Recorded", counts],
        ["Change (95 % interval)", change],
      ]);
      const said = text.includes(":") ? `${text.split(": ").pop()}.` : `${text}.`;
      const lines = [element("p", `${words}.`, { class: "soft" }), list, element("p", capital(said))];
      if (exposure) lines.push(element("p", `Rates a ${clock.period}: ${exposure}.`, { class: "soft" }));
      return section("Compared", ...lines);
    };

    const left = (spot) =>
      element(
        "p",
        `It left since ${known.since(state.at)}: then it was no. ${known.spotRank(spot, known.previous(state.at))}. Its cells of then are outlined on the map.`,
      );

    return { buttons, forecast, months, compared, left };
  }

  function profileOf(data, known, view, hours, state, act) {
    const common = partsOf(data, known, state, act);
    const spots = hexbeat.spotProfileOf(data, known, view, hours, state, act, common);

    function open(chosen) {
      byId("panel").classList.add("open");
      if (chosen.kind === "spot") return spots.open(chosen.spot);
      const rows = view.rowsOf(chosen.cell, { group: state.group, force: null });
      if (rows.length === 0) return nothing(chosen.cell);
      byId("panel-title").textContent = known.title(rows[0]);
      byId("panel-body").replaceChildren(common.buttons(), ...rows.flatMap((row) => parts(row)), ...about(rows));
    }

    function close() {
      byId("panel").classList.remove("open");
      byId("panel-body").replaceChildren();
    }

    function nothing(cell) {
      byId("panel-title").textContent = `Cell ${known.cellId(cell)}`;
      const { whole: all, label } = data.groups[state.group];
      const why = all
        ? `it had no incident of this group in ${clock.listed} and is outside the force’s top 5 %, or it is outside the area that was ranked`
        : "for this group, the page has only each force’s top 5 %";
      byId("panel-body").replaceChildren(
        element("p", `Nothing is listed here for “${label}”: ${why}.`),
        common.buttons(),
      );
    }

    function parts(row) {
      const [group, force] = view.blockOf(row);
      const range = [known.ofRow("score_lo", row), known.ofRow("score_hi", row)];
      const score = known.score(row, state.at);
      const { label } = data.groups[group];
      const isNewest = state.at === known.last;
      const content = [
        element("p", `Cell, ${data.forces[force].name}, ${label}`, { class: "soft" }),
        ...(score === null ? [element("p", "No score then.")] : common.forecast(score, range, [row])),
      ];
      if (isNewest) {
        content.push(...careful(hexbeat.warnings(data, known, view, row)));
        content.push(...section("Why it ranks where it does", listOf(hexbeat.reasons(data, known, view, row))));
      } else content.push(...then(row));
      content.push(...common.compared([row]));
      if (known.last > 0) content.push(...section(byPeriod(), ...common.months([row], force, label)));
      if (!isNewest) return content;
      content.push(...section("Observed and expected", ...observed(row, { range, score })));
      content.push(...section("How it developed", element("p", hexbeat.classInWords(className(row)))));
      content.push(...section(`Crime mix, last ${clock.year} ${clock.period}s`, ...mix(row, force)));
      return content;
    }

    // What is known of an earlier as-of.
    function then(row) {
      const band = known.bands(state.at)[row];
      const month = known.monthOf(state.at);
      const year = known.sum([row], month + 1 - clock.before, month);
      const spot = known.spotOf(row, state.at);
      return [
        pairsOf([
          ["Rank then", band < 0 ? "none" : BANDS[data.bands[band]].short],
          [`Recorded, ${periodName(data.as_ofs[state.at])}`, count(known.count(row, state.at))],
          [
            `Recorded in the ${clock.before} ${clock.period}s to then`,
            year.months ? count(year.n, year.months, clock.before) : "not supplied",
          ],
          ["Hot spot then", spot === null ? "none" : hexbeat.spotName(data, known, spot)],
        ]),
        element("p", "Interval, exact rank and crime mix are in this page for the newest data alone.", {
          class: "soft",
        }),
      ];
    }

    const className = (row) => {
      const code = known.ofRow("hotspot_class", row);
      return code === null ? null : data.classes[code];
    };

    function observed(row, { range: [low, high], score }) {
      const force = data.forces[view.blockOf(row)[1]];
      const newest = known.recent([row], known.last);
      const newestCount = newest.months ? newest.n : null;
      const recent = clock.recent ? `last ${clock.recent} ${clock.period}s` : periodName(data.as_ofs[known.last]);
      const made = [
        pairsOf([
          [`Recorded, ${recent}`, count(newestCount, newest.months, clock.recent)],
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
        ]),
      ];
      if (low !== null && high !== null) {
        made.unshift(
          hexbeat.interval({ low, high, score, observed: clock.recent ? undefined : newestCount }, capital(clock.next)),
          element(
            "p",
            `Bar: the 95 % interval of ${clock.next}. Line: expected.${clock.recent ? "" : " Dot: recorded last month."}`,
            { class: "soft" },
          ),
        );
      }
      made.push(element("p", hexbeat.fallInWords, { class: "soft" }));
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
      return bars(counts, "Only the types of crime in whose top 5 % this cell ranks are listed separately here.");
    }

    function about(rows) {
      const force = data.forces[view.blockOf(rows[0])[1]];
      return section(
        "About the cell",
        pairsOf([
          [
            "Supplied",
            `${force.months_12m} of the last ${clock.year} ${clock.period}s, newest ${force.newest_month ? periodName(force.newest_month) : "none"}`,
          ],
          ...data.areas.map((name) => [hexbeat.heading(name), known.word(`area.${name}`, rows[0]) ?? "none"]),
          ...(clock.recent ? [] : [["LSOA 2021", known.word("lsoa21cd", rows[0]) ?? "not known"]]),
          ["Grid reference", hexbeat.gridReference(h3.cellToLatLng(known.idOf(rows[0])))],
          ["Cell", known.idOf(rows[0])],
        ]),
        hexbeat.elsewhere(h3.cellToLatLng(known.idOf(rows[0]))),
      );
    }

    return { open, close };
  }

  const fallInWords =
    "Expected at the current rate, ignoring seasonality. If this is below what was recorded, expect a fall of that size even without any patrols.";

  Object.assign(hexbeat, { profileOf, section, pairsOf, careful, bars, capital, byPeriod, fallInWords });
})();
