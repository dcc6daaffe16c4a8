/* A crosshair on the charts of a page: by mouse, finger and arrow keys. The page is whole without this file. */
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function crosshair(chart) {
  const spots = JSON.parse(document.getElementById(chart.dataset.spots).textContent);
  const readout = chart.querySelector(".readout");
  let at = -1;

  function show(svg, size, index) {
    const known = spots[index]?.[size];
    chart.querySelectorAll(".cross").forEach((old) => old.remove());
    if (!spots[index]) return;
    at = index;
    if (known) {
      const [x, y] = known;
      const cross = document.createElementNS(SVG, "g");
      cross.setAttribute("class", "cross");
      const line = document.createElementNS(SVG, "line");
      for (const [name, value] of [["x1", x], ["x2", x], ["y1", 8], ["y2", svg.viewBox.baseVal.height - 24]]) line.setAttribute(name, value);
      const ring = document.createElementNS(SVG, "circle");
      for (const [name, value] of [["cx", x], ["cy", y], ["r", 5]]) ring.setAttribute(name, value);
      cross.append(line, ring);
      svg.append(cross);
    }
    tell(spots[index]);
  }

  function tell(spot) {
    readout.replaceChildren();
    const part = (name, words) => readout.append(Object.assign(document.createElement(name), { textContent: words }), " ");
    part("span", spot.when);
    part("strong", spot.value);
    if (spot.base) part("span", spot.base);
    if (spot.expected) part("span", `expected ${spot.expected}`);
    if (spot.state) part("span", `${spot.state} its range`);
    readout.hidden = false;
  }

  function nearest(svg, size, clientX) {
    const box = svg.getBoundingClientRect();
    const x = ((clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    let best = -1;
    spots.forEach((spot, index) => {
      if (spot[size] && (best < 0 || Math.abs(spot[size][0] - x) < Math.abs(spots[best][size][0] - x))) best = index;
    });
    return best;
  }

  for (const svg of chart.querySelectorAll("svg")) {
    const size = svg.classList.contains("narrow") ? "narrow" : "wide";
    svg.addEventListener("pointermove", (event) => show(svg, size, nearest(svg, size, event.clientX)));
    svg.addEventListener("pointerdown", (event) => show(svg, size, nearest(svg, size, event.clientX)));
  }

  chart.tabIndex = 0;
  chart.setAttribute("role", "group");
  chart.setAttribute("aria-label", "Chart. Left and right arrow read out one point after the other.");
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -spots.length, End: spots.length }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = at < 0 ? spots.length - (step < 0 ? 0 : 1) : at;
    const to = Math.max(0, Math.min(spots.length - 1, from + step));
    const svg = [...chart.querySelectorAll("svg")].find((each) => each.getClientRects().length) ?? chart.querySelector("svg");
    show(svg, svg.classList.contains("narrow") ? "narrow" : "wide", to);
  });
}

document.querySelectorAll("[data-spots]").forEach(crosshair);
