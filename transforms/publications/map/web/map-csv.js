"use strict";
// What is listed, as CSV: cells or hot spots, as they are shown.
(function () {
  const { clock } = hexbeat;
  // Spreadsheets read a text that begins like this as a formula; as in formulas.py.
  const FORMULA = /^[-=+@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
  const CELLS = [
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
  const SPOTS = [
    "force",
    "crime_group",
    "as_of",
    "hotspot_id",
    "hotspot_rank",
    "name",
    "expected",
    "expected_lo",
    "expected_hi",
    "n_1m",
    "n_12m",
    "expected_12m",
    "harm_12m",
    "harm_score",
    "cells",
    "h3_cells",
  ];
  const COMPARED = ["n_earlier", "months_earlier", "n_later", "months_later", "rate_ratio", "ratio_lo", "ratio_hi"];

  function csvOf(data, known, view, state) {
    const now = (value) => (state.at === known.last ? value : null);

    // Nothing is not zero: null where none of its periods was supplied.
    function recent(rows) {
      const { n, months } = known.recent(rows, state.at);
      return months ? n : null;
    }

    function cell(row) {
      const [group, force] = view.blockOf(row);
      const facts = data.forces[force];
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
        recent([row]),
        now(known.ofRow("score_rank", row)),
        now(known.ofRow("score_lo", row)),
        now(known.ofRow("score_hi", row)),
        now(known.ofRow("n_12m", row)),
        now(known.ofRow("n_prev_12m", row)),
        now(facts.months_12m),
        now(known.year(row)),
        now(known.hundredth("p_top1", row)),
      ];
    }

    function spot({ spot: code, rows }) {
      const [group, force] = view.blockOf(rows[0]);
      const facts = data.hotspots[code];
      const month = known.monthOf(state.at);
      const sum = (from) => (({ n, months }) => (months ? n : null))(known.sum(rows, from, month));
      const days = () => now(rows.reduce((all, row) => all + (known.ofRow("n_12m", row) ?? 0), 0));
      return [
        data.forces[force].force,
        data.groups[group].slug,
        data.as_ofs[state.at],
        facts.id,
        known.spotRank(code, state.at),
        hexbeat.spotName(data, known, code),
        known.spotExpected(code, state.at),
        now(facts.low),
        now(facts.high),
        recent(rows),
        clock.recent ? days() : sum(month - 11),
        now(facts.expected_12m),
        now(facts.harm_12m),
        now(facts.harm_score),
        rows.length,
        rows.map(known.idOf).join(" "),
      ];
    }

    function compared(rows) {
      const both = state.comparer.of(rows);
      if (both === null) return COMPARED.map(() => null);
      const { later, earlier: then } = both;
      const { ratio, low, high } = hexbeat.rateRatio(later.n, later.months, then.n, then.months);
      const finite = (value) => (Number.isFinite(value) ? Number(value.toFixed(3)) : null);
      return [then.n, then.months, later.n, later.months, finite(ratio), finite(low), finite(high)];
    }

    function field(value) {
      if (value === null || value === undefined) return "";
      if (typeof value === "number") return String(value);
      if (FORMULA.test(value)) return "";
      return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    }

    // Cells as row numbers, hot spots as the list has them.
    return function csv(listed) {
      const isSpots = state.list === "hotspots";
      const names = isSpots ? SPOTS : CELLS;
      const columns = names.map((name) => clock.columns[name] ?? name);
      const areas = isSpots ? [] : data.areas;
      const isCompared = state.compare !== "none";
      const lines = listed.map((one) => [
        ...(isSpots ? spot(one) : cell(one)).filter((_, i) => clock.columns[names[i]] !== null),
        ...areas.map((name) => known.word(`area.${name}`, one)),
        ...(isCompared ? compared(isSpots ? one.rows : [one]) : []),
      ]);
      const head = [
        ...columns.filter((_, i) => clock.columns[names[i]] !== null),
        ...areas,
        ...(isCompared ? COMPARED : []),
      ];
      return [head, ...lines].map((fields) => fields.map(field).join(",")).join("\n") + "\n";
    };
  }

  Object.assign(hexbeat, { csvOf });
})();
