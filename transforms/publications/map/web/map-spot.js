"use strict";
// The profile of a hot spot: its cells taken together, and how its rank developed.
(function () {
  const { byId, element, entry, whole, count, expected, clock, periodName } = hexbeat;

  function spotProfileOf(data, known, view, hours, state, act, common) {
    function open(spot) {
      const rows = known.rowsOf(spot, state.at);
      byId("panel-title").textContent = hexbeat.spotName(data, known, spot);
      byId("panel-body").replaceChildren(common.buttons(), ...(rows.length ? parts(spot, rows) : gone(spot)));
    }

    function gone(spot) {
      const rows = known.rowsSeen(spot, state.at);
      const before = rows.length ? [common.left(spot)] : [];
      return [
        element("p", `It was no hot spot with data up to ${periodName(data.as_ofs[state.at])}.`),
        ...before,
        ...history(spot),
        ...about(spot, rows),
      ];
    }

    function parts(spot, rows) {
      const [group, force] = view.blockOf(rows[0]);
      const { low = null, high = null } = data.hotspots[spot];
      const isNewest = state.at === known.last;
      const rank = known.spotRank(spot, state.at);
      const facts = data.forces[force];
      const { label } = data.groups[group];
      const content = [
        element("p", `Hot spot no. ${rank}, ${facts.name}, ${label}`, { class: "soft" }),
        ...common.forecast(known.spotExpected(spot, state.at), [low, high], rows),
        element(
          "p",
          `${rows.length} ${rows.length === 1 ? "cell" : "neighbouring cells"} of the top 1 %, outlined on the map.`,
        ),
      ];
      if (isNewest)
        content.push(
          ...hexbeat.careful(hexbeat.gaps(data, { force: facts, newest: known.count(rows[0], known.last) })),
        );
      content.push(...common.compared(rows));
      if (known.last > 0) content.push(...hexbeat.section(hexbeat.byPeriod(), ...common.months(rows, force, label)));
      content.push(...hexbeat.section("Observed and expected", ...observed(spot, rows, facts)));
      const week = isNewest ? hours.ofSpot(spot, hexbeat.spotName(data, known, spot)) : [];
      if (week.length) content.push(...hexbeat.section("When it happens", ...week));
      if (isNewest) content.push(...mix(spot), ...harm(spot));
      if (known.last > 0) content.push(...history(spot));
      content.push(...members(rows), ...about(spot, rows));
      return content;
    }

    function observed(spot, rows, force) {
      const month = known.monthOf(state.at);
      const isNewest = state.at === known.last;
      const span = isNewest ? clock.year : clock.before;
      const { low, high, expected_12m: year } = data.hotspots[spot];
      const score = known.spotExpected(spot, state.at);
      const last = known.recent(rows, state.at);
      const n =
        clock.recent && isNewest
          ? { n: rows.reduce((sum, row) => sum + (known.ofRow("n_12m", row) ?? 0), 0), months: force.months_12m }
          : known.sum(rows, month + 1 - clock.before, month);
      const made = [];
      if (isNewest && low !== null && high !== null)
        made.push(
          hexbeat.interval(
            { low, high, score, observed: clock.recent ? undefined : last.months ? last.n : null },
            hexbeat.capital(clock.next),
          ),
        );
      const pairs = [
        [
          `Recorded, ${clock.recent ? `last ${clock.recent} ${clock.period}s` : periodName(data.as_ofs[state.at])}`,
          last.months ? count(last.n, last.months, clock.recent) : "not supplied",
        ],
        [`Recorded, ${span} ${clock.period}s to then`, n.months ? count(n.n, n.months, span) : "not supplied"],
      ];
      if (isNewest && typeof year === "number")
        pairs.push([`Expected in ${force.months_12m} such ${clock.period}s`, expected(year)]);
      made.push(hexbeat.pairsOf(pairs));
      if (isNewest) made.push(element("p", hexbeat.fallInWords, { class: "soft" }));
      return made;
    }

    function mix(spot) {
      const counts = data.groups.map(({ label }, code) => [label, known.spotMix(spot, code) ?? 0]);
      if (!counts.some(([, number]) => number > 0)) return [];
      const note = `All incidents in its cells, last ${clock.mixed}, whatever the crime group chosen.`;
      return hexbeat.section("Crime mix", ...hexbeat.bars(counts, note));
    }

    function harm(spot) {
      const { harm_12m: year = null, harm_score: next = null } = data.hotspots[spot];
      if (year === null && next === null) return [];
      const pairs = [];
      if (year !== null) pairs.push([`Of the last ${clock.year} ${clock.period}s`, expected(year)]);
      if (next !== null) pairs.push([`Expected in ${clock.next}`, expected(next)]);
      const note = "Incidents weighted by severity, in the unit of the harm weights (METHOD.md).";
      return hexbeat.section("Crime harm", hexbeat.pairsOf(pairs), element("p", note, { class: "soft" }));
    }

    function history(spot) {
      const all = data.as_ofs
        .map((month, at) => ({ month, rank: known.spotRank(spot, at), at }))
        .filter(({ at }) => clock.period === "month" || known.isScored(at));
      const there = all.filter(({ rank }) => rank !== null);
      const best = Math.min(...there.map(({ rank }) => rank));
      const words = `A hot spot at ${there.length} of the last ${all.length} ${clock.period === "day" ? "days with a score" : "months"} under this id, since ${periodName(there[0].month)}; its best rank was ${best}. It keeps its id while most of its cells stay.`;
      return hexbeat.section(
        "Rank",
        hexbeat.ranks(all, `Rank by ${clock.period}`),
        element("p", words, { class: "soft" }),
      );
    }

    function members(rows) {
      const list = element("ol", null, { class: "entries" });
      rows.forEach((row, i) => {
        const figure = [expected(known.score(row, state.at))];
        list.append(
          entry(`${i + 1}.`, known.title(row), [known.idOf(row)], figure, () =>
            act.choose({ kind: "cell", cell: data.columns.cell[row] }),
          ),
        );
      });
      return hexbeat.section("Its cells, by incidents expected", list);
    }

    function about(spot, rows) {
      const pairs = [["Id", data.hotspots[spot].id]];
      const links = [];
      if (rows.length) {
        const place = h3.cellToLatLng(known.idOf(rows[0]));
        pairs.push(["Grid reference of its highest cell", hexbeat.gridReference(place)]);
        links.push(hexbeat.elsewhere(place));
        const force = data.forces[view.blockOf(rows[0])[1]];
        for (const name of data.filters) {
          const areas = new Set(rows.map((row) => known.word(`area.${name}`, row)).filter((word) => word));
          pairs.push([hexbeat.heading(name), [...areas].join(", ") || "none"]);
        }
        pairs.push([
          "Supplied",
          `${whole.format(force.months_12m)} of the last ${clock.year} ${clock.period}s, newest ${force.newest_month ? periodName(force.newest_month) : "none"}`,
        ]);
      }
      return hexbeat.section("About the hot spot", hexbeat.pairsOf(pairs), ...links);
    }

    return { open };
  }

  Object.assign(hexbeat, { spotProfileOf });
})();
