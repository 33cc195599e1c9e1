"use strict";
// What somebody claimed is theirs for as long as they do something: keys and pointers on its page tell the server, at most
// once a minute. Two minutes before it would go back to the queue a line says so; any key or click keeps it.
{
  const FRESH = 60, WARNED = 120, LATE = 5, TIMEOUT = 10_000; // seconds; the last in ms
  const ON_THE_WAY = ["Tab", "Shift", "Control", "Alt", "Meta"]; // to the button of the warning
  const words = document.getElementById("bench").dataset, title = document.title;
  let hasActed = false, isBusy = false, toldAt = performance.now(), lookedAt = 0;

  const warning = () => document.querySelector("#lease > .lease");
  const since = (moment) => (performance.now() - moment) / 1000;

  async function keep(form) {
    if (isBusy) return;
    isBusy = true;
    hasActed = false;
    toldAt = performance.now();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) });
      if (answer.redirected) return desk.signedOut();
      if (!answer.ok) throw new Error(answer.status);
      kept(await answer.json());
    } catch {
      hasActed = true; // and again with the next second
      if (!form.hidden) desk.toast(words.failed, { isAlarm: true });
    } finally {
      isBusy = false;
    }
  }

  function kept({ until, message }) {
    const form = warning();
    if (!until || !form) return look();
    form.dataset.until = until;
    if (!form.hidden) desk.toast(message);
    draw(form);
  }

  function look() {
    lookedAt = performance.now();
    desk.refresh(words.here).catch(() => {});
  }

  function draw(form) {
    const left = Number(form.dataset.until) - desk.now(), isNear = left <= WARNED;
    const isNew = isNear && form.hidden;
    if (!isNear && form.contains(document.activeElement)) leave();
    form.hidden = !isNear;
    document.title = isNear && left > 0 ? `${desk.say(form.dataset.title, length(form, left))} · ${title}` : title;
    if (isNear) say(form, left);
    if (isNew) desk.speak(form.querySelector(".text").textContent);
    return left;
  }

  /** The focus is not lost with the line that had it. */
  function leave() {
    const act = document.getElementById("act");
    act.tabIndex = -1;
    act.focus({ preventScroll: true });
  }

  function say(form, left) {
    const says = desk.say(form.dataset.says, length(form, Number(form.dataset.within) - left), length(form, left));
    const text = form.querySelector(".text");
    if (text.textContent !== says) text.textContent = says;
  }

  const length = (form, seconds) => seconds >= 60
    ? desk.say(form.dataset.minutes, Math.round(seconds / 60))
    : desk.say(form.dataset.seconds, Math.max(0, Math.ceil(seconds)));

  function tick() {
    const form = warning();
    if (!form) {
      document.title = title;
      return;
    }
    const left = draw(form);
    if (hasActed && (since(toldAt) >= FRESH || !form.hidden)) keep(form);
    else if (left < -LATE && since(lookedAt) > LATE) look(); // the live page would have told; it may be cut off
  }

  function act(event) {
    const form = warning();
    if (!form || !event.isTrusted || form.contains(event.target)) return;
    if (!form.hidden && ON_THE_WAY.includes(event.key)) return;
    hasActed = true;
    if (!form.hidden) keep(form);
  }

  for (const kind of ["keydown", "input", "pointerdown", "wheel", "touchmove"]) addEventListener(kind, act, { capture: true, passive: true });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("#lease > .lease")) return;
    event.preventDefault();
    keep(event.target);
  });
  setInterval(tick, 1000);
}
