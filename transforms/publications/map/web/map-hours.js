"use strict";
// When in the week incidents happen, where the data has hours: a grid, and in words.
(function () {
  const { byId, element, drawing, whole, clock } = hexbeat;
  const WEEK = 168;
  const HUNDREDTHS = 100;
  const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
  const [LEFT, TOP, SIDE] = [34, 16, 13.5];
  const tenths = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const time = (hour) => `${String(hour % 24).padStart(2, "0")}:00`;
  const sum = (values) => values.reduce((all, one) => all + one, 0);

  function hoursOf(data) {
    const { hours, columns } = data;
    // As [weekday][hour]; null where no hour is known.
    function weekOf(column, code) {
      const from = code * WEEK;
      if (columns[column] === undefined || !(columns[column][from] >= 0)) return null;
      const at = (day, hour) => columns[column][from + day * 24 + hour] / HUNDREDTHS;
      const hoursOfDay = [...Array(24).keys()];
      return DAYS.map((_, day) => hoursOfDay.map((hour) => at(day, hour)));
    }

    const isDay = (hour) => hour >= hours.day[0] && hour < hours.day[1];
    const partOf = (week, test) => sum(week.map((day) => sum(day.filter((_, hour) => test(hour)))));

    function inWords(week, busiest) {
      const [day, night] = [partOf(week, isDay), partOf(week, (hour) => !isDay(hour))];
      const [from, to] = hours.day.map(time);
      const lines = [
        `${tenths.format(day)} by day (${from} to ${to}) and ${tenths.format(night)} by night (${to} to ${from}), last ${clock.year} ${clock.period}s.`,
      ];
      if (busiest === null)
        lines.unshift("Fewer than ten incidents with a known hour: too few to say when most happen.");
      else
        lines.unshift(
          `Most in ${hours.busy_hours} hours on end: ${time(busiest.from_hour)} to ${time(busiest.from_hour + hours.busy_hours)}, ${tenths.format(busiest.incidents)} of ${tenths.format(busiest.known)}. Busiest weekday: ${busiest.weekday}.`,
        );
      return lines;
    }

    // A square for each hour, as large as its share of the busiest one: no colour needed.
    function grid(week, name) {
      const most = Math.max(...week.flat());
      const [wide, high] = [LEFT + 24 * SIDE, TOP + 7 * SIDE];
      const label = `${name}, by weekday and hour. ${DAYS.map((day, i) => `${day} ${tenths.format(sum(week[i]))}`).join(", ")}. The numbers of each hour follow as a table.`;
      const svg = drawing("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", class: "chart", "aria-label": label });
      for (let hour = 0; hour < 24; hour++) {
        const x = LEFT + hour * SIDE;
        if (!isDay(hour)) svg.append(drawing("rect", { x, y: TOP, width: SIDE, height: 7 * SIDE, class: "night" }));
        if (hour % 3 === 0) svg.append(drawing("text", { x, y: TOP - 4 }, String(hour).padStart(2, "0")));
      }
      week.forEach((day, i) => {
        svg.append(drawing("text", { x: 0, y: TOP + (i + 0.5) * SIDE + 4 }, DAYS[i].slice(0, 3)));
        day.forEach((value, hour) => {
          const side = (SIDE - 1.5) * Math.sqrt(most > 0 ? value / most : 0);
          const [x, y] = [LEFT + (hour + 0.5) * SIDE - side / 2, TOP + (i + 0.5) * SIDE - side / 2];
          if (side > 0.4) svg.append(drawing("rect", { x, y, width: side, height: side, class: "hour" }));
        });
      });
      return svg;
    }

    function numbers(week) {
      const details = element("details");
      const table = element("table", null, { class: "hours" });
      const row = (name, values) => {
        const line = element("tr");
        line.append(element("th", name, { scope: "row" }), ...values.map((v) => element("td", tenths.format(v))));
        table.append(line);
      };
      const head = element("tr");
      for (const name of ["Hour", ...DAYS.map((day) => day.slice(0, 3)), "All"])
        head.append(element("th", name, { scope: "col" }));
      table.append(head);
      for (let hour = 0; hour < 24; hour++) {
        const values = week.map((day) => day[hour]);
        row(time(hour), [...values, sum(values)]);
      }
      const days = week.map(sum);
      row("All", [...days, sum(days)]);
      const holder = element("div", null, {
        class: "wide",
        tabindex: "0",
        role: "region",
        "aria-label": "Numbers of the grid",
      });
      holder.append(table);
      details.append(element("summary", "The numbers of this grid"), holder);
      return details;
    }

    const basis = () =>
      `Incidents of ${clock.year} ${clock.period}s; one that may have been in several hours counts in each by its share. The grey hours are night. ${whole.format(hours.known)} of the force’s ${whole.format(hours.among)} records have an hour; the others are not here.`;

    function parts(week, busiest, name) {
      if (hours.known === 0)
        return [
          element(
            "p",
            `Not known: none of the force’s ${whole.format(hours.among)} records of ${clock.year} ${clock.period}s has an hour.`,
          ),
        ];
      if (week === null) return [element("p", "Not known: none of these incidents has an hour.")];
      return [
        ...inWords(week, busiest).map((line) => element("p", line)),
        grid(week, name),
        numbers(week),
        element("p", basis(), { class: "soft" }),
      ];
    }

    // Of a crime group in the whole force, below the list.
    function showGroup(code) {
      const section = byId("hours");
      section.hidden = !hours;
      if (!hours) return;
      const { label } = data.groups[code];
      byId("hours-title").textContent = `When it happens: “${label}” in the whole force`;
      byId("hours-body").replaceChildren(...parts(weekOf("group_hours", code), hours.groups[code], label));
    }

    return {
      showGroup,
      has: Boolean(hours?.known),
      ofSpot: (spot, name) => (hours ? parts(weekOf("spot_hours", spot), hours.spots[spot] ?? null, name) : []),
      // The incidents of a hot spot by day or by night, and all with a known hour.
      part: (spot, when) => {
        const { day = null, night = null } = data.hotspots[spot];
        return { of: (when === "day" ? day : night) ?? 0, all: (day ?? 0) + (night ?? 0) };
      },
      span: (when) => {
        const [from, to] = hours.day.map(time);
        return when === "day" ? `${from} to ${to}` : `${to} to ${from}`;
      },
      tenths: (value) => tenths.format(value),
    };
  }

  Object.assign(hexbeat, { hoursOf });
})();
