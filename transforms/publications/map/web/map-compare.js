"use strict";
// Two periods compared: the as-of month and the same one a year before, or the months
// after the as-of and as many before. Months that do not count are no exposure.
(function () {
  const { whole, expected, clock, periodName } = hexbeat;
  const WAYS = { none: "Nothing", year: "Same month last year", since: "Before and after" };
  const WEEKS = 28;
  const WAYS_OF_DAYS = { none: "Nothing", weeks: `Last ${WEEKS} days and the ${WEEKS} before` };
  const waysOf = ({ unit }) => (unit === "days" ? WAYS_OF_DAYS : WAYS);
  const CHANGES = {
    up: { label: "Up by more than chance", style: { fillColor: "#c0392b", color: "#000000", weight: 2 } },
    down: {
      label: "Down by more than chance",
      style: { fillColor: "#1a7f6b", color: "#000000", weight: 2, dashArray: "5 3" },
    },
    same: { label: "May be chance alone", style: { fillColor: "#d9dde3", color: "#5b6470", weight: 0.75 } },
    unknown: {
      label: "Cannot be compared",
      style: { fillColor: "#ffffff", color: "#8b95a3", weight: 0.75, dashArray: "1 3" },
    },
  };

  function comparerOf(data, known, state) {
    const newest = data.months.length - 1;

    // The months of both periods, by place: [from, to].
    function periods() {
      const at = known.monthOf(state.at);
      if (state.compare === "weeks") return { after: [at + 1 - WEEKS, at], before: [at + 1 - 2 * WEEKS, at - WEEKS] };
      if (state.compare === "year") return { after: [at, at], before: [at - 12, at - 12] };
      const many = Math.min(12, newest - at);
      return { after: [at + 1, at + many], before: [at - many + 1, at] };
    }

    const span = ([from, to]) =>
      from === to
        ? periodName(data.months[from])
        : `${periodName(data.months[from])} to ${periodName(data.months[to])}`;

    function inWords() {
      const { after, before } = periods();
      if (after[0] > after[1]) return null;
      return `${span(after)}, compared with ${before[0] < 0 ? "the year before" : span(before)}`;
    }

    // Null where either period has no month that counts, or not of all the cells.
    function of(rows) {
      const { after, before } = periods();
      if (after[0] > after[1] || before[0] < 0) return null;
      const [now, then] = [known.sum(rows, ...after), known.sum(rows, ...before)];
      if (now.months === 0 || then.months === 0 || !now.whole || !then.whole) return null;
      return { later: now, earlier: then };
    }

    function change(rows) {
      const both = of(rows);
      if (both === null) return "unknown";
      const way = hexbeat.beyondChance(both.later.n, both.later.months, both.earlier.n, both.earlier.months);
      return way > 0 ? "up" : way < 0 ? "down" : "same";
    }

    const percent = (ratio) => {
      if (ratio === Infinity) return "any rise";
      const by = Math.round((ratio - 1) * 100);
      return by < 0 ? `−${whole.format(-by)} %` : `+${whole.format(by)} %`;
    };

    // The figures of an entry: what came, the change, and the interval of the change.
    function figures(rows) {
      const both = of(rows);
      if (both === null)
        return [
          "–",
          "not comparable",
          "cannot be compared: a period was not supplied or is not in this page",
          "unknown",
        ];
      const { later: now, earlier: then } = both;
      const { ratio, low, high } = hexbeat.rateRatio(now.n, now.months, then.n, then.months);
      const way = change(rows);
      const by = ratio === null ? "none in either" : percent(ratio);
      const range = `${percent(low)} to ${percent(high)}`;
      return [
        `${whole.format(then.n)} → ${whole.format(now.n)}`,
        `${by} (${range})`,
        `${by}, 95 % interval ${range}: ${CHANGES[way].label.toLowerCase()}`,
        way,
      ];
    }

    const exposure = (rows) => {
      const both = of(rows);
      if (both === null || both.later.months === both.earlier.months) return null;
      return `${both.earlier.months} and ${both.later.months} ${clock.period}s supplied`;
    };

    // Places that are chosen because they were high fall back by themselves.
    function regression(rows, what) {
      const at = known.monthOf(state.at);
      if (state.compare === "weeks") return chosenByThem(rows, what, at);
      const year = known.sum(rows, at - 11, at);
      if (rows.length === 0 || year.months === 0) return null;
      const rate = year.n / year.months;
      const score = rows.reduce((sum, row) => sum + (known.score(row, state.at) ?? 0), 0);
      const start = `${what} chosen because they were high: ${expected(rate)} a month recorded in the 12 months to ${periodName(data.months[at])}`;
      if (score >= rate * 0.995)
        return `${start}; ${expected(score)} expected in the month after, so hardly a fall by itself.`;
      return `${start}, and only ${expected(score)} expected in the month after. With nothing done, they would have fallen by about ${Math.round((1 - score / rate) * 100)} % (regression to the mean).`;
    }

    // Those days are among what a place was chosen by, so the choice itself makes rises.
    function chosenByThem(rows, what, at) {
      const days = known.sum(rows, at + 1 - WEEKS, at);
      if (rows.length === 0 || days.months === 0) return null;
      const score = rows.reduce((sum, row) => sum + (known.score(row, state.at) ?? 0), 0);
      return `${what} chosen with these ${WEEKS} days in view, so more rises than falls are to be expected: ${expected(days.n / days.months)} a day recorded in them, and ${expected(score / clock.term)} a day expected next.`;
    }

    return { inWords, of, change, figures, exposure, regression };
  }

  Object.assign(hexbeat, { comparerOf, waysOf, CHANGES });
})();
