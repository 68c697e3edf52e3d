// Draws the dashboard's plots with Chart.js, in the colours of the theme. The tables beside them say
// the same; they are open without this script.

const data = JSON.parse(document.getElementById("plots-data").textContent);
const charts = [];

/** A colour of the theme, as the style sheet has it now. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// For series that have no meaning of their own; told apart without red and green too.
const ROW = ["plot-1", "plot-2", "plot-3", "plot-4", "plot-5", "plot-6"];

function tone(name) {
  const [kind, number] = name.split("-");
  // Of the scale from true to false, or off it.
  if (kind === "true") return colour(name);
  if (kind === "person") return colour(ROW[Number(number) % ROW.length]);
  return colour({ accent: "plot-1", good: "plot-1", bad: "plot-4", dispute: "plot-5", soft: "plot-rest" }[name] || "plot-1");
}

/** Long labels over several lines, so that narrow screens keep room for the bars. */
function lines(label) {
  const found = [""];
  for (const word of label.split(" ")) {
    const last = found.length - 1;
    if (found[last] && found[last].length + word.length > 17) found.push(word);
    else found[last] = `${found[last]} ${word}`.trim();
  }
  return found;
}

const short = (label) => (label.length > 26 ? `${label.slice(0, 25)}…` : label);

function options(plot) {
  const ink = colour("ink-soft");
  const line = colour("line");
  const counts = { beginAtZero: true, stacked: true, ticks: { precision: 0, color: ink, maxTicksLimit: 6 }, grid: { color: line }, border: { color: line } };
  const names = { stacked: true, ticks: { color: ink, autoSkip: !plot.horizontal, maxRotation: 0 }, grid: { display: false }, border: { color: line }, title: { display: Boolean(plot.x), text: plot.x, color: ink } };
  return {
    indexAxis: plot.horizontal ? "y" : "x",
    animation: false,
    maintainAspectRatio: false,
    responsive: true,
    locale: document.documentElement.lang,
    scales: plot.horizontal ? { x: counts, y: names } : { x: names, y: counts },
    plugins: { legend: { display: plot.series.length > 1, position: "bottom", labels: { color: colour("ink"), boxWidth: 12, boxHeight: 12 } } },
    interaction: { mode: "index", axis: plot.horizontal ? "y" : "x", intersect: false },
  };
}

function draw(plot) {
  const figure = document.getElementById(`plot-${plot.key}`);
  const canvas = figure.querySelector("canvas");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(canvas, {
    type: "bar",
    data: {
      labels: plot.horizontal ? plot.labels.map(lines) : plot.labels,
      datasets: plot.series.map((series) => ({
        label: short(series.label),
        data: series.values,
        backgroundColor: tone(series.tone),
        borderColor: colour("surface"),
        borderWidth: plot.series.length > 1 ? 1 : 0,
        maxBarThickness: 28,
        categoryPercentage: plot.key === "scores" ? 1 : 0.8,
        barPercentage: plot.key === "scores" ? 0.96 : 0.9,
      })),
    },
    options: options(plot),
  });
  charts.push([plot, chart]);
}

function repaint() {
  for (const [plot, chart] of charts) {
    chart.options = options(plot);
    chart.data.datasets.forEach((set, at) => {
      set.backgroundColor = tone(plot.series[at].tone);
      set.borderColor = colour("surface");
    });
    chart.update();
  }
}

for (const plot of data) draw(plot);
for (const table of document.querySelectorAll(".plot details")) table.open = false;
// The theme is switched on the page, or by the system.
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
