"use strict";
// The admin's list and page of escalations: they say what has changed since they were loaded, and move nothing.
{
  const region = document.getElementById("changed");
  const words = region.dataset;
  const note = region.querySelector(".changed");
  const known = new Map(), changed = new Set();
  const KEPT = "chosen-escalations";

  for (const each of document.querySelectorAll("[data-escalation]")) {
    known.set(each.dataset.escalation, Number(each.dataset.version));
  }
  const isList = "many" in words;

  desk.connect({
    path: words.socket,
    since: Number(words.head),
    onState() {},
    onHello({ missed }) { if (missed) tell(isList ? words.lost : words.byOther); },
    onEvent(frame) {
      if (!known.has(frame.id) || frame.rev <= known.get(frame.id)) return;
      if (isList) mark(frame.id);
      else tell(frame.actor ? desk.say(words.by, frame.actor) : words.byOther);
    },
  });

  function mark(id) {
    if (changed.has(id)) return;
    changed.add(id);
    const place = document.querySelector(`#result_list [data-escalation="${CSS.escape(id)}"]`);
    const said = document.createElement("span");
    said.className = "changed-mark visually-hidden";
    said.textContent = words.mark;
    place.after(said);
    tell(changed.size === 1 ? words.one : desk.say(words.many, changed.size));
  }

  function tell(text) {
    note.querySelector(".text").textContent = text;
    note.hidden = false;
  }

  // What was ticked is ticked again after a reload.
  const boxes = () => [...document.querySelectorAll("#result_list input.action-select")];
  note.querySelector("a").addEventListener("click", () => {
    sessionStorage.setItem(KEPT, JSON.stringify(boxes().filter((box) => box.checked).map((box) => box.value)));
  });
  const kept = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
  sessionStorage.removeItem(KEPT);
  for (const box of boxes()) if (kept.has(box.value) && !box.checked) box.click();
}
