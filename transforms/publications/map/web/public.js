"use strict";
// The public page: its choices and their effects, and the address that stores them.
(function () {
  const { byId, element, button, whole, BANDS, about, quarterName } = hexbeat;
  const AT_ONCE = 25;
  const NARROW = window.matchMedia("(max-width: 55.99rem)");
  const tenths = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

  function start(data) {
    const areas = hexbeat.areasOf(data);
    const state = { force: 0, group: 0, chosen: null, search: "", listed: AT_ONCE };
    const map = hexbeat.publicMapOf(data);
    let shown = [];

    function update({ fit = false } = {}) {
      shown = areas.shown(state);
      byId("force").value = String(state.force);
      byId("group").value = String(state.group);
      if (!shown.some(({ cell }) => cell === state.chosen)) state.chosen = null;
      map.draw(shown);
      if (fit) map.fit();
      map.names();
      fillList();
      fillQuarters();
      showChosen();
      remember();
      byId("status").textContent = statusOf();
    }

    function statusOf() {
      const newest = areas.newest(state);
      const { name } = data.forces[state.force] ?? {};
      if (newest === null) return `No quarter of ${name ?? "any force"} is published yet.`;
      const many = `${whole.format(shown.length)} areas of ${name} have a count, ${quarterName(newest)}.`;
      return `${many} Others have none, or are outside the areas listed.`;
    }

    function fillList() {
      const wanted = state.search.trim().toLowerCase();
      const found = shown.filter(({ name }) => name.toLowerCase().includes(wanted));
      byId("found").textContent = `${whole.format(found.length)} areas, the highest bands first`;
      byId("top").replaceChildren(...found.slice(0, state.listed).map(entryOf));
      byId("more").hidden = found.length <= state.listed;
    }

    function entryOf(area) {
      const choice = button(undefined, () => open(area.cell, { go: true }), {
        "data-cell": area.cell,
        "aria-pressed": String(area.cell === state.chosen),
      });
      const picture = element("span");
      picture.append(hexbeat.keyOf(BANDS[area.band].style, map.opaque));
      const middle = element("span", area.name);
      middle.append(element("small", BANDS[area.band].label));
      choice.append(picture, middle, element("span", whole.format(area.count)));
      const item = element("li");
      item.append(choice);
      return item;
    }

    const half = Math.floor(data.rounding / 2);
    const countOf = ({ count }) => about(count, count > 0 ? half : 0);

    function fillQuarters() {
      const quarters = areas.totalsOf(state);
      const name = `${data.forces[state.force]?.name}, ${data.groups[state.group].label}`;
      byId("quarters-title").textContent = `Quarter by quarter: ${name}`;
      const withheld = ({ areas: of, withheld: n }) => `${whole.format(n)} of ${whole.format(of)}`;
      byId("quarters").replaceChildren(
        ...(quarters.length
          ? [
              hexbeat.quartersChart(quarters, `Incidents published, ${name}`),
              wide(hexbeat.quartersTable(quarters, [["Areas without a count", withheld]])),
            ]
          : [element("p", "No quarter is published yet.")]),
      );
    }

    function wide(table) {
      const holder = element("div", null, {
        class: "wide",
        role: "region",
        "aria-label": "Table of all quarters",
        tabindex: "0",
      });
      holder.append(table);
      return holder;
    }

    function showChosen() {
      const area = shown.find(({ cell }) => cell === state.chosen) ?? null;
      byId("panel").classList.toggle("open", area !== null);
      map.mark(state.chosen);
      for (const one of byId("top").querySelectorAll("button"))
        one.setAttribute("aria-pressed", String(one.dataset.cell === state.chosen));
      if (area !== null) fillPanel(area);
    }

    function fillPanel(area) {
      const size = `${tenths.format(h3.cellArea(area.cell, "km2"))} km²`;
      byId("panel-title").textContent = area.name;
      byId("panel-body").replaceChildren(
        element("p", `${BANDS[area.band].label} of the areas with a count, by what is expected there.`),
        element("p", countOf(area), { class: "big" }),
        element("p", `incidents recorded, ${quarterName(areas.newest(state))}, in ${size}.`),
        ...trendOf(area),
        element("p", `Cell ${area.cell}`, { class: "soft" }),
        buttons(),
      );
    }

    function trendOf(area) {
      const heading = element("h3", "Quarter by quarter");
      const trend = areas.trendOf(area.cell, state);
      if (trend === null)
        return [heading, element("p", "In some quarter this area had no count, so there is no trend.")];
      const whose =
        trend.area === area.cell ? [] : [element("p", "Of the larger area that it is part of:", { class: "soft" })];
      const numbers = element("details");
      numbers.append(element("summary", "The numbers of this chart"), hexbeat.quartersTable(trend.quarters));
      return [heading, ...whose, hexbeat.quartersChart(trend.quarters, `Incidents, ${area.name}`), numbers];
    }

    function buttons() {
      const holder = element("p", null, { class: "buttons" });
      holder.append(button("Back to the list", close));
      return holder;
    }

    function open(cell, { go = false, focus = true } = {}) {
      state.chosen = cell;
      showChosen();
      if (go) map.goTo(cell, NARROW.matches);
      if (NARROW.matches) byId("place").scrollIntoView({ block: "start" });
      byId("side").scrollTop = 0;
      byId("panel").scrollTop = 0;
      if (focus) byId("panel-title").focus({ preventScroll: true });
      remember();
    }

    function close() {
      const entry = byId("top").querySelector('[aria-pressed="true"]');
      state.chosen = null;
      showChosen();
      remember();
      (entry ?? byId("map")).focus({ preventScroll: !entry });
    }

    function remember() {
      const parts = new URLSearchParams();
      if (data.forces.length > 1) parts.set("force", data.forces[state.force].force);
      parts.set("group", data.groups[state.group].slug);
      if (state.chosen !== null) parts.set("area", state.chosen);
      history.replaceState(null, "", `#${parts}`);
    }

    // The address is not trusted: a value that is not valid changes nothing.
    function recall() {
      const parts = new URLSearchParams(location.hash.slice(1));
      if (!["force", "group", "area"].some((name) => parts.has(name))) return false;
      const at = (values, wanted, otherwise) => (values.includes(wanted) ? values.indexOf(wanted) : otherwise);
      const forces = data.forces.map(({ force }) => force);
      state.force = at(forces, parts.get("force"), state.force);
      const groups = data.groups.map(({ slug }) => slug);
      state.group = at(groups, parts.get("group"), state.group);
      if (areas.shown(state).some(({ cell }) => cell === parts.get("area"))) state.chosen = parts.get("area");
      return true;
    }

    function hover(event) {
      const area = map.at(event.latlng);
      map.leaflet.getContainer().classList.toggle("over", area !== null);
      const box = byId("hover");
      box.hidden = area === null;
      if (area === null) return;
      box.replaceChildren(element("b", area.name), `${BANDS[area.band].label}, ${countOf(area)}`);
      hexbeat.placeBeside(box, event.containerPoint, map.leaflet.getSize());
    }

    function hideHover() {
      byId("hover").hidden = true;
      map.leaflet.getContainer().classList.remove("over");
    }

    const inMiddle = () => map.at(map.leaflet.getCenter());

    // By keyboard: a cross in the middle of the map, and what lies under it.
    function lookAtMiddle() {
      const holder = map.leaflet.getContainer();
      const isHeld = document.activeElement === holder && holder.matches(":focus-visible");
      byId("frame").classList.toggle("cross", isHeld);
      if (!isHeld) return;
      const area = inMiddle();
      byId("status").textContent =
        area === null
          ? "In the middle: no area with a count."
          : `In the middle: ${area.name}, ${BANDS[area.band].label}, ${countOf(area)}. Enter opens it.`;
    }

    function pressOnMap(event) {
      if (event.target !== map.leaflet.getContainer() || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      const area = inMiddle();
      if (area !== null) open(area.cell);
    }

    function listen() {
      const choose = (id) =>
        byId(id).addEventListener("change", (event) => {
          state[id] = Number(event.target.value);
          state.listed = AT_ONCE;
          update({ fit: id === "force" });
        });
      choose("force");
      choose("group");
      byId("search").addEventListener("input", (event) => {
        state.search = event.target.value;
        state.listed = AT_ONCE;
        fillList();
      });
      byId("find").addEventListener("submit", (event) => {
        event.preventDefault();
        byId("top").querySelector("button")?.focus();
      });
      byId("more").addEventListener("click", () => {
        const next = state.listed;
        state.listed += AT_ONCE;
        fillList();
        byId("top").querySelectorAll("button")[next]?.focus();
      });
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && state.chosen !== null && event.target !== byId("search")) close();
      });
      window.addEventListener("hashchange", () => {
        if (recall()) update({ fit: state.chosen === null });
      });
      listenToMap();
    }

    function listenToMap() {
      const { leaflet } = map;
      leaflet.on("moveend resize", map.names);
      leaflet.on("moveend", lookAtMiddle);
      leaflet.on("click", (event) => {
        const area = map.at(event.latlng);
        if (area === null) {
          state.chosen = null;
          showChosen();
          remember();
        } else open(area.cell, { focus: false });
      });
      leaflet.on("mousemove", hover);
      leaflet.on("mouseout movestart", hideHover);
      const holder = leaflet.getContainer();
      holder.addEventListener("keydown", pressOnMap);
      for (const what of ["focus", "blur"]) holder.addEventListener(what, lookAtMiddle);
    }

    function offer() {
      data.forces.forEach(({ name }, i) => byId("force").append(element("option", name, { value: i })));
      data.groups.forEach(({ label }, i) => byId("group").append(element("option", label, { value: i })));
      byId("force").parentElement.hidden = data.forces.length < 2;
      const keys = Object.values(BANDS).map(({ label, style }) => {
        const item = element("li");
        item.append(hexbeat.keyOf(style, map.opaque), element("span", label));
        return item;
      });
      byId("bands").replaceChildren(...keys, element("li", "No colour: no count, or not listed"));
      byId("legend").open = !NARROW.matches;
    }

    offer();
    recall();
    update({ fit: true });
    listen();
    if (state.chosen !== null) map.goTo(state.chosen, NARROW.matches);
  }

  async function begin() {
    const state = document.documentElement.dataset;
    try {
      const [data] = hexbeat.headOf(await hexbeat.inflate(byId("payload")));
      start(data);
      state.map = "ready";
    } catch (error) {
      state.map = "failed";
      byId("status").className = "alert";
      byId("status").textContent = `The map could not be drawn: ${error.message}`;
      throw error;
    }
  }

  begin();
})();
