// page.js - draws the charts of a report with Chart.js from the data in the page.
//
// The page has <script id="data"> with { charts: [...] } (ganas.charts says what is in it), <script id="names">
// with the names of points (zlib, base64; one a line), and for each chart a <canvas id>, maybe an
// <input data-whole=id> that shows all points and an <output data-picked=id> for a point that was picked.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const drawn = new Map();
  let names = [];

  // ---- names of points ----

  async function readNames() {
    const text = document.getElementById("names").textContent.trim();
    if (!text) return [];
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return (await new Response(stream).text()).split("\n");
  }

  const nameOf = (series, i) => (series.named ? names[series.named - 1 + i] : undefined);

  // "a long text" in lines that a tooltip has room for.
  function wrap(text) {
    const most = Math.max(24, Math.min(64, Math.floor(window.innerWidth / 11)));
    const lines = [];
    for (let at = 0; at < text.length && lines.length < 12; at += most) lines.push(text.slice(at, at + most));
    return lines;
  }

  // ---- theme ----

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  const faint = (c) => c + "33";

  const isPoints = (series) => series.kind === "points" || series.kind === "marks";

  // ---- a chart ----

  const number = (x) => (Number.isInteger(x) ? x.toLocaleString("en-US") : String(Number(x.toPrecision(7))));

  const STYLES = {
    points: (s, c) => ({ showLine: false, pointRadius: s.data.length > 3000 ? 1.5 : 2.5, pointHoverRadius: 5, hitRadius: 4,
      backgroundColor: s.colour ? c : colour("point"), borderWidth: 0 }),
    marks: (s, c) => ({ showLine: false, pointRadius: 5, pointHoverRadius: 7, backgroundColor: c, borderWidth: 0 }),
    line: (s, c) => ({ pointRadius: s.data.length > 80 ? 0 : 2, pointHoverRadius: 5, borderWidth: 2, borderColor: c,
      backgroundColor: c }),
    step: (s, c) => ({ pointRadius: 0, borderWidth: 2.5, borderColor: c, backgroundColor: c, stepped: "before" }),
    thin: (s, c) => ({ pointRadius: 0, borderWidth: 1, borderColor: faint(c), backgroundColor: faint(c), stepped: "before" }),
    dashed: (s, c) => ({ pointRadius: 0, borderWidth: 1.5, borderColor: c, backgroundColor: c, borderDash: [6, 5] }),
  };

  const xy = (list) => list.map((p) => ({ x: p[0], y: p[1] }));

  // A band is two lines, the upper one filled down to the lower.
  function bandSets(series, c) {
    const common = { pointRadius: 0, borderWidth: 0, backgroundColor: faint(c), stepped: "before", pointHitRadius: 0 };
    const low = { ...common, data: series.data.map((p) => ({ x: p[0], y: p[1] })), label: series.label, ours: series };
    const high = { ...common, data: series.data.map((p) => ({ x: p[0], y: p[2] })), label: series.label, ours: series,
      fill: "-1" };
    return [low, high];
  }

  function setsOf(chart) {
    return chart.series.flatMap((series, i) => {
      const c = colour("c" + (((series.colour || i + 1) - 1) % 8 + 1));
      if (series.kind === "band") return bandSets(series, c);
      const axis = series.right ? { yAxisID: "right" } : {};
      const clip = { left: 6, top: 6, right: 6, bottom: chart.low === undefined ? 6 : 0 };
      return [{ label: series.label, data: xy(series.data), ours: series, order: series.kind === "points" ? 2 : 1, clip,
        ...STYLES[series.kind](series, c), ...axis }];
    });
  }

  function tooltipLines(item) {
    const series = item.dataset.ours;
    const lines = [series.label + ": " + number(item.parsed.y)];
    if (series.more) {
      const more = series.more.values[item.dataIndex];
      if (more !== null) lines.push(series.more.label + ": " + number(more));
    }
    const name = nameOf(series, item.dataIndex);
    return name ? lines.concat(wrap(name)) : lines;
  }

  function axis(title, more) {
    return { title: { display: true, text: title, color: colour("soft") }, ticks: { color: colour("soft"), maxRotation: 0 },
      grid: { color: colour("grid"), drawBorder: false }, ...more };
  }

  // What the legend has: a dot for points, a line for lines, nothing for bands.
  function legendItems(instance) {
    const oursOf = (item) => instance.data.datasets[item.datasetIndex].ours;
    return Chart.defaults.plugins.legend.labels.generateLabels(instance).filter((item) => oursOf(item).kind !== "band")
      .map((item) => ({ ...item, pointStyle: isPoints(oursOf(item)) ? "circle" : "line" }));
  }

  function pick(chart, elements, instance) {
    const out = document.querySelector(`[data-picked="${chart.id}"]`);
    const hit = elements.find((e) => instance.data.datasets[e.datasetIndex].ours.named);
    if (!out || !hit) return;
    const set = instance.data.datasets[hit.datasetIndex];
    out.textContent = `${chart.x} ${number(set.data[hit.index].x)}: ${nameOf(set.ours, hit.index)}`;
  }

  function linesConfig(chart, whole) {
    const scales = {
      x: axis(chart.x, { type: "linear", min: whole ? chart.xmin : chart.xlow ?? chart.xmin, max: chart.xmax }),
      y: axis(chart.y, { min: whole ? undefined : chart.low }),
    };
    if (chart.right) scales.right = axis(chart.right, { position: "right", min: 0, grid: { drawOnChartArea: false } });
    return {
      type: "line", data: { datasets: setsOf(chart) },
      options: {
        scales, parsing: false, normalized: true, animation: false, maintainAspectRatio: false,
        interaction: { mode: "nearest", intersect: false, axis: "xy" },
        onClick: (event, elements, instance) => pick(chart, elements, instance),
        plugins: {
          legend: { position: "top", align: "start", labels: { color: colour("text"), boxHeight: 7, usePointStyle: true,
            generateLabels: legendItems } },
          tooltip: { callbacks: { title: (items) => items.length && `${chart.x} ${number(items[0].parsed.x)}`,
            label: tooltipLines } },
        },
      },
    };
  }

  function barsConfig(chart) {
    const parts = chart.stacked;
    const datasets = parts
      ? chart.labels.map((label, i) => ({ label, data: [chart.values[i]], backgroundColor: colour("c" + (i % 8 + 1)) }))
      : [{ label: chart.x, data: chart.values, backgroundColor: colour("c1"), maxBarThickness: 22 }];
    return {
      type: "bar", data: { labels: parts ? [""] : chart.labels, datasets },
      options: {
        indexAxis: "y", animation: false, maintainAspectRatio: false,
        scales: { x: axis(chart.x, { stacked: Boolean(parts), beginAtZero: true, max: chart.xmax }),
          y: { stacked: Boolean(parts), ticks: { color: colour("text"), callback(value) { const t = String(this.getLabelForValue(value));
            const most = window.innerWidth < 640 ? 22 : 48; return t.length > most ? t.slice(0, most - 1) + "…" : t; } },
            grid: { display: false } } },
        plugins: { legend: { display: Boolean(parts), position: "top", align: "start",
          labels: { color: colour("text"), boxWidth: 12, boxHeight: 12 } } },
      },
    };
  }

  function draw(chart) {
    const canvas = document.getElementById(chart.id);
    const box = document.querySelector(`[data-whole="${chart.id}"]`);
    const old = drawn.get(chart.id);
    if (old) old.destroy();
    drawn.set(chart.id, new Chart(canvas, chart.labels ? barsConfig(chart) : linesConfig(chart, box && box.checked)));
  }

  const drawAll = () => data.charts.forEach(draw);

  // ---- life ----

  for (const box of document.querySelectorAll("[data-whole]")) {
    box.addEventListener("change", () => draw(data.charts.find((chart) => chart.id === box.dataset.whole)));
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  window.matchMedia("print").addEventListener("change", drawAll);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawAll();
  readNames().then((list) => { names = list; document.documentElement.dataset.ready = "yes"; },
    () => { document.documentElement.dataset.ready = "unnamed"; });
})();
