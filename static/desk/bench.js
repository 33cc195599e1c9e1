"use strict";
// The workbench: its clock, its dialogs and keys, and what changes while somebody is at work. Typed text is never touched.
{
  const byId = (id) => document.getElementById(id);
  const bench = byId("bench"), words = bench.dataset, changed = byId("changed");
  let version = Number(words.version), head = Number(words.head);

  // Time: what is left, and since when the agent has been asked.
  function tick() {
    const left = byId("left");
    if (left && !("hold" in left.dataset)) desk.drawLeft(left, Number(left.dataset.due), Number(left.dataset.created), words);
    for (const time of document.querySelectorAll("time[data-since]")) {
      time.textContent = desk.age(desk.now() - Number(time.dataset.since), words.nowWord);
    }
  }

  // Live: what the server draws is put in place; the forms stay, and a bar says when they no longer fit.
  async function follow(actor) {
    const fresh = await desk.refresh(words.here);
    if (!fresh) return tell(actor);
    const now = fresh.page.getElementById("bench").dataset;
    version = Number(now.version);
    if (now.may !== words.may || fresh.held.length) return tell(actor);
    changed.hidden = true;
    for (const field of document.querySelectorAll("input[name=version]")) field.value = now.version;
    const messages = [...byId("thread").querySelectorAll(".agent")];
    if (fresh.changed.includes(byId("thread")) && messages.length) greet(messages.at(-1));
    tick();
  }

  function greet(message) {
    message.classList.add("fresh");
    desk.speak(words.replied);
    desk.toast(words.replied, { href: `#${byId("thread").id}` });
  }

  function tell(actor) {
    changed.querySelector(".text").textContent = actor ? desk.say(changed.dataset.by, actor) : changed.dataset.byOther;
    changed.hidden = false;
  }

  desk.signedOut = () => { byId("signed-out").hidden = false; };

  async function signedInAgain() {
    if (byId("signed-out").hidden || document.hidden) return;
    if (!await desk.refresh(words.here)) return;
    byId("signed-out").hidden = true;
    connect();
  }

  function connect() {
    desk.connect({
      path: words.socket,
      since: head,
      onState(name) { if (name === "out") desk.signedOut(); },
      onHello({ missed }) { if (missed) follow("").catch(() => {}); },
      onEvent(frame) {
        head = frame.seq;
        if (frame.id === words.id && frame.rev > version) follow(frame.actor).catch(() => tell(frame.actor));
      },
    });
  }

  // What is folded without this script is a dialog with it.
  function door(details) {
    const dialog = document.createElement("dialog"), body = details.querySelector(".body");
    dialog.className = "verb-dialog";
    dialog.setAttribute("aria-label", body.getAttribute("aria-label"));
    body.removeAttribute("aria-label");
    const isFailed = details.open;
    details.open = false;
    dialog.append(body);
    details.after(dialog);
    body.querySelector(".cancel").hidden = false;
    body.querySelector(".cancel").addEventListener("click", () => dialog.close());
    const open = () => { dialog.showModal(); dialog.querySelector("input:checked")?.focus(); };
    details.querySelector("summary").addEventListener("click", (event) => { event.preventDefault(); open(); });
    if (isFailed) open();
    return [details.dataset.verb, open];
  }

  // What is typed into a dialog outlives a reload in this tab; the answer is kept by the server (answer.js).
  function keep(field) {
    const key = `${field.dataset.keep}:${words.me}:${words.id}`;
    if (!field.value) field.value = sessionStorage.getItem(key) ?? "";
    field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
    field.form.addEventListener("sent", () => sessionStorage.removeItem(key));
  }

  // Similar answers are looked for once the page stands.
  async function lookForAlike() {
    const card = byId("alike"), page = await desk.fetchPage(card.dataset.url);
    const found = page?.getElementById("similar");
    if (!found) return;
    desk.localTimes(found);
    card.querySelector(".found").replaceChildren(...document.adoptNode(found).childNodes);
    for (const link of card.querySelectorAll("a.use")) link.addEventListener("click", (event) => use(event, link));
  }

  /** Into the form, never out of it. */
  function use(event, link) {
    const notes = byId("id_notes");
    if (!notes?.form) return;
    event.preventDefault();
    notes.value = link.closest("li").querySelector(".answer-text").textContent;
    notes.dispatchEvent(new Event("input", { bubbles: true }));
    notes.focus();
    desk.toast(words.filled);
  }

  function copyLink() {
    const button = byId("copy");
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.link);
      button.textContent = words.copied;
    });
  }

  desk.startClock(Number(words.now));
  desk.localTimes(document);
  const doors = new Map([...document.querySelectorAll("details.verb")].map(door));
  document.querySelectorAll("[data-keep]").forEach(keep);
  copyLink();
  tick();
  setInterval(tick, 1000);
  connect();
  document.addEventListener("visibilitychange", () => signedInAgain().catch(() => {}));
  addEventListener("focus", () => signedInAgain().catch(() => {}));
  const thumb = document.querySelector(".thumb"); // leads to the answer while that is out of sight
  if (thumb) new IntersectionObserver(([act]) => { thumb.hidden = act.isIntersecting; }).observe(byId("act"));
  (window.requestIdleCallback ?? setTimeout)(() => lookForAlike().catch(() => {}));

  const submit = (form, button) => form.requestSubmit(button ?? undefined);
  const step = (id, none) => byId(id) ? desk.leave(() => byId(id).click()) : desk.toast(none);
  const actions = {
    j: () => step("next", words.noNext),
    k: () => step("previous", words.noPrevious),
    c: () => byId("claim") ? submit(byId("claim")) : desk.toast(document.querySelector("#facts .stage").textContent),
    ".": () => { if (!changed.hidden) return desk.leave(() => location.assign(words.here)); byId("thread").scrollIntoView(); },
    a: () => (byId("id_notes") ?? byId("act")).focus(),
    "Ctrl+Enter": () => sendAnswer("[data-sends]"),
    "Ctrl+Shift+Enter": () => sendAnswer("[data-sends-next]"),
    n: () => document.querySelector("[data-sends-next]") ? sendAnswer("[data-sends-next]") : byId("take-next") && desk.leave(() => submit(byId("take-next"))),
  };
  if (doors.has("reassign") || doors.has("release")) actions.r = () => (doors.get("reassign") ?? doors.get("release"))();
  if (doors.has("priority")) actions.p = doors.get("priority");
  if (document.querySelector("[data-snooze]")) actions.s = () => document.querySelector("[data-snooze]").click();
  if (doors.has("reason")) actions.w = doors.get("reason");
  if (byId("undo")) actions.z = () => submit(byId("undo"));
  for (const key of "1234") {
    const choice = document.querySelector(`#answer-form [data-key="${key}"]`);
    if (choice) actions[key] = () => { choice.click(); choice.focus(); };
  }
  desk.keys(actions);

  function sendAnswer(which) {
    const button = byId("answer-form")?.querySelector(which);
    if (button) submit(button.form, button);
  }
}
