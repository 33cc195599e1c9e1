"use strict";
// Runs before the scripts of a page. Notes when each version of a row is painted, how even the frames are, what held
// them up, what the mark of the live queue said, and how long a click waited for its first sign. Times are those of the machine.
{
  const probe = window.probe = { painted: [], frames: [], long: [], states: [], clicks: [], lcp: 0 };

  /** Call back once the frame that shows what is there now has been handed over. */
  let waiting = [];
  const painted = (note) => { if (waiting.push(note) === 1) requestAnimationFrame(handOver); };
  function handOver() {
    const notes = waiting, { port1, port2 } = new MessageChannel();
    waiting = [];
    port1.onmessage = () => {
      port1.close(); // else it would keep the rows that its notes are about
      const now = Date.now();
      notes.forEach((note) => note(now));
    };
    port2.postMessage(0);
  }

  const rowOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-version]");

  function follow(list) {
    let clicked;
    list.addEventListener("click", (event) => { clicked = { row: rowOf(event.target), at: Date.now() }; }, true);
    new MutationObserver((changes) => {
      const versions = new Map();
      for (const { target, addedNodes } of changes) {
        for (const row of [target, ...addedNodes].map(rowOf)) if (row) versions.set(row, Number(row.dataset.version));
      }
      if (clicked && versions.has(clicked.row)) {
        const { at } = clicked;
        clicked = undefined;
        painted((now) => probe.clicks.push(now - at));
      }
      painted((now) => versions.forEach((version, row) => probe.painted.push([row.dataset.id, version, now])));
    }).observe(list, { subtree: true, childList: true, attributes: true });
  }

  /** From here on, the length of each frame in ms. */
  probe.watchFrames = () => {
    let last = performance.now();
    const next = (now) => { probe.frames.push(now - last); last = now; requestAnimationFrame(next); };
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(next); });
    new PerformanceObserver((found) => found.getEntries().forEach(({ duration }) => probe.long.push(duration))).observe({ type: "longtask" });
  };

  new PerformanceObserver((found) => { probe.lcp = found.getEntries().at(-1).startTime; }).observe({ type: "largest-contentful-paint", buffered: true });

  document.addEventListener("DOMContentLoaded", () => {
    const list = document.getElementById("queue"), live = document.getElementById("live");
    if (list) follow(list);
    if (live) new MutationObserver(() => {
      const { state } = live.dataset;
      painted((now) => probe.states.push([state, now]));
    }).observe(live, { attributes: true, attributeFilter: ["data-state"] });
  });
}
