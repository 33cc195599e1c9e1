"use strict";
// The keys of a page. What each does stands in its help (templates/desk/keys.html); scripts give the actions:
// desk.keys({ j: next, "Ctrl+Enter": send }). Letters act outside of fields, and never for people who turned them off.
{
  const SECOND_WITHIN = 1500; // ms between the two of "g q"
  const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";
  const help = document.getElementById("help");
  const listed = new Map([...help.querySelectorAll("[data-key]")].map((line) => [line.dataset.key, line]));
  const actions = new Map();
  const running = new Set();
  let first = "", firstAt = 0;

  desk.keys = (given) => {
    for (const [key, act] of Object.entries(given)) {
      if (!listed.has(key)) throw new Error(`The list of keys does not know ${key}`);
      actions.set(key, act);
    }
    for (const [key, line] of listed) line.hidden = !actions.has(key);
  };

  /** "J" for Shift+j, whatever Caps Lock says; "Ctrl+Enter" on every system. */
  function nameOf(event) {
    const isLetter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase();
    const key = !isLetter ? event.key : event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
    const held = [event.ctrlKey || event.metaKey ? "Ctrl+" : "", event.shiftKey && key.length > 1 ? "Shift+" : ""];
    return held.join("") + key;
  }

  function actionOf(event) {
    const name = nameOf(event);
    if (name.startsWith("Ctrl+")) return [name, actions.get(name)];
    if (help.dataset.single === "off" || event.target.closest?.(FIELDS)) return [name];
    const both = `${first} ${name}`, isSecond = first && performance.now() - firstAt < SECOND_WITHIN;
    first = "";
    if (isSecond && actions.has(both)) return [both, actions.get(both)];
    if ([...actions.keys()].some((key) => key.startsWith(`${name} `))) {
      [first, firstAt] = [name, performance.now()];
      event.preventDefault();
    }
    return [name, actions.get(name)];
  }

  /** A key that is held down must not do again what is still being done, nor reach the next page. */
  function run(name, act, isRepeat) {
    if (running.has(name) || (isRepeat && running.size)) return;
    const done = act();
    if (!(done instanceof Promise)) return;
    running.add(name);
    done.finally(() => running.delete(name));
  }

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    const [name, act] = actionOf(event);
    if (!act) return;
    event.preventDefault();
    run(name, act, event.repeat);
  });
  addEventListener("pageshow", () => running.clear()); // back from the next page

  for (const [key, line] of listed) if (line.dataset.go) actions.set(key, () => leave(() => location.assign(line.dataset.go)));
  for (const button of document.querySelectorAll("[data-opens]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }
  desk.keys({ "?": () => help.showModal() });

  /** Go to another page, once: for actions whose page is on its way. */
  const leave = desk.leave = (go) => { go(); return new Promise(() => {}); };
}
