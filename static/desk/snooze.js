"use strict";
// Snooze: the menu as a dialog, in the time zone of this browser. Links marked data-snooze open it; without this script
// they lead to the same form as a page.
{
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const dialog = document.getElementById("snooze");
  let done = null;

  const at = (days, hour) => {
    const then = new Date();
    then.setDate(then.getDate() + days);
    then.setHours(hour, 0, 0, 0);
    return then;
  };
  const moments = {
    hour: () => new Date(Date.now() + 3_600_000),
    afternoon: () => at(new Date().getHours() < 14 ? 0 : 1, 14),
    morning: () => at(1, 9),
    monday: () => at((8 - new Date().getDay()) % 7 || 7, 9),
  };

  /** What the choices mean here and now. */
  function fill(form) {
    form.elements.zone.value = zone;
    form.querySelector(".zone").hidden = true;
    for (const [name, moment] of Object.entries(moments)) {
      const then = moment(), isToday = then.toDateString() === new Date().toDateString();
      const shown = isToday ? { timeStyle: "short" } : { weekday: "short", hour: "numeric", minute: "2-digit" };
      form.querySelector(`.choices [value=${name}] .when`).textContent = then.toLocaleString(document.documentElement.lang, shown);
    }
    form.querySelector(".choices [value=afternoon]").hidden = new Date().getHours() >= 14;
  }

  desk.snooze = {
    /** `what` is named in the heading. With `send`, the filled form goes to it; else the page does what forms do. */
    open(action, what, send) {
      const form = dialog.querySelector("form"), heading = dialog.querySelector("h2");
      form.action = action;
      done = send;
      heading.textContent = desk.say(heading.dataset.one, what);
      fill(form);
      dialog.showModal();
    },
  };

  dialog?.querySelector("form").addEventListener("submit", (event) => {
    if (!done || event.submitter?.formMethod === "dialog") return;
    event.preventDefault();
    dialog.close();
    done(new FormData(event.target, event.submitter));
  });
  for (const form of document.querySelectorAll("main form.snooze")) fill(form);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-snooze]");
    if (!link || !dialog || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    desk.snooze.open(link.href, link.dataset.snooze);
  });
}
