"use strict";
// What a row of the live queue says about itself, how it changes in place, and how its time is drawn.
{
  const words = document.getElementById("queue").dataset;

  const SHORT = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  const drafts = new Set(); // ids
  const stageRank = { open: 0, assigned: 1, claimed: 2 };
  const isMine = (row) => row.dataset.owner === words.me;
  const isGone = (row) => !(row.dataset.stage in stageRank);
  const isOnAgent = (row) => "hold" in row.dataset;
  const isSnoozed = (row) => "snoozed" in row.dataset && (!row.dataset.snoozed || Number(row.dataset.snoozed) > desk.now());
  /** One's own that rests: it has a view of its own until its time comes. */
  const isAside = (row) => isMine(row) && (isOnAgent(row) || isSnoozed(row));
  const isOverdue = (row) => Number(row.dataset.due) < desk.now() && !isOnAgent(row);
  const groupOf = (row) => isMine(row) ? "mine" : row.dataset.stage === "claimed" ? "others" : "waiting";
  const linkOf = (row) => row.querySelector(".c-what a");
  const referenceOf = (row) => row.id.replace("e-", "ESC-");

  const pools = words.pools.split(" ");
  const orders = {
    priority: () => [],
    time: (row) => [isOnAgent(row), Number(row.dataset.due)],
    age: (row) => [Number(row.dataset.created)],
    status: (row) => [stageRank[row.dataset.stage] ?? 3],
    pool: (row) => [pools.indexOf(row.dataset.pool)],
  };

  const keys = new WeakMap(); // row -> what it is sorted by: reading attributes is slow
  const order = words.sort.replace("-", "");
  const setKey = (row) => keys.set(row, [...orders[order](row), Number(row.dataset.queue), row.dataset.id]);

  function compare(a, b) {
    const one = keys.get(a), other = keys.get(b);
    const place = one.findIndex((value, index) => value !== other[index]);
    const found = place < 0 ? 0 : one[place] < other[place] ? -1 : 1;
    return words.sort.startsWith("-") ? -found : found;
  }

  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html; // our own row template; what agents wrote is escaped in it
    return dress(template.content.querySelector(".row"));
  }

  /** A row is the same for everybody; here it learns who is looking, where from, and what they have begun. */
  function dress(row) {
    const owner = row.querySelector(".owner"), mark = row.querySelector(".draft");
    setKey(row);
    row.classList.toggle("mine", isMine(row));
    if (owner && isMine(row)) owner.textContent = words.you;
    const link = linkOf(row), href = link.getAttribute("href");
    if (words.from && !href.includes("?")) link.setAttribute("href", href + words.from);
    const until = row.querySelector(".snoozed time");
    if (until) until.textContent = new Date(until.dateTime).toLocaleString(document.documentElement.lang, SHORT);
    if (mark) drafts.add(row.dataset.id);
    else if (drafts.has(row.dataset.id)) row.querySelector(".sub").append(" ", Object.assign(document.createElement("span"), { className: "mark draft", textContent: words.draft }));
    return row;
  }

  /** Put new contents into the cells of a row; the row, its place and the focus stay. */
  function patch(row, fresh, actor) {
    const wasOwner = row.dataset.owner, focused = row.contains(document.activeElement);
    for (const name of Object.keys(row.dataset)) if (!(name in fresh.dataset)) delete row.dataset[name];
    Object.assign(row.dataset, fresh.dataset);
    setKey(row);
    row.className = fresh.className;
    if (row.querySelector(".c-pick :checked")) row.classList.add("picked");
    [...row.children].forEach((cell, index) => {
      const next = fresh.children[index];
      const isSame = cell.innerHTML === next.innerHTML || (cell.className === "c-what" && cell.textContent === next.textContent);
      if (!isSame) cell.replaceChildren(...next.childNodes);
    });
    if (focused && !row.contains(document.activeElement)) linkOf(row).focus({ preventScroll: true });
    if (isGone(row)) farewell(row, actor);
    else if (focused && row.dataset.owner !== wasOwner && row.dataset.owner && !isMine(row)) {
      desk.speak(desk.say(words.taken, actor || row.querySelector(".owner").textContent));
    }
    flash(row);
    draw(row);
  }

  function farewell(row, actor) {
    const who = isMine(row) ? words.you : actor || row.querySelector(".owner")?.textContent || "";
    const said = { resolved: desk.say(words.resolved, who), cancelled: words.cancelled, expired: words.expired }[row.dataset.stage];
    if (said) row.querySelector(".c-owner").textContent = said;
  }

  function flash(row) {
    row.classList.add("fresh");
    setTimeout(() => row.classList.remove("fresh"), 2500);
  }

  // Time is drawn each second where it can be seen; a row turns red by itself when its time is over.
  const onScreen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) onScreen[isIntersecting ? "add" : "delete"](target);
  });

  function draw(row) {
    watcher.observe(row);
    if (isGone(row)) return;
    row.classList.toggle("overdue", isOverdue(row));
    const snoozed = row.querySelector(".snoozed");
    if (snoozed) snoozed.hidden = !isSnoozed(row);
    if (!("hold" in row.dataset)) desk.drawLeft(row.querySelector(".left"), Number(row.dataset.due), Number(row.dataset.created), words);
    const age = row.querySelector(".c-age time"), text = desk.age(desk.now() - Number(row.dataset.created), words.nowWord);
    if (age.textContent !== text) age.textContent = text;
  }

  /** Draw what may have changed with the time; true when the row has just turned red. */
  function age(row) {
    if (isGone(row)) return false;
    const turns = isOverdue(row) !== row.classList.contains("overdue");
    if (turns || onScreen.has(row)) draw(row);
    return turns;
  }

  function remove(row) {
    watcher.unobserve(row);
    onScreen.delete(row);
    row.remove();
  }

  desk.rows = { isMine, isGone, isOverdue, isSnoozed, isOnAgent, isAside, groupOf, linkOf, referenceOf, compare, parse, dress, patch, flash, draw, age, remove };
}
