"use strict";
// The list of hot spots or cells: the map in words, with a search and a download.
(function () {
  const { byId, element, entry, whole, expected, change, nextName, BANDS } = hexbeat;
  const LISTED = 25;

  function listOf(data, known, view, hours, state, act) {
    const { columns } = data;
    const csv = hexbeat.csvOf(data, known, view, state);
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
      const isHere = view.isInArea(state);
      for (const [, , start, stop] of view.blocksOf(state)) {
        for (let row = start; row < stop; row++) {
          if (band[row] >= 0 && view.shares[band[row]] <= state.share && isHere(row) && matches(row)) yield row;
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

    const spots = () => view.spotsOf(state).filter(isFound());

    // A hot spot is found by its name, its id, or any of its cells.
    function isFound() {
      const wanted = state.search.trim().toLowerCase();
      if (wanted === "") return () => true;
      const matches = matcher();
      return ({ spot, rows }) => {
        const names = [hexbeat.spotName(data, known, spot), data.hotspots[spot].id];
        return names.some((name) => name.toLowerCase().includes(wanted)) || rows.some(matches);
      };
    }

    // The hot spots that are none any more, after the list of those that are.
    function showLeft(left) {
      byId("left").hidden = left.length === 0;
      if (left.length === 0) return;
      const since = known.since(state.at);
      byId("left-title").textContent = `${whole.format(left.length)} left since ${since}: no hot spots now`;
      byId("left-spots").replaceChildren(
        ...left.map(({ spot, force, expected: score }) => {
          const small = [nameOf(force), `was no. ${known.spotRank(spot, known.previous(state.at))}`];
          const figures = [expected(score), "− left", `expected then; left since ${since}`, "left"];
          const choose = () => act.choose({ kind: "spot", spot });
          return entry("−", hexbeat.spotName(data, known, spot), small, figures, choose, { "data-spot": spot });
        }),
      );
    }

    const afterwards = () =>
      isByHours()
        ? `from ${hours.span(state.when)}, of those of ${hexbeat.clock.year} days with a known hour`
        : state.compare !== "none"
          ? `expected ${nextName(data.as_ofs[state.at])}; the figures compare`
          : known.last === 0
            ? `expected ${nextName(data.as_ofs[0])}`
            : `expected ${nextName(data.as_ofs[state.at])}${known.previous(state.at) < 0 ? "" : `; ▲▼ and + new since ${known.since(state.at)}`}`;

    function fill() {
      const isSpots = state.list === "hotspots";
      const found = isSpots ? spots() : null;
      const { rows, all } = isSpots ? { rows: found.slice(0, length), all: found.length } : highest(length);
      byId("top").replaceChildren(...rows.map((one, i) => (isSpots ? spotItem(one, i) : cellItem(one, i))));
      const where = state.force === null ? "all forces" : data.forces[state.force].name;
      const what = isSpots ? "hot spots" : "cells";
      byId("cells-title").textContent = `Highest ${what}, ${where}`;
      byId("found").textContent =
        all === 0
          ? `No ${what} for this choice.`
          : `${whole.format(rows.length)} of ${whole.format(all)} ${what}, by incidents ${afterwards()}.`;
      byId("more").hidden = rows.length >= all;
      byId("save").disabled = all === 0;
      showLeft(isSpots ? view.leftOf(state).filter(isFound()) : []);
      explain(isSpots ? found.flatMap((one) => one.rows) : rows, what);
      press();
    }

    // What a comparison means, and what would have happened anyway.
    function explain(rows, what) {
      const note = byId("chance");
      note.hidden = state.compare === "none";
      if (note.hidden) return;
      const periods = state.comparer.inWords();
      if (periods === null) {
        note.replaceChildren(
          "No month after this one is in the page: move the slider to an earlier month. The months after it are then compared with as many before.",
        );
        return;
      }
      const lines = [
        `${periods}. In brackets: the 95 % interval of the change, taking the counts as Poisson; by chance alone, about 5 in 100 would lie beyond it.`,
        state.comparer.regression(rows, `${hexbeat.capital(what)} are`),
      ];
      note.replaceChildren(...lines.filter((line) => line).map((line) => element("p", line)));
    }

    function cellItem(row, i) {
      const [, force] = view.blockOf(row);
      const band = BANDS[data.bands[known.bands(state.at)[row]]].short;
      const rank = state.at === known.last ? `rank ${whole.format(rankOf(row))}, ${band}` : band;
      const moved = known.change(row, state.at);
      const figures =
        state.compare === "none"
          ? [expected(known.score(row, state.at)), moved.mark, moved.text, moved.way]
          : state.comparer.figures([row]);
      const choose = () => act.choose({ kind: "cell", cell: columns.cell[row] });
      return entry(`${i + 1}.`, known.title(row), [nameOf(force), rank], figures, choose, {
        "data-cell": columns.cell[row],
      });
    }

    function spotItem({ spot, rows, force, expected: score }, i) {
      const small = [nameOf(force), `${rows.length} ${rows.length === 1 ? "cell" : "cells"}`];
      const moved = view.isNew({ spot, force }, state.at)
        ? { mark: "+ new", text: `new since ${known.since(state.at)}`, way: "new" }
        : spotChange(spot);
      const figures = isByHours()
        ? ofHours(spot)
        : state.compare === "none"
          ? [expected(score), moved.mark, moved.text, moved.way]
          : state.comparer.figures(rows);
      const choose = () => act.choose({ kind: "spot", spot });
      const overall = known.spotRank(spot, state.at);
      if (isByHours()) small.push(`no. ${overall} by incidents expected`);
      const rank = isByHours() ? `${i + 1}.` : `${overall}.`;
      return entry(rank, hexbeat.spotName(data, known, spot), small, figures, choose, { "data-spot": spot });
    }

    const isByHours = () => state.list === "hotspots" && state.compare === "none" && state.when !== "any";

    function ofHours(spot) {
      const { of, all } = hours.part(spot, state.when);
      const share = all > 0 ? `${Math.round((100 * of) / all)} %` : "none";
      return [hours.tenths(of), share, `${share} of ${hours.tenths(all)} with a known hour`, "same"];
    }

    const nameOf = (force) => (data.forces.length > 1 && state.force === null ? data.forces[force].name : null);

    function spotChange(spot) {
      const then = known.previous(state.at);
      return then < 0 ? change(null, null) : change(known.spotExpected(spot, state.at), known.spotExpected(spot, then));
    }

    const buttons = () => byId("cells").querySelectorAll(".entries button");

    function press() {
      for (const one of buttons()) one.setAttribute("aria-pressed", String(isChosen(one.dataset)));
    }

    const isChosen = ({ cell, spot }) =>
      state.chosen !== null &&
      (state.chosen.kind === "spot" ? Number(spot) === state.chosen.spot : Number(cell) === state.chosen.cell);

    function save() {
      const isSpots = state.list === "hotspots";
      const text = csv(isSpots ? spots() : [...shown()].sort(before));
      const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      const force = state.force === null ? "all-forces" : data.forces[state.force].force;
      const parts = [force, data.groups[state.group].slug, isSpots ? "hotspots" : "cells", data.as_ofs[state.at]];
      element("a", null, { href: address, download: `${parts.join("-")}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    }

    return {
      fill,
      press,
      save,
      chosen: () => byId("cells").querySelector('[aria-pressed="true"]'),
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
