"use strict";
// My work: the server draws it, and draws it again when something of it has changed.
{
  const SOON = 250; // ms: one picture for what happens at the same moment
  const byId = (id) => document.getElementById(id);
  const mine = byId("mine"), words = mine.dataset, live = byId("live");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const address = `${location.pathname}?zone=${encodeURIComponent(zone)}`;
  let timer = 0, isBehind = false;

  function tick() {
    for (const time of mine.querySelectorAll("time[data-due]")) {
      const isOverdue = desk.drawLeft(time, Number(time.dataset.due), Number(time.dataset.created), words);
      time.closest("li").classList.toggle("overdue", isOverdue);
    }
    for (const time of mine.querySelectorAll("time[data-since]")) {
      time.textContent = desk.age(desk.now() - Number(time.dataset.since), words.nowWord);
    }
  }

  function drawSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => draw().catch(() => {}), SOON);
  }

  /** A group that has the focus stays as it is until that moves on. */
  async function draw() {
    const fresh = await desk.refresh(address);
    if (fresh) isBehind = fresh.held.length > 0;
    tick();
  }

  const isOurs = (frame) => frame.html.includes(words.me) || mine.querySelector(`[data-id="${frame.id}"]`);

  function step(by) {
    const links = [...mine.querySelectorAll("a.what")];
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  }

  desk.startClock(Number(words.now));
  desk.localTimes(mine);
  tick();
  setInterval(tick, 1000);
  mine.addEventListener("focusout", () => { if (isBehind) drawSoon(); });
  drawSoon(); // the day begins at midnight here
  desk.connect({
    path: words.socket,
    since: Number(words.head),
    onState(name) { live.textContent = live.dataset[{ live: "live", stale: "stale", out: "out", refused: "out" }[name]] ?? ""; },
    onHello({ missed }) { if (missed) drawSoon(); },
    onEvent(frame) { if (isOurs(frame)) drawSoon(); },
  });
  desk.keys({ j: () => step(1), k: () => step(-1) });
  if (byId("take-next")) desk.keys({ n: () => desk.leave(() => byId("take-next").requestSubmit()) });
  if (byId("undo")) desk.keys({ z: () => { if (!byId("undo").hidden) return desk.leave(() => byId("undo").requestSubmit()); } });
}
