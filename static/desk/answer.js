"use strict";
// The form of an answer: what depends on the decision, rows, changes shown as they are typed. Drafts: draft.js; templates: templates.js.
{
  const form = document.getElementById("answer-form");
  const words = form?.dataset;
  const decision = () => form.querySelector("[name=decision]:checked")?.value;
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

  /** Only what belongs to the decision can be filled in, and is insisted on. */
  function fit() {
    const chosen = decision();
    for (const part of form.querySelectorAll("[data-for], [data-not-for]")) {
      const fits = part.dataset.for ? part.dataset.for === chosen : part.dataset.notFor !== chosen;
      part.hidden = part.disabled = !fits;
    }
    for (const field of form.querySelectorAll("[data-required]")) {
      if (field.matches("fieldset")) field.querySelectorAll("[type=radio]").forEach((each) => { each.required = true; });
      else field.required = true;
    }
    const notes = form.elements.notes;
    if (chosen) notes.required = chosen === "respond";
  }

  // What HTML cannot say of a field, the browser says all the same.
  function check(field) {
    let said = "";
    if ("json" in field.dataset && field.value) said = isJSON(field.value) ? "" : words.invalidJson;
    else if (field.required && field.value && !field.value.trim()) said = words.blank;
    field.setCustomValidity?.(said);
  }

  function isJSON(text) {
    try { JSON.parse(text); return true; } catch { return false; }
  }

  function count(group) {
    const boxes = [...group.querySelectorAll("[type=checkbox]")], chosen = boxes.filter((box) => box.checked).length;
    const { least = 0, most = boxes.length } = group.dataset;
    const isOpen = !chosen && !("needed" in group.dataset);
    const said = isOpen ? "" : chosen < least ? desk.say(words.tooFew, least) : chosen > most ? desk.say(words.tooMany, most) : "";
    boxes.forEach((box, index) => box.setCustomValidity(index ? "" : said));
  }

  // Changes: "was … now …", with what is equal cut away (as escalations/desk/answering/changes.py does it).
  const AROUND = 24, SHORT = 80;
  function difference(was, now) {
    if (Math.max(was.length, now.length) <= SHORT) return ["", was, now, ""];
    const most = Math.min(was.length, now.length);
    let lead = 0, tail = 0;
    while (lead < most && was[lead] === now[lead]) lead += 1;
    while (tail < most - lead && was.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
    const before = was.slice(0, lead), after = was.slice(was.length - tail);
    return [
      before.length > AROUND ? `…${before.slice(-AROUND)}` : before, was.slice(lead, was.length - tail),
      now.slice(lead, now.length - tail), after.length > AROUND ? `${after.slice(0, AROUND)}…` : after,
    ];
  }

  const compact = (text) => isJSON(text) ? JSON.stringify(JSON.parse(text)) : text;

  function showChange(part) {
    const field = part.querySelector("[type=radio]:checked") ?? part.querySelector("input:not([type=radio]), textarea, select");
    const said = (text) => "json" in field.dataset ? compact(text) : text;
    const was = said(part.dataset.was), now = said(field?.value ?? "");
    const isSame = was === now || (field.type === "number" && now !== "" && Number(was) === Number(now));
    const line = part.querySelector(".change"), [lead, before, after, tail] = isSame ? ["", "", "", ""] : difference(was, now);
    part.classList.toggle("changed", !isSame);
    line.hidden = isSame;
    line.querySelector("del").textContent = before;
    line.querySelector("ins").textContent = after;
    for (const each of line.querySelectorAll(".lead")) each.textContent = lead;
    for (const each of line.querySelectorAll(".tail")) each.textContent = tail;
  }

  function reset() {
    for (const part of form.querySelectorAll(".argument")) {
      const { was } = part.dataset;
      for (const field of part.querySelectorAll("input, textarea, select")) {
        if (field.type === "radio") field.checked = field.value === was;
        else field.value = "json" in field.dataset ? JSON.stringify(JSON.parse(was), null, 2) : was;
      }
    }
    changed();
  }

  // Rows of a list.
  function add(list) {
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true), number = list.dataset.next;
    list.dataset.next = Number(number) + 1;
    for (const part of row.querySelectorAll("*")) {
      for (const { name, value } of [...part.attributes]) if (value.includes("{row}")) part.setAttribute(name, value.replace("{row}", number));
    }
    const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), place = list.querySelectorAll(".row").length + 1;
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace("{row}", place);
    list.querySelector(".row-list").append(row);
    row.querySelector("input, textarea, select")?.focus();
    full(list);
  }

  function remove(row) {
    const list = row.closest("[data-rows]"), next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input, textarea, select") ?? list.querySelector("[data-adds]")).focus();
    full(list);
    changed();
  }

  const full = (list) => { list.querySelector("[data-adds]").disabled = list.querySelectorAll(".row").length >= Number(list.dataset.most); };

  function press(event) {
    const button = event.target.closest("button");
    if (!button || !form.contains(button)) return;
    const act = button.matches("[data-adds]") ? () => add(button.closest("[data-rows]"))
      : button.matches("[data-removes]") ? () => remove(button.closest(".row"))
        : button.matches("[data-resets]") ? reset : null;
    if (!act) return;
    event.preventDefault();
    act();
  }

  function typed(event) {
    if (event.target.name === "decision") fit();
    if (event.target.matches("input, textarea, select")) check(event.target);
    form.querySelectorAll(".argument").forEach(showChange);
    form.querySelectorAll(".choices:has([type=checkbox])").forEach(count);
  }

  if (form) {
    form.addEventListener("input", typed);
    form.addEventListener("click", press);
    fit();
    form.querySelectorAll("input, textarea").forEach(check);
    form.querySelectorAll(".choices:has([type=checkbox])").forEach(count);
    form.querySelectorAll(".argument").forEach(showChange);
    form.querySelectorAll("[data-rows]").forEach(full);
    form.querySelector(".mistakes a")?.focus();
  }
}
