"use strict";
// The list of cells or hot spots: the map in words, with a search and a download.
(function () {
  const { byId, element, whole, expected, change, clock, nextName, BANDS } = hexbeat;
  const LISTED = 25;
  // Spreadsheets read a text that begins like this as a formula; as in formulas.py.
  const FORMULA = /^[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
  const HEADINGS = [
    "force",
    "crime_group",
    "as_of",
    "h3_cell",
    "place_label",
    "lsoa21cd",
    "score",
    "change",
    "score_band",
    "n_1m",
    "score_rank",
    "score_lo",
    "score_hi",
    "n_12m",
    "n_prev_12m",
    "months_12m",
    "expected_12m",
    "p_top1",
  ];

  function listOf(data, known, view, state, act) {
    const { columns } = data;
    let length = LISTED;

    // Searches the distinct words first: there are fewer of them than rows.
    function matcher() {
      const wanted = state.search.trim().toLowerCase();
      if (wanted === "") return () => true;
      const matches = {};
      const names = ["place_label", "lsoa21cd", ...data.areas.map((name) => `area.${name}`)];
      for (const name of names)
        matches[name] = data.words[name].map((word) => word !== null && word.toLowerCase().includes(wanted));
      const isId = /^8[0-9a-f]{5,14}$/.test(wanted);
      return (row) => {
        const cell = columns.cell[row];
        return (
          names.some((name) => matches[name][columns[name][cell]]) || (isId && known.cellId(cell).startsWith(wanted))
        );
      };
    }

    function* shown() {
      const band = known.bands(state.at);
      const matches = matcher();
      for (const [, , start, stop] of view.blocksOf(state)) {
        for (let row = start; row < stop; row++) {
          if (band[row] >= 0 && view.shares[band[row]] <= state.share && matches(row)) yield row;
        }
      }
    }

    // Sorting 300,000 rows is too slow for a step of the slider, so sort only those above
    // a score that leaves enough of them.
    function highest(most) {
      const score = view.worth(state.at);
      const rows = Int32Array.from(shown());
      const tally = new Map();
      for (const row of rows) tally.set(score[row], (tally.get(score[row]) ?? 0) + 1);
      let least = Infinity,
        taken = 0;
      for (const value of [...tally.keys()].sort((a, b) => b - a)) {
        if (taken >= most) break;
        taken += tally.get(value);
        least = value;
      }
      const top = Array.from(rows.filter((row) => score[row] >= least)).sort(before);
      return { rows: top.slice(0, most), all: rows.length };
    }

    const rankOf = (row) => columns.score_rank[row];
    const before = (a, b) => {
      const score = view.worth(state.at);
      return score[b] - score[a] || rankOf(a) - rankOf(b) || a - b;
    };

    function hotspots(most) {
      const sums = new Map();
      for (const row of shown()) {
        const spot = columns.hotspot[row];
        if (spot < 0) continue;
        const sum = sums.get(spot);
        if (sum === undefined) sums.set(spot, { spot, row, rows: 1, score: known.score(row, state.at) });
        else {
          sum.rows += 1;
          sum.score += known.score(row, state.at);
          if (before(row, sum.row) < 0) sum.row = row;
        }
      }
      const sorted = [...sums.values()].sort((a, b) => b.score - a.score || a.spot - b.spot);
      return { rows: sorted.slice(0, most), all: sorted.length };
    }

    const afterwards = () =>
      known.last === 0
        ? nextName(data.as_ofs[0])
        : `in the ${clock.period} after the as-of; ▲▼ change since the previous as-of`;

    function fill() {
      const isSpots = state.list === "hotspots";
      const { rows, all } = isSpots ? hotspots(length) : highest(length);
      byId("top").replaceChildren(...rows.map((one, i) => (isSpots ? spotItem(one, i) : cellItem(one, i))));
      const where = state.force === null ? "all forces" : data.forces[state.force].name;
      const what = isSpots ? "hot spots" : "cells";
      byId("cells-title").textContent = `Highest ${what}, ${where}`;
      byId("found").textContent =
        all === 0
          ? `No ${what} for this choice.`
          : `${whole.format(rows.length)} of ${whole.format(all)} ${what}, by incidents expected ${afterwards()}.`;
      byId("more").hidden = rows.length >= all;
      byId("save").disabled = all === 0;
      press();
    }

    function cellItem(row, i) {
      const [, force] = view.blockOf(row);
      const band = BANDS[data.bands[known.bands(state.at)[row]]].short;
      const rank = state.at === known.last ? `rank ${whole.format(rankOf(row))}, ${band}` : band;
      const small = [data.forces.length > 1 && state.force === null ? data.forces[force].name : null, rank];
      return item(i, row, known.title(row), small, expected(known.score(row, state.at)), known.change(row, state.at));
    }

    function spotItem({ row, rows, spot, score }, i) {
      const [, force] = view.blockOf(row);
      const name = data.hotspots[spot].name ?? known.title(row);
      const small = [
        data.forces.length > 1 && state.force === null ? data.forces[force].name : null,
        `${rows} ${rows === 1 ? "cell" : "cells"}`,
      ];
      return item(i, row, name, small, expected(score), spotChange(row, spot));
    }

    // Over all its cells, including those that a filter hides.
    function spotChange(row, spot) {
      const [, , start, stop] = view.blockOf(row);
      if (state.at === 0) return change(null, null);
      let [now, then, hadScore] = [0, 0, false];
      for (let other = start; other < stop; other++) {
        if (columns.hotspot[other] !== spot) continue;
        const steps = [known.coarse(other, state.at), known.coarse(other, state.at - 1)];
        now += steps[0] ?? 0;
        then += steps[1] ?? 0;
        hadScore = hadScore || steps[1] !== null;
      }
      return hadScore ? change(now, then) : change(null, null);
    }

    function item(i, row, title, small, value, moved) {
      const choice = hexbeat.button(undefined, () => act.choose(columns.cell[row]), {
        "data-cell": columns.cell[row],
        "aria-pressed": "false",
      });
      const middle = element("span", title);
      middle.append(element("small", small.filter((one) => one).join(", ")));
      const right = element("span", value);
      const mark = element("small", moved.mark, { "aria-hidden": "true", class: moved.way });
      right.append(mark, element("span", `, ${moved.text}`, { class: "unseen" }));
      choice.append(element("span", `${i + 1}.`), middle, right);
      const entry = element("li");
      entry.append(choice);
      return entry;
    }

    function press() {
      for (const one of byId("top").querySelectorAll("button")) {
        one.setAttribute("aria-pressed", String(Number(one.dataset.cell) === state.cell));
      }
    }

    function line(row) {
      const [group, force] = view.blockOf(row);
      const isNewest = state.at === known.last;
      const facts = data.forces[force];
      const now = (value) => (isNewest ? value : null);
      return [
        facts.force,
        data.groups[group].slug,
        data.as_ofs[state.at],
        known.idOf(row),
        known.word("place_label", row),
        known.word("lsoa21cd", row),
        Number(known.score(row, state.at).toFixed(2)),
        known.change(row, state.at).text,
        data.bands[known.bands(state.at)[row]],
        known.count(row, state.at),
        now(rankOf(row)),
        now(known.ofRow("score_lo", row)),
        now(known.ofRow("score_hi", row)),
        now(known.ofRow("n_12m", row)),
        now(known.ofRow("n_prev_12m", row)),
        now(facts.months_12m),
        now(known.year(row)),
        now(known.hundredth("p_top1", row)),
        ...data.areas.map((name) => known.word(`area.${name}`, row)),
      ];
    }

    function field(value) {
      if (value === null || value === undefined) return "";
      if (typeof value === "number") return String(value);
      if (FORMULA.test(value)) return "";
      return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    }

    function csv() {
      const rows = [...shown()].sort(before).map(line);
      const names = HEADINGS.map((name) => clock.columns[name] ?? name);
      return (
        [[...names, ...data.areas], ...rows]
          .map((fields) => fields.filter((_, i) => clock.columns[HEADINGS[i]] !== null))
          .map((fields) => fields.map(field).join(","))
          .join("\n") + "\n"
      );
    }

    function save() {
      const address = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
      const force = state.force === null ? "all-forces" : data.forces[state.force].force;
      const link = element("a", null, {
        href: address,
        download: `${force}-${data.groups[state.group].slug}-${data.as_ofs[state.at]}.csv`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    }

    return {
      fill,
      press,
      save,
      csv,
      shorten: () => {
        length = LISTED;
      },
      lengthen: () => {
        const from = length;
        length += LISTED;
        fill();
        byId("top").querySelectorAll("button")[from]?.focus();
      },
    };
  }

  Object.assign(hexbeat, { listOf });
})();
