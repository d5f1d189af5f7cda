"use strict";
// Why a cell has its rank, and what to be careful about, in plain words.
(function () {
  const { whole, count, expected, clock, periodName, nextName, BANDS } = hexbeat;
  const FEW_INCIDENTS = 5;
  const UNSURE = 0.5;

  // No estimate is certain, so no probability is shown as 0 or 100 %.
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
      spot: known.spotOf(row, known.last),
    };
  }

  function reasons(data, known, view, row) {
    const facts = factsOf(data, known, view, row);
    const { force, group, year, before } = facts;
    const next = nextName(data.as_ofs[known.last]);
    const sentences = [
      `It ranks ${whole.format(facts.rank)} of ${whole.format(force.universe_cells)} cells of ${force.name}, in the ${facts.band.short}, because ${expected(facts.score)} incidents of “${group.label}” are expected here ${next}.`,
    ];
    if (year !== null) {
      const months = `${force.months_12m} supplied ${clock.period}${force.months_12m === 1 ? "" : "s"} of the last ${clock.year}`;
      const rate = force.months_12m ? `, ${expected(year / force.months_12m)} a ${clock.period}` : "";
      sentences.push(
        `That is based on ${whole.format(year)} incidents in the ${months}${rate}${clock.recent ? "" : `; ${earlier(force, before)}`}.`,
      );
    }
    if (facts.change.way === "up" || facts.change.way === "down")
      sentences.push(`Since ${known.since(known.last)}, the expected number went ${facts.change.text}.`);
    if (facts.top !== null)
      sentences.push(`Probability that it belongs to the force’s top 1 %: ${probability(facts.top)}.`);
    if (facts.spot !== null)
      sentences.push(`It is part of the hot spot “${spotName(data, known, facts.spot)}”, outlined on the map.`);
    return sentences;
  }

  function earlier(force, before) {
    if (before !== null) return `the 12 months before had ${count(before, force.months_prev_12m, 12)}`;
    return force.renewed ? "the 12 months before are on other map points" : "none of the 12 months before was supplied";
  }

  // The name of a hot spot, or that of its highest cell where it has none of its own.
  function spotName(data, known, spot) {
    const { id, name } = data.hotspots[spot];
    if (name) return name;
    for (let at = known.last; at >= 0; at--) {
      const [row] = known.rowsOf(spot, at);
      if (row !== undefined) return known.title(row);
    }
    return id;
  }

  // What a page says of a force's months, whatever the place.
  function gaps(data, { force, newest }) {
    const sentences = [];
    const lacking = clock.year - force.months_12m;
    if (lacking > 0) {
      const early = clock.recent ? 0 : force.looks.slice(-clock.year).filter((look) => look === "before").length;
      const why = [
        early < lacking
          ? `${lacking - early} were not supplied${force.renewed ? " or are on other map points" : ""}`
          : null,
        early > 0 ? `${early} are before the first ${clock.period} kept` : null,
      ];
      sentences.push(
        `Few ${clock.period}s: the counts are based on ${force.months_12m} of the last ${clock.year}; ${why.filter((one) => one).join(", ")}: gaps, not zeros.`,
      );
    }
    if (force.renewed)
      sentences.push(
        `The map points were renewed in ${periodName(force.renewed)}: counts of a cell begin in that month, and are not compared with earlier ones.`,
      );
    if (newest === null && !clock.recent)
      sentences.push(
        `${periodName(data.as_ofs[data.as_ofs.length - 1])} was not supplied: the score looks more than one month ahead.`,
      );
    if (force.note) sentences.push(force.note);
    return sentences;
  }

  function warnings(data, known, view, row) {
    const facts = factsOf(data, known, view, row);
    const { year } = facts;
    const sentences = gaps(data, facts);
    if (year !== null && year < FEW_INCIDENTS)
      sentences.push(
        `Few incidents: ${whole.format(year)} in ${clock.year} ${clock.period}s. One more or less would change its rank considerably.`,
      );
    if (facts.harm !== null && year > 1)
      sentences.push(
        `One incident makes up ${Math.round(facts.harm * 100)} % of the crime harm of ${clock.year} ${clock.period}s.`,
      );
    if (facts.band === BANDS.top_1pct && facts.top !== null && facts.top < UNSURE)
      sentences.push(`It may not belong to the top 1 %: the probability is ${probability(facts.top)}.`);
    return sentences;
  }

  Object.assign(hexbeat, { reasons, warnings, gaps, spotName });
})();
