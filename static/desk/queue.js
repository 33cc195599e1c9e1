"use strict";
// The live queue: rows change in place, new ones wait behind a pill while somebody is busy in the list.
{
  const SETTLE_AFTER = 10; // seconds an idle list keeps a row where it is after it has left its group
  const JUST = 3; // seconds
  const ROWS_AT_ONCE = 200;
  const TIMEOUT = 10_000; // ms an action may take
  const byId = (id) => document.getElementById(id);
  const list = byId("queue"), words = list.dataset, live = byId("live"), pill = byId("new"), form = byId("claim");
  const groups = new Map([...list.querySelectorAll(".group")].map((group) => [group.dataset.group, group]));
  const rows = new Map(); // id -> row in the list
  const placed = new WeakMap(); // row -> when it came while the page was open
  const stash = new Map(); // id -> row that is not shown yet
  const beyond = new Map(); // id -> row that sorts after what is loaded: counted, not shown
  const base = new Map(); // group or view -> how many the server counted beyond the rows known here
  let pointerIsInside = false, spokenAt = 0, unsaid = 0;

  // What a row says about itself.
  const stageRank = { open: 0, assigned: 1, claimed: 2 };
  const isMine = (row) => row.dataset.owner === words.me;
  const isGone = (row) => !(row.dataset.stage in stageRank);
  const isOverdue = (row) => Number(row.dataset.due) < desk.now() && !("hold" in row.dataset);
  const groupOf = (row) => isMine(row) ? "mine" : row.dataset.stage === "claimed" ? "others" : "waiting";
  const linkOf = (row) => row.querySelector(".c-what a");
  const referenceOf = (row) => `ESC-${row.dataset.number}`;

  const views = { "for-me": (row) => groupOf(row) !== "others", overdue: isOverdue, unassigned: (row) => row.dataset.stage === "open" };
  const isListed = (row) => !isGone(row) && (!words.pool || row.dataset.pool === words.pool)
    && (words.view === "for-me" || views[words.view](row));

  function compare(a, b) {
    const key = (row) => ({
      priority: [Number(row.dataset.queue)],
      age: [Number(row.dataset.created)],
      status: [stageRank[row.dataset.stage] ?? 3, Number(row.dataset.queue)],
    })[words.sort.replace("-", "")].concat(row.dataset.id);
    const one = key(a), other = key(b);
    const place = one.findIndex((value, index) => value !== other[index]);
    const order = place < 0 ? 0 : one[place] < other[place] ? -1 : 1;
    return words.sort.startsWith("-") ? -order : order;
  }

  /** Somebody may be about to click: then nothing may move. */
  const isBusy = () => pointerIsInside || list.contains(document.activeElement) || scrollY > 140
    || list.contains(getSelection()?.isCollapsed === false ? getSelection().anchorNode : null);

  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html; // our own row template; what agents wrote is escaped in it
    return dress(template.content.querySelector(".row"));
  }

  /** A row is the same for everybody; here it learns who is looking. */
  function dress(row) {
    const owner = row.querySelector(".owner");
    if (owner && isMine(row)) owner.textContent = words.you;
    return row;
  }

  function apply({ id, rev, html, kind, actor }) {
    const known = rows.get(id) ?? stash.get(id) ?? beyond.get(id);
    if (known && Number(known.dataset.version) >= rev) return;
    const row = parse(html);
    if (rows.has(id)) patch(rows.get(id), row, kind, actor);
    else meet(row);
    count();
  }

  function meet(row) {
    const isNew = !stash.has(row.dataset.id);
    stash.delete(row.dataset.id);
    beyond.delete(row.dataset.id);
    if (isListed(row)) {
      if (isBeyond(row)) beyond.set(row.dataset.id, row);
      else if (isBusy()) stash.set(row.dataset.id, row);
      else place(row, true);
      if (isNew && !isBeyond(row)) announce();
    }
    showPill();
  }

  function isBeyond(row) {
    const group = groups.get(groupOf(row)), last = group.querySelector(".body").lastElementChild;
    return "more" in group.dataset && last !== null && compare(row, last) > 0;
  }

  /** Put new contents into the cells of a row; the row, its place and the focus stay. */
  function patch(row, fresh, kind, actor) {
    const wasOwner = row.dataset.owner, focused = row.contains(document.activeElement);
    for (const name of Object.keys(row.dataset)) if (!(name in fresh.dataset)) delete row.dataset[name];
    Object.assign(row.dataset, fresh.dataset);
    row.className = fresh.className;
    [...row.children].forEach((cell, index) => {
      const next = fresh.children[index];
      if (cell.innerHTML !== next.innerHTML && !(cell.className === "c-what" && cell.textContent === next.textContent)) cell.replaceChildren(...next.childNodes);
    });
    if (focused && !row.contains(document.activeElement)) linkOf(row).focus({ preventScroll: true });
    if (isGone(row)) farewell(row, kind, actor);
    else if (focused && row.dataset.owner !== wasOwner && row.dataset.owner && !isMine(row)) desk.speak(desk.say(words.taken, actor || row.querySelector(".owner").textContent));
    row.dataset.leftAt = isListed(row) && row.closest(".group").dataset.group === groupOf(row) ? "" : desk.now();
    flash(row);
    draw(row);
    // Asked and assigned are two events a moment apart: a row that has just come goes where it belongs at once.
    if (row.dataset.leftAt && isListed(row) && desk.now() - placed.get(row) < JUST && !isBusy()) place(row, false);
  }

  function farewell(row, kind, actor) {
    const stage = row.dataset.stage;
    const said = stage === "resolved" ? desk.say(words.resolved, row.dataset.owner === words.me ? words.you : actor || row.querySelector(".owner")?.textContent || "") : words[stage];
    if (said) row.querySelector(".c-owner").textContent = said;
  }

  function flash(row) {
    row.classList.add("fresh");
    setTimeout(() => row.classList.remove("fresh"), 2500);
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
      row.remove();
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

  // Numbers: what is known here, and what the server counted beyond that.
  function tally() {
    const known = [...rows.values(), ...stash.values(), ...beyond.values()].filter((row) => !isGone(row));
    const found = new Map([["to-do", 0], ...[...groups.keys(), ...Object.keys(views)].map((key) => [key, 0])]);
    for (const row of known) {
      const keys = [groupOf(row), ...Object.keys(views).filter((view) => views[view](row)), ...(groupOf(row) === "others" ? [] : ["to-do"])];
      for (const key of keys) found.set(key, found.get(key) + 1);
    }
    return found;
  }

  function count() {
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
  function announce() {
    unsaid += 1;
    if (desk.now() - spokenAt < 5) return;
    spokenAt = desk.now();
    desk.speak(desk.say(words.arrived, unsaid));
    unsaid = 0;
  }

  // Time: drawn each second; a row turns red by itself when its time is over.
  const onScreen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) onScreen[isIntersecting ? "add" : "delete"](target);
  });

  function draw(row) {
    watcher.observe(row);
    if (isGone(row)) return;
    row.classList.toggle("overdue", isOverdue(row));
    if (!("hold" in row.dataset)) desk.drawLeft(row.querySelector(".left"), Number(row.dataset.due), Number(row.dataset.created), words);
    const age = row.querySelector(".c-age time"), text = desk.age(desk.now() - Number(row.dataset.created), words.nowWord);
    if (age.textContent !== text) age.textContent = text;
  }

  function tick() {
    let turned = false;
    for (const row of rows.values()) {
      if (isGone(row)) continue;
      const turns = isOverdue(row) !== row.classList.contains("overdue");
      if (turns || onScreen.has(row)) draw(row);
      turned ||= turns;
    }
    if (isBusy()) return turned && count();
    const ripe = [...rows.values()].filter((row) => row.dataset.leftAt && desk.now() - Number(row.dataset.leftAt) > SETTLE_AFTER);
    ripe.forEach(tidy);
    if (stash.size) settle();
    else if (ripe.length || turned) count();
  }

  // Claim: shown at once, taken back when somebody was faster.
  async function claim(button) {
    const row = button.closest(".row"), label = button.textContent;
    button.textContent = words.claiming;
    button.disabled = true;
    try {
      const answer = await fetch(button.formAction, {
        method: "POST", body: new FormData(form), headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT),
      });
      if (answer.redirected) return state("out");
      const said = await answer.json();
      const fresh = parse(said.row);
      if (Number(fresh.dataset.version) >= Number(row.dataset.version)) patch(row, fresh);
      desk.toast(said.message, { href: answer.ok ? linkOf(row).href : "", isAlarm: !answer.ok });
      count();
    } catch {
      desk.toast(words.failed, { isAlarm: true });
    } finally {
      button.textContent = label;
      button.disabled = false;
    }
  }

  function claimFocused() {
    const row = document.activeElement?.closest?.(".row");
    const button = row?.querySelector(".claim");
    if (!row) return;
    if (button && words.acts === "yes" && !isGone(row)) { if (!button.disabled) claim(button); }
    else desk.toast(isMine(row) ? desk.say(words.yours, referenceOf(row)) : row.querySelector(".c-owner").textContent.trim());
  }

  /** Next and previous by what is on the page, from the row that has the focus. */
  function step(by) {
    const links = [...list.querySelectorAll(".body .c-what a")].filter((link) => link.offsetParent);
    const at = links.indexOf(document.activeElement?.closest?.(".row")?.querySelector(".c-what a"));
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  }

  const keys = {
    j: () => step(1), k: () => step(-1), c: claimFocused, ".": settle, "?": () => byId("help").showModal(),
    o: () => document.activeElement?.closest?.(".row") && linkOf(document.activeElement.closest(".row")).click(),
  };

  // Catching up: the page as the server has it now goes through the same door as every event.
  async function catchUp() {
    const page = await fetch(location.href, { signal: AbortSignal.timeout(TIMEOUT) });
    if (page.redirected) return state("out");
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("queue");
    const missing = new Set([...rows.keys(), ...stash.keys(), ...beyond.keys()]);
    for (const row of fresh.querySelectorAll(".body .row")) {
      missing.delete(row.dataset.id);
      apply({ id: row.dataset.id, rev: Number(row.dataset.version), html: row.outerHTML });
    }
    for (const ids = [...missing]; ids.length;) await ask(ids.splice(0, ROWS_AT_ONCE));
  }

  async function ask(ids) {
    const answer = await (await fetch(`${words.rows}?ids=${ids}`, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT) })).json();
    for (const id of ids) {
      const html = answer.rows[id];
      if (html) apply({ id, rev: Number(parse(html).dataset.version), html });
      else { stash.delete(id); beyond.delete(id); rows.get(id)?.remove(); rows.delete(id); } // no longer ours to see
    }
    count();
  }

  function state(name) {
    const said = { live: live.dataset.live, connecting: live.dataset.connecting, out: live.dataset.signedOut, refused: live.dataset.forbidden };
    if (name === "stale" && live.dataset.state === "stale") return;
    live.dataset.state = name === "refused" ? "out" : name;
    const at = new Date(desk.now() * 1000).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    live.querySelector(".text").textContent = said[name] ?? desk.say(live.dataset.stale, at);
    if (name === "out") {
      const link = Object.assign(document.createElement("a"), { href: `${words.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`, textContent: live.dataset.signIn });
      live.querySelector(".text").append(" ", link);
    }
  }

  desk.startClock(Number(words.now));
  for (const row of list.querySelectorAll(".body .row")) { rows.set(row.dataset.id, dress(row)); draw(row); }
  const known = tally();
  for (const place of document.querySelectorAll("[data-count]")) base.set(place.dataset.count, Number(place.textContent) - (known.get(place.dataset.count) ?? 0));

  list.addEventListener("pointerenter", () => { pointerIsInside = true; });
  list.addEventListener("pointerleave", () => { pointerIsInside = false; });
  pill.addEventListener("click", () => { scrollTo({ top: 0 }); settle(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); claim(event.submitter); });
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  setInterval(tick, 1000);

  desk.connect({
    path: words.socket,
    since: Number(words.head),
    onState: state,
    onEvent: apply,
    onHello({ isBack, missed, changes }) {
      if (missed) catchUp().catch(() => {});
      else if (isBack && changes) desk.toast(desk.say(words.back, changes));
    },
  });
}
