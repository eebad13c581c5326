// SPDX-License-Identifier: Apache-2.0
"use strict";

// Draws, for each set of lines that differ in the benchmark only, the throughput of every backend
// and the ratios of ours to each peer.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colours = ["#1b6ca8", "#e4572e", "#76b041", "#8f5fbf", "#f2a541", "#17bebb", "#9a8c98",
    "#c1292e", "#5d737e", "#a1c181", "#3d348b"];
  const colourOf = backend => colours[data.backends.indexOf(backend) % colours.length];
  const unique = values => [...new Set(values)];
  const charts = document.getElementById("charts");

  function canvas(parent) {
    const box = document.createElement("div");
    const element = document.createElement("canvas");
    box.appendChild(element);
    parent.appendChild(box);
    return element;
  }

  function options(title, axis) {
    return {
      maintainAspectRatio: false,
      animation: false,
      plugins: { title: { display: true, text: title } },
      scales: { y: { type: "logarithmic", title: { display: true, text: axis } } }
    };
  }

  function throughput(parent, lines) {
    const benchmarks = unique(lines.map(line => line.benchmark));
    new Chart(canvas(parent), {
      type: "bar",
      data: {
        labels: benchmarks,
        datasets: unique(lines.map(line => line.backend)).map(backend => ({
          label: backend,
          backgroundColor: colourOf(backend),
          data: benchmarks.map(benchmark => {
            const found = lines.find(l => l.benchmark === benchmark && l.backend === backend);
            return found ? found.median : null;
          })
        }))
      },
      options: options("throughput", "operations per millisecond")
    });
  }

  function ratios(parent, lines) {
    const benchmarks = unique(lines.map(line => line.benchmark));
    const datasets = unique(lines.map(line => line.ours + " / " + line.peer)).map(pair => {
      const peer = pair.split(" / ")[1];
      return {
        label: pair,
        backgroundColor: colourOf(peer),
        minBarLength: 3,
        data: benchmarks.map(benchmark => {
          const found = lines.find(
            l => l.benchmark === benchmark && l.ours + " / " + l.peer === pair);
          return found ? [found.low, found.high] : null;
        })
      };
    });
    new Chart(canvas(parent), {
      type: "bar",
      data: { labels: benchmarks, datasets: datasets },
      options: options("ratios, from low to high", "times as fast as the peer")
    });
  }

  for (const group of unique(data.measurements.map(line => line.group))) {
    const heading = document.createElement("h3");
    heading.textContent = group;
    charts.appendChild(heading);
    const pair = document.createElement("div");
    pair.className = "charts";
    charts.appendChild(pair);
    throughput(pair, data.measurements.filter(line => line.group === group));
    const compared = data.ratios.filter(line => line.group === group);
    if (compared.length > 0) {
      ratios(pair, compared);
    }
  }
})();
