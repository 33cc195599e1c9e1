"use strict";
// The figures of this moment: drawn again by the server when something has happened, seldom, and not while out of sight.
{
  const AT_MOST_EVERY = 5000, ANYWAY_EVERY = 60_000; // ms; time alone makes things overdue
  const { socket, head, now } = document.getElementById("metrics").dataset;
  const live = document.getElementById("live");
  let timer = 0, drawnAt = performance.now(), isBehind = false;

  function drawSoon() {
    if (document.hidden) isBehind = true;
    else timer ||= setTimeout(draw, Math.max(0, drawnAt + AT_MOST_EVERY - performance.now()));
  }

  async function draw() {
    timer = 0;
    drawnAt = performance.now();
    const fresh = await desk.refresh(now).catch(() => null);
    isBehind = !fresh || fresh.held.length > 0;
  }

  const sign = (name) => {
    live.textContent = live.dataset[{ live: "live", stale: "stale", out: "out", refused: "out" }[name]] ?? "";
    live.dataset.state = name;
  };

  setInterval(drawSoon, ANYWAY_EVERY);
  document.addEventListener("visibilitychange", () => { if (isBehind) drawSoon(); });
  document.addEventListener("focusout", () => { if (isBehind) drawSoon(); });
  desk.connect({
    path: socket,
    since: Number(head),
    onState: sign,
    onHello({ missed, changes }) { if (missed || changes) drawSoon(); },
    onEvent: drawSoon,
  });
}
