"use strict";
// What somebody does on the live queue: claim, undo, take next, move about by keys, and one verb for all selected rows.
{
  const { isMine, isGone, linkOf, referenceOf } = desk.rows;
  const { element: list, own } = desk.list;
  const byId = (id) => document.getElementById(id);
  const words = list.dataset, claims = byId("claim"), undo = byId("undo"), next = byId("next");

  const unfolded = (part) => [...list.querySelectorAll(`:is(section, [open]) > .grid > .body ${part}`)];
  const rowInFocus = () => document.activeElement?.closest?.("#queue .body .row");

  /** The server has done, or refused, something: show how things stand now. */
  const acted = desk.acted = (said, { href } = {}) => {
    own(said.rows);
    if (said.undo) undo.elements.token.value = said.undo;
    desk.toast(said.message, { href, isAlarm: !said.ok, undo: said.undo && takeBack });
  };

  /** At once by the look of it, and taken back when somebody was faster. */
  async function claim(button) {
    const row = button.closest(".row"), label = button.textContent;
    if (button.matches(".claim")) button.textContent = words.claiming;
    button.disabled = true;
    const said = await desk.send(button.formAction, new FormData(claims));
    button.textContent = label;
    button.disabled = false;
    if (said) acted({ ...said, rows: said.rows ?? (said.row && { [row.dataset.id]: said.row }) }, { href: said.ok && linkOf(row).href });
  }

  async function claimFocused() {
    const row = rowInFocus(), button = row?.querySelector(".claim");
    if (!row) return desk.toast(words.nobody);
    if (button && words.acts === "yes" && !isGone(row)) return button.disabled || claim(button);
    desk.toast(isMine(row) ? desk.say(words.yours, referenceOf(row)) : row.querySelector(".c-owner").textContent.trim());
  }

  async function takeBack() {
    const said = await desk.send(undo.action, new FormData(undo));
    undo.hidden = true;
    if (said) acted(said);
  }

  /** Next and previous by what is on the page, from the row that has the focus. */
  const step = (by) => {
    const links = unfolded(".c-what a");
    const at = links.indexOf(rowInFocus()?.querySelector(".c-what a"));
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };

  claims.addEventListener("submit", (event) => { event.preventDefault(); claim(event.submitter); });
  undo.addEventListener("submit", (event) => { event.preventDefault(); takeBack(); });
  desk.keys({
    j: () => step(1),
    k: () => step(-1),
    o: () => rowInFocus() && desk.leave(() => linkOf(rowInFocus()).click()),
    c: claimFocused,
    z: takeBack,
    ".": desk.list.settle,
    "/": () => byId("words").focus(),
  });
  if (next) desk.keys({ n: () => desk.leave(() => next.requestSubmit()) });
  next?.addEventListener("submit", (event) => { // twice would take two
    if (next.dataset.sent) event.preventDefault();
    next.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete next?.dataset.sent);

  // Selecting rows by key and mouse.
  const form = byId("bulk"), all = form.elements.all;
  const boxes = () => unfolded(".c-pick input");
  const picked = () => [...list.querySelectorAll(".c-pick input:checked")];
  const boxOf = (row) => row.querySelector(".c-pick input");
  const matching = all.parentElement.textContent.match(/\d+/)?.[0];
  let last = null; // the box that was set last: where a range begins

  function show() {
    for (const row of list.querySelectorAll(".body .row")) row.classList.toggle("picked", boxOf(row).checked);
    tell();
  }

  function tell() {
    const count = picked().length;
    form.classList.toggle("on", count > 0 || all.checked);
    form.querySelector(".picked").textContent = all.checked ? desk.say(form.dataset.all, matching) : desk.say(form.dataset.picked, count);
  }

  function pick(box, isChecked = !box.checked) {
    box.checked = isChecked;
    last = box;
    show();
  }

  function pickRange(box) {
    const shown = boxes(), [from, to] = [shown.indexOf(last), shown.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const each of shown.slice(from, to + 1)) each.checked = box.checked;
  }

  function extend(by) {
    if (!rowInFocus()) step(0);
    else {
      pick(boxOf(rowInFocus()), true);
      step(by);
    }
    if (rowInFocus()) pick(boxOf(rowInFocus()), true);
  }

  function clear() {
    for (const box of picked()) box.checked = false;
    all.checked = false;
    last = null;
    show();
  }

  /** The verb for the selection; without one, for the row that has the focus. */
  function wish(verb) {
    const row = rowInFocus(), button = form.querySelector(`[value=${verb}]`);
    if (!picked().length && !all.checked) {
      if (!row || isGone(row)) return desk.toast(words.nobody);
      boxOf(row).checked = true;
    }
    return button && form.requestSubmit(button);
  }

  async function sendAll(body, button) {
    button.disabled = true;
    const said = await desk.send(form.action, body);
    button.disabled = false;
    if (said?.ok) clear();
    if (said) acted(said);
  }

  form.addEventListener("submit", async (event) => {
    const button = event.submitter, verb = button?.value;
    if (!["claim", "release", "snooze"].includes(verb)) return; // the others are pages, and a download
    event.preventDefault();
    const body = new FormData(form, button);
    if (verb !== "snooze") return sendAll(body, button);
    const numbers = body.getAll("n"), one = numbers.length === 1 && !all.checked ? `ESC-${numbers[0]}` : "";
    await import(byId("snooze").dataset.script);
    desk.snooze.open(form.action, one || form.querySelector(".picked").textContent, (said) => {
      for (const [name, value] of said) if (!["csrfmiddlewaretoken", "query"].includes(name)) body.append(name, value);
      return sendAll(body, button);
    });
  });
  list.addEventListener("click", (event) => {
    if (!event.target.matches(".c-pick input")) return;
    if (event.shiftKey && last) pickRange(event.target);
    last = event.target;
    show();
  });
  all.addEventListener("change", show);
  form.querySelector(".clear").addEventListener("click", clear);
  new MutationObserver(() => form.classList.contains("on") && tell()).observe(list, { childList: true, subtree: true });

  desk.keys({
    x: () => rowInFocus() && pick(boxOf(rowInFocus())),
    J: () => extend(1),
    K: () => extend(-1),
    "*"() {
      const isAll = boxes().every((box) => box.checked);
      for (const box of boxes()) box.checked = !isAll;
      show();
    },
  });
  if (form.querySelector("[value=snooze]")) desk.keys({ s: () => wish("snooze") });
  if (form.querySelector("[value=assign]")) desk.keys({ r: () => wish("assign") });
  show();

  // Who has turned alerts on, or is about to, gets their script; the snooze menu has come the same way.
  const alerts = byId("alerts").dataset.script;
  if (localStorage.getItem("desk-alerts")) import(alerts);
  document.querySelector("[data-opens=alerts]").addEventListener("click", () => import(alerts));
}
