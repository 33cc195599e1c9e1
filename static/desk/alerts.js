"use strict";
// A notification when something new comes in while the page is out of sight: off until somebody turns it on, and kept
// in this browser alone. The icon of the tab gets a dot then, too.
{
  const KEPT_AS = "desk-alerts";
  const dialog = document.getElementById("alerts"), words = dialog.dataset, said = dialog.querySelector(".said");
  const boxes = [...dialog.querySelectorAll("[type=checkbox]")];
  const buttons = Object.fromEntries([...dialog.querySelectorAll("[data-turn]")].map((button) => [button.dataset.turn, button]));
  const icon = document.querySelector("link[rel=icon]"), plain = icon.href;
  const wanted = () => (localStorage.getItem(KEPT_AS) ?? "").split(" ").filter(Boolean);
  const isOn = () => window.Notification?.permission === "granted" && wanted().length > 0;

  function show(text = "") {
    const chosen = wanted();
    if (chosen.length) for (const box of boxes) box.checked = chosen.includes(box.value);
    buttons.on.hidden = isOn();
    buttons.off.hidden = buttons.test.hidden = !isOn();
    said.textContent = text;
  }

  function keep() { localStorage.setItem(KEPT_AS, boxes.filter((box) => box.checked).map((box) => box.value).join(" ")); }

  function notify(title, body) {
    const note = new Notification(title, { body, tag: "desk", icon: words.icon });
    note.onclick = () => { focus(); note.close(); };
  }

  const turn = {
    async on() {
      if (!window.Notification) return show(words.missing);
      if (await Notification.requestPermission() !== "granted") return show(words.denied);
      keep();
      show();
    },
    off() {
      localStorage.removeItem(KEPT_AS);
      show();
    },
    test() {
      notify(document.title, words.test);
      show(words.sent);
    },
  };

  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", turn[name]);
  for (const box of boxes) box.addEventListener("change", () => isOn() && keep());
  desk.list.element.addEventListener("arrived", ({ detail: row }) => {
    if (!document.hidden) return;
    icon.href = words.dot;
    if (!isOn() || !wanted().includes(row.dataset.priority)) return;
    notify(desk.say(words.new, row.querySelector(".badge").textContent), row.querySelector(".c-what a").textContent);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) icon.href = plain; });
  show();
}
