"use strict";
// The page of one escalation: its clock, its typed answer kept in this tab, and a word when somebody changes it meanwhile.
{
  const bench = document.getElementById("bench");
  const left = document.getElementById("left");
  const changed = document.getElementById("changed");
  const notes = document.getElementById("id_notes");
  const words = bench.dataset;

  desk.startClock(Number(words.now));
  desk.localTimes(bench);
  if (left && !("hold" in left.dataset)) {
    setInterval(() => desk.drawLeft(left, Number(words.due), Number(words.created), words), 1000);
  }

  const key = `answer:${words.me}:${words.id}`;
  if ("finished" in words) sessionStorage.removeItem(key); // never because somebody else took it
  if (notes) {
    if (!notes.value) notes.value = sessionStorage.getItem(key) ?? "";
    notes.addEventListener("input", () => sessionStorage.setItem(key, notes.value));
    notes.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) notes.form?.requestSubmit();
    });
  }

  desk.connect({
    path: words.socket,
    since: Number(words.head),
    onState() {},
    onHello({ missed }) { if (missed) tell(""); },
    onEvent(frame) { if (frame.id === words.id && frame.rev > Number(words.version)) tell(frame.actor); },
  });

  function tell(actor) {
    changed.querySelector(".text").textContent = actor ? desk.say(changed.dataset.by, actor) : changed.dataset.byOther;
    changed.hidden = false;
  }
}
