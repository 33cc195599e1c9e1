"use strict";
// What the agent knows: one part at a time, and what is too large for the page put in its place when it is asked for.
// Without this script all parts stand below each other, and what is too large has pages of its own.
{
  const WAITS = 10_000; // milliseconds
  const context = document.getElementById("context");
  const tabs = [...context.querySelectorAll("[data-context-tab]")];
  const panels = tabs.map((tab) => document.getElementById(tab.hash.slice(1)));

  /** The others stay findable with the browser's own search, which opens them. */
  function show(panel) {
    panels.forEach((each, index) => {
      if (each === panel) each.removeAttribute("hidden");
      else each.setAttribute("hidden", "until-found");
      if (each === panel) tabs[index].setAttribute("aria-current", "true");
      else tabs[index].removeAttribute("aria-current");
    });
    panel.querySelector("[data-at-once]")?.click();
  }

  function next() {
    const now = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
    if (tabs.length) show(panels[(now + 1) % tabs.length]);
  }

  /** Open whatever hides the element that an address names. */
  function reveal(hash) {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target || !context.contains(target) || target === context) return;
    const panel = target.closest("[data-panel]");
    if (panel && panels.includes(panel)) show(panel);
    for (let each = target; each !== context; each = each.parentElement) if (each.matches("details")) each.open = true;
    target.scrollIntoView({ block: "nearest" });
  }

  async function load(link) {
    const gap = link.closest("[data-gap]");
    if (gap.hasAttribute("data-loading")) return;
    gap.toggleAttribute("data-loading", true);
    try {
      const answer = await fetch(link.href, { signal: AbortSignal.timeout(WAITS) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"); // runs nothing; our own template
      const part = page.querySelector("[data-part-content]");
      if (!answer.ok || answer.redirected || !part) throw new Error(answer.status);
      put(gap, part, document.activeElement === link);
    } catch {
      location.assign(link.href); // the page of its own says what is wrong
    }
  }

  function put(gap, part, hadFocus) {
    const first = part.firstElementChild;
    gap.replaceWith(...part.childNodes);
    if (!hadFocus || !first) return;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }

  context.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const isPlain = link && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!isPlain) return;
    if (link.matches("[data-context-tab]")) {
      event.preventDefault();
      show(panels[tabs.indexOf(link)]);
    } else if (link.matches("[data-part]")) {
      event.preventDefault();
      load(link);
    } else if (link.hash && link.pathname === location.pathname) {
      reveal(link.hash);
    }
  });
  context.addEventListener("desk:next-tab", next);
  for (const panel of panels) panel.addEventListener("beforematch", () => show(panel));
  addEventListener("hashchange", () => reveal(location.hash));

  if (panels.length) {
    context.classList.add("tabbed");
    show(panels[0]);
    reveal(location.hash);
  }
}
