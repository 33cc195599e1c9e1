"use strict";
// The draft of an answer: saved on the server a second after the last key. While the server or the session is away it stays
// in this browser, and goes to the server as soon as that can be reached.
{
  const AFTER = 1000, AGAIN = 15_000, TIMEOUT = 10_000; // ms
  const home = document.getElementById("answer"), form = document.getElementById("answer-form");
  const keyOf = (what) => `answer:${home.dataset.me}:${home.dataset.id}:${what}`;

  function body(pairs, what) {
    const sent = new FormData();
    sent.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    sent.append("for", what);
    for (const [name, value] of pairs) sent.append(name, value);
    return sent;
  }

  const send = (sent) => fetch(home.dataset.draft, { method: "POST", body: sent, headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) });

  function kept(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  }

  // Nothing can be answered here any more: what this browser still holds goes to the server, which shows it on the page.
  async function handOver() {
    const key = keyOf("answer"), left = kept(key);
    if (left && !left.isSent && !form?.dataset.savedAt) {
      const answer = await send(body(left.typed, "answer"));
      if (!answer.ok || answer.redirected) return;
      location.reload();
    }
    localStorage.removeItem(key);
  }
  if (form?.elements.for.value !== "answer") handOver().catch(() => {});

  if (form) {
    const words = form.dataset, what = form.elements.for.value, key = keyOf(what);
    const line = form.querySelector(".draft-state"), signIn = form.querySelector(".draft-sign-in");
    const discard = form.querySelector("[data-discards]"), elsewhere = document.querySelector(".elsewhere");
    const isKept = (name) => name === "notes" || name === "decision" || name.startsWith("answer/") || name.startsWith("edit/");
    let savedAt = Number(words.savedAt ?? 0), timer = 0, isDirty = false, isNewer = false, isBusy = false, isOver = false;

    /** All that is typed, also what does not belong to the decision taken. */
    function typed() {
      const all = [];
      for (const field of form.elements) {
        if (!field.name || !isKept(field.name) || field.closest("template")) continue;
        if (!/^(radio|checkbox)$/.test(field.type) || field.checked) all.push([field.name, field.value]);
      }
      return all;
    }

    /** A full or forbidden storage does no harm: the server has it a second later. */
    function keep(pairs, isSent = false) {
      try { localStorage.setItem(key, JSON.stringify({ since: savedAt, typed: pairs, isSent })); } catch { /* see above */ }
    }

    const forget = () => { try { localStorage.removeItem(key); } catch { /* as above */ } };

    async function save(pairs = typed()) {
      if (isBusy || isOver) return;
      isBusy = true;
      isNewer = false;
      clearTimeout(timer);
      try {
        let answer = await send(body(pairs, what));
        if (answer.status === 403 && await renew()) answer = await send(body(pairs, what));
        if (answer.redirected || answer.status === 403) return stay("signed-out");
        if (!answer.ok) return stay("away");
        saved((await answer.json()).saved_at);
      } catch {
        stay("away");
      } finally {
        isBusy = false;
        if (isNewer) wait(AFTER);
      }
    }

    function saved(at) {
      savedAt = at ?? 0;
      isDirty = isNewer;
      if (isDirty) keep(typed());
      else forget();
      signIn.hidden = true;
      discard.hidden = !savedAt;
      show();
    }

    /** It stays here for now. */
    function stay(why) {
      isDirty = true;
      line.textContent = why === "away" ? words.local : words.signedOut;
      line.dataset.why = why;
      signIn.hidden = why !== "signed-out";
      if (why === "signed-out") desk.signedOut?.();
      wait(AGAIN);
    }

    /** Whoever signed in again, in another tab, has a new token: it stands on every page of ours. */
    async function renew() {
      const page = await desk.fetchPage(location.href).catch(() => null);
      const token = page?.querySelector("input[name=csrfmiddlewaretoken]")?.value;
      if (token) for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
      return Boolean(token);
    }

    async function again() {
      if (line.dataset.why !== "signed-out" || await renew()) return save();
      wait(AGAIN);
    }

    function show() {
      delete line.dataset.why;
      if (!savedAt) { line.textContent = ""; return; }
      const seconds = Math.max(0, Math.floor(desk.now() - savedAt));
      const age = seconds < 60 ? desk.say(words.seconds, seconds) : desk.age(seconds, "");
      const text = seconds < 1 ? words.savedNow : desk.say(words.saved, age);
      if (line.textContent !== text) line.textContent = text;
    }

    const wait = (ms) => { clearTimeout(timer); timer = setTimeout(again, ms); };

    form.addEventListener("input", (event) => {
      if (event.target.closest("[data-outside]")) return;
      isDirty = isNewer = true;
      keep(typed());
      if (!line.dataset.why) line.textContent = words.saving;
      wait(AFTER);
    });
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-saves]")) { event.preventDefault(); save(); }
      if (event.target.closest("[data-discards]")) end();
    });
    form.addEventListener("sent", end);
    form.addEventListener("submit", (event) => {
      if (event.submitter?.matches("[name=step]")) return;
      if (kept(key)) keep(typed(), true);
      isDirty = false;
      clearTimeout(timer);
    });

    /** Sent, or thrown away: nothing is to come back. */
    function end() { isOver = true; isDirty = false; clearTimeout(timer); forget(); }

    // The last second before somebody leaves.
    addEventListener("pagehide", () => { if (isDirty && !isOver) navigator.sendBeacon(home.dataset.draft, body(typed(), what)); });
    addEventListener("online", () => isDirty && save());
    addEventListener("focus", () => line.dataset.why === "signed-out" && again());
    setInterval(() => { if (!isDirty && !isBusy) show(); }, 1000);

    /** What this browser kept goes to the server, and comes back with the page. */
    async function restore(pairs) {
      await save(pairs);
      if (line.dataset.why) return;
      end();
      location.reload();
    }

    const left = kept(key);
    form.querySelector("[data-saves]").hidden = true;
    if (!left || JSON.stringify(left.typed) === JSON.stringify(typed())) forget();
    else if (left.since === savedAt) restore(left.typed);
    else {
      elsewhere.hidden = false;
      elsewhere.querySelector(".use-local").addEventListener("click", () => restore(left.typed));
      elsewhere.querySelector(".drop-local").addEventListener("click", () => { forget(); elsewhere.hidden = true; });
    }
    if (savedAt) show();
  }
}
