"use strict";
// Why a cell ranks where it does, and what to be careful of, in plain words.
(function () {
  const { whole, count, expected, monthName, BANDS } = hexbeat;
  const FEW_INCIDENTS = 5;
  const UNSURE = 0.5;

  // Nothing estimated is quite sure: no probability reads 0 or 100 %.
  function probability(share) {
    if (share < 0.01) return "under 1 %";
    return share > 0.99 ? "over 99 %" : `${Math.round(share * 100)} %`;
  }

  function factsOf(data, known, view, row) {
    const [group, force] = view.blockOf(row);
    return {
      group: data.groups[group],
      force: data.forces[force],
      band: BANDS[data.bands[data.columns.score_band[row]]],
      rank: known.ofRow("score_rank", row),
      score: known.score(row, known.last),
      year: known.ofRow("n_12m", row),
      before: known.ofRow("n_prev_12m", row),
      top: known.hundredth("p_top1", row),
      harm: known.hundredth("harm_top_share", row),
      newest: known.count(row, known.last),
      change: known.change(row, known.last),
      spot: known.ofRow("hotspot", row),
    };
  }

  function reasons(data, known, view, row) {
    const seen = factsOf(data, known, view, row);
    const { force, group, year, before } = seen;
    const next = monthName(data.as_ofs[known.last], { later: 1 });
    const said = [
      `It ranks ${whole.format(seen.rank)} of ${whole.format(force.universe_cells)} cells of ${force.name}, in the ${seen.band.short}, because ${expected(seen.score)} incidents of “${group.label}” are expected here in ${next}.`,
    ];
    if (year !== null) {
      const months = `${force.months_12m} supplied ${force.months_12m === 1 ? "month" : "months"} of the last 12`;
      const rate = force.months_12m ? `, ${expected(year / force.months_12m)} a month` : "";
      said.push(`That rests on ${whole.format(year)} incidents in the ${months}${rate}; ${before === null ? "of the 12 months before none was supplied" : `the 12 months before had ${count(before, force.months_prev_12m, 12)}`}.`);
    }
    if (seen.change.way === "up" || seen.change.way === "down") said.push(`Against the as-of month before, what is expected went ${seen.change.text}.`);
    if (seen.top !== null) said.push(`How sure that it belongs to the force’s top 1 %: ${probability(seen.top)}.`);
    if (seen.spot !== null) said.push(`It is part of the hot spot “${spotName(data, known, view, row)}”, outlined on the map.`);
    return said;
  }

  function spotName(data, known, view, row) {
    const spot = known.ofRow("hotspot", row);
    return data.hotspots[spot].name ?? data.hotspots[spot].hotspot_id;
  }

  function warnings(data, known, view, row) {
    const seen = factsOf(data, known, view, row);
    const { force, year } = seen;
    const said = [];
    if (force.months_12m < 12) said.push(`Few months: the counts rest on ${force.months_12m} of the last 12; ${12 - force.months_12m} were not supplied, and are gaps, not noughts.`);
    if (seen.newest === null) said.push(`${monthName(data.as_ofs[known.last])} was not supplied: the score looks further ahead than a month.`);
    if (year !== null && year < FEW_INCIDENTS) said.push(`Few incidents: ${whole.format(year)} in 12 months. One more or less would move its rank a good deal.`);
    if (seen.harm !== null && year > 1) said.push(`One incident makes up ${Math.round(seen.harm * 100)} % of the crime harm of 12 months.`);
    if (seen.band === BANDS.top_1pct && seen.top !== null && seen.top < UNSURE) said.push(`It may well not belong to the top 1 %: the probability is ${probability(seen.top)}.`);
    if (force.note) said.push(force.note);
    return said;
  }

  Object.assign(hexbeat, { reasons, warnings, spotName });
})();
