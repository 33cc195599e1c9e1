"use strict";
// The live queue: rows change in place, new ones wait behind a pill while somebody is busy in the list.
{
  const SETTLE_AFTER = 10; // seconds an idle list keeps a row where it is after it has left its group
  const JUST = 3; // seconds
  const ROWS_AT_ONCE = 200;
  const RECOUNT_AFTER = 5; // seconds between two looks at the server's counts
  const TIMEOUT = 10_000; // ms an action may take
  const { isMine, isGone, isOverdue, isSnoozed, isOnAgent, isAside, groupOf, linkOf, compare, parse, dress, patch, flash, draw, age, remove } = desk.rows;
  const byId = (id) => document.getElementById(id);
  const list = byId("queue"), words = list.dataset, live = byId("live"), pill = byId("new");
  const groups = new Map([...list.querySelectorAll(".group")].map((group) => [group.dataset.group, group]));
  const rows = new Map(); // id -> row in the list
  const placed = new WeakMap(); // row -> when it came while the page was open
  const stash = new Map(); // id -> row that is not shown yet
  const beyond = new Map(); // id -> row of another view, or that sorts after what is loaded: counted, not shown
  const base = new Map(); // group or view -> how many the server counted beyond the rows known here
  const hovers = matchMedia("(hover: hover)"); // on a touch screen the last tap would count as a pointer for ever
  const verdicts = new Map(); // id -> whether the filters of the page let it through, where only the server can tell
  const unknown = new Set(); // ids to ask the server about
  const wakes = new Map(words.wakes.split(" ").filter(Boolean).map((each) => each.split("@"))); // id -> when its snooze ends
  let spokenAt = 0, unsaid = 0, isMiscounted = false, isBehind = false, askedAt = 0, counting = 0;

  const views = {
    "for-me": (row) => groupOf(row) !== "others" && !isAside(row),
    overdue: isOverdue,
    unassigned: (row) => row.dataset.stage === "open",
    snoozed: (row) => isMine(row) && isSnoozed(row),
    "on-agent": (row) => isMine(row) && isOnAgent(row),
  };
  const fits = (row) => !isGone(row) && verdicts.get(row.dataset.id) !== false
    && (!words.pool || row.dataset.pool === words.pool) && (!words.priority || row.dataset.priority === words.priority);
  const isListed = (row) => fits(row) && (words.view === "for-me" ? !isAside(row) : views[words.view](row));

  /** Somebody may be about to click: then nothing may move. */
  const isBusy = () => (hovers.matches && list.matches(":hover")) || list.contains(document.activeElement) || scrollY > 140
    || list.querySelector(".c-pick :checked") !== null
    || list.contains(getSelection()?.isCollapsed === false ? getSelection().anchorNode : null);

  function apply({ id, rev, html, actor, kind }) {
    const known = rows.get(id) ?? stash.get(id) ?? beyond.get(id);
    if (known && Number(known.dataset.version) >= rev) return;
    if (!known && "asks" in words && !verdicts.has(id)) return inquire(id);
    // The server has counted it, as what we cannot know; at first, even one that seems to be new.
    if (!known && kind && (kind !== "created" || desk.now() - Number(words.now) < JUST)) isMiscounted = true;
    const row = parse(html);
    if (rows.has(id)) change(rows.get(id), row, actor);
    else meet(row);
    count();
  }

  function meet(row) {
    const isNew = !stash.has(row.dataset.id);
    stash.delete(row.dataset.id);
    beyond.delete(row.dataset.id);
    if (isListed(row) && !isBeyond(row)) {
      if (isBusy()) stash.set(row.dataset.id, row);
      else place(row, true);
      if (isNew) announce(row);
    } else if (!isGone(row)) beyond.set(row.dataset.id, row);
    showPill();
  }

  function isBeyond(row) {
    const group = groups.get(groupOf(row)), last = group.querySelector(".body").lastElementChild;
    return "more" in group.dataset && last !== null && compare(row, last) > 0;
  }

  function change(row, fresh, actor) {
    patch(row, fresh, actor);
    row.dataset.leftAt = isListed(row) && row.closest(".group").dataset.group === groupOf(row) ? "" : desk.now();
    // Asked and assigned are two events a moment apart: a row that has just come goes where it belongs at once.
    if (row.dataset.leftAt && !isGone(row) && desk.now() - placed.get(row) < JUST && !isBusy()) tidy(row);
  }

  function place(row, isNew) {
    const body = groups.get(groupOf(row)).querySelector(".body");
    const after = [...body.children].find((other) => other !== row && compare(row, other) < 0);
    body.insertBefore(row, after ?? null);
    rows.set(row.dataset.id, row);
    row.dataset.leftAt = "";
    draw(row);
    if (isNew) {
      placed.set(row, desk.now());
      flash(row);
    }
  }

  /** Bring the list in order: show what waits, move what changed its group, drop what is over. */
  function settle() {
    const focused = document.activeElement?.closest?.(".row");
    for (const row of stash.values()) place(row, true);
    stash.clear();
    for (const row of [...rows.values()]) tidy(row);
    if (focused?.isConnected) linkOf(focused)?.focus({ preventScroll: true });
    showPill();
    count();
  }

  function tidy(row) {
    if (!isListed(row)) {
      rows.delete(row.dataset.id);
      remove(row);
      if (!isGone(row)) beyond.set(row.dataset.id, row);
    } else if (row.closest(".group").dataset.group !== groupOf(row)) place(row, false);
  }

  function showPill() {
    const urgent = [...stash.values()].filter((row) => row.dataset.priority === "urgent").length;
    const others = stash.size - urgent;
    pill.hidden = stash.size === 0;
    pill.classList.toggle("urgent", urgent > 0);
    pill.textContent = !urgent ? desk.say(pill.dataset.new, others)
      : others ? desk.say(pill.dataset.urgent, urgent, others) : desk.say(pill.dataset.onlyUrgent, urgent);
  }

  /** What somebody has just done shows at once, wherever the pointer is; what has left the view goes. */
  function own(fresh) {
    for (const [id, html] of Object.entries(fresh ?? {})) {
      const row = rows.get(id), next = parse(html);
      if (!row && isListed(next) && !isBeyond(next)) {
        stash.delete(id);
        beyond.delete(id);
        place(next, true);
      } else if (row && Number(next.dataset.version) >= Number(row.dataset.version)) {
        change(row, next);
        if (!isListed(row)) leave(row);
      } else if (!row) meet(next);
    }
    showPill();
    count();
  }

  /** The next one gets the focus of a row that leaves. */
  function leave(row) {
    if (row.contains(document.activeElement)) linkOf(row.nextElementSibling ?? row.previousElementSibling ?? row)?.focus();
    tidy(row);
  }

  // Numbers: what is known here, and what the server counted beyond that.
  function tally() {
    const known = [...rows.values(), ...stash.values(), ...beyond.values()].filter((row) => !isGone(row));
    const found = new Map([["to-do", 0], ...[...groups.keys(), ...Object.keys(views)].map((key) => [key, 0])]);
    const add = (key) => found.set(key, found.get(key) + 1);
    for (const row of known) {
      if (views["for-me"](row)) add("to-do");
      if (isListed(row)) add(groupOf(row));
      if (fits(row)) Object.keys(views).filter((view) => views[view](row)).forEach(add);
    }
    return found;
  }

  function rebase(counted) {
    const known = tally();
    for (const [key, number] of Object.entries(counted)) base.set(key, number - (known.get(key) ?? 0));
  }

  /** Soon, and once for many events. Not with the frames: a hidden page has none, but its title counts. */
  function count() {
    counting ||= setTimeout(countNow, 30);
  }

  function countNow() {
    counting = 0;
    const found = tally();
    for (const place of document.querySelectorAll("[data-count]")) {
      const number = Math.max(0, (found.get(place.dataset.count) ?? 0) + (base.get(place.dataset.count) ?? 0));
      if (place.textContent !== String(number)) place.textContent = number;
      if (place.dataset.count === "to-do") document.title = (number ? `(${number}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    }
    for (const group of groups.values()) group.hidden = group.querySelector(".body").childElementCount === 0;
    byId("empty").hidden = rows.size > 0;
  }

  /** Tell who cannot see it, at most every 5 s. */
  function announce(row) {
    list.dispatchEvent(new CustomEvent("arrived", { detail: row }));
    unsaid += 1;
    if (desk.now() - spokenAt < 5) return;
    spokenAt = desk.now();
    desk.speak(desk.say(words.arrived, unsaid));
    unsaid = 0;
  }

  function tick() {
    const turned = [...rows.values()].filter(age).length > 0;
    const come = [...beyond.values()].filter((row) => isListed(row) && !isBeyond(row)); // their time has come
    come.forEach(meet);
    for (const row of rows.values()) if (!row.dataset.leftAt && !isListed(row)) row.dataset.leftAt = desk.now();
    for (const [id, at] of wakes) if (at <= desk.now() && wakes.delete(id) && !rows.has(id)) unknown.add(id);
    if (live.dataset.state === "live" && desk.now() - askedAt > (unknown.size ? 1 : RECOUNT_AFTER)) askAgain();
    if (isBusy()) return (turned || come.length) && count();
    const ripe = [...rows.values()].filter((row) => row.dataset.leftAt && desk.now() - Number(row.dataset.leftAt) > SETTLE_AFTER);
    ripe.forEach(tidy);
    if (stash.size) settle();
    else if (ripe.length || come.length || turned) count();
  }

  /** What is not known for sure, also because the server went away while it was asked. */
  function askAgain() {
    const asked = isBehind ? catchUp() : unknown.size ? ask([...unknown].slice(0, ROWS_AT_ONCE)) : isMiscounted && ask([]);
    if (asked) asked.catch(() => {});
  }

  // Catching up: the page as the server has it now goes through the same door as every event.
  async function catchUp() {
    isBehind = true;
    askedAt = desk.now();
    const page = await fetch(location.href, { signal: AbortSignal.timeout(TIMEOUT) });
    if (page.redirected) return state("out");
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("queue");
    const missing = new Set([...rows.keys(), ...stash.keys(), ...beyond.keys()]);
    for (const row of fresh.querySelectorAll(".body .row")) {
      missing.delete(row.dataset.id);
      apply({ id: row.dataset.id, rev: Number(row.dataset.version), html: row.outerHTML });
    }
    for (const ids = [...missing]; ids.length;) await ask(ids.splice(0, ROWS_AT_ONCE));
    await ask([]);
    isBehind = false;
  }

  function inquire(id) {
    unknown.add(id);
    if (unknown.size === 1) setTimeout(askAgain, 100);
  }

  /** The rows as they are now, whether the filters let them through, and how many there are. */
  async function ask(ids) {
    askedAt = desk.now();
    isMiscounted = true; // until the answer is there
    const url = `${words.rows}&ids=${ids}`;
    const answer = await (await fetch(url, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) })).json();
    for (const id of ids) {
      unknown.delete(id);
      verdicts.set(id, answer.matching.includes(id));
      const html = answer.rows[id];
      if (html) apply({ id, rev: Number(parse(html).dataset.version), html });
      else forget(id); // no longer ours to see
    }
    rebase(answer.counts);
    isMiscounted = answer.head !== line.since; // what came meanwhile is counted twice, or not at all
    count();
  }

  function forget(id) {
    if (rows.has(id)) remove(rows.get(id));
    for (const known of [rows, stash, beyond]) known.delete(id);
  }

  function state(name) {
    const said = { live: live.dataset.live, connecting: live.dataset.connecting, out: live.dataset.signedOut, refused: live.dataset.forbidden };
    if (name === "stale" && live.dataset.state === "stale") return;
    live.dataset.state = name === "refused" ? "out" : name;
    const at = new Date(desk.now() * 1000).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    live.querySelector(".text").textContent = said[name] ?? desk.say(live.dataset.stale, at);
    live.querySelector("a").hidden = name !== "out";
  }

  desk.startClock(Number(words.now));
  for (const row of list.querySelectorAll(".body .row")) { rows.set(row.dataset.id, dress(row)); draw(row); }
  rebase(Object.fromEntries([...document.querySelectorAll("[data-count]")].map((place) => [place.dataset.count, Number(place.textContent)])));
  pill.addEventListener("click", () => { scrollTo({ top: 0 }); settle(); });
  setInterval(tick, 1000);

  const line = desk.connect({
    path: words.socket,
    since: Number(words.head),
    onState: state,
    onEvent: apply,
    onHello({ isBack, missed, changes }) {
      if (missed || isBehind) catchUp().catch(() => {});
      else if (isBack && changes) desk.toast(desk.say(words.back, changes));
      isMiscounted ||= !isBack && changes > 0; // what is replayed at first may be counted already
    },
  });

  desk.list = { element: list, own, settle };
}
