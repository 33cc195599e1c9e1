"use strict";
// Answers written once: t opens the list, a number or typed words choose one, and its text stands where the cursor was.
{
  const opens = document.getElementById("templates-open"), dialog = document.getElementById("templates");
  if (dialog) {
    const form = document.getElementById("answer-form"), notes = form.elements.notes, find = document.getElementById("templates-find");
    const offers = [...dialog.querySelectorAll("[data-template]")], none = dialog.querySelector(".none");
    const address = (id) => dialog.closest(".templates").dataset.url.replace(/0\/$/, `${id}/`);
    const shown = () => offers.filter((offer) => !offer.parentElement.hidden);

    function open() {
      find.value = "";
      filter();
      dialog.showModal();
      find.focus();
    }

    function filter() {
      const words = find.value.toLowerCase().split(/\s+/);
      for (const offer of offers) offer.parentElement.hidden = !words.every((word) => offer.textContent.toLowerCase().includes(word));
      none.hidden = shown().length > 0;
    }

    async function insert(offer) {
      dialog.close();
      const answer = await fetch(address(offer.dataset.template), { headers: { accept: "application/json" }, signal: AbortSignal.timeout(10_000) }).catch(() => null);
      if (!answer?.ok || answer.redirected) return desk.signedOut && answer?.redirected ? desk.signedOut() : undefined;
      const { text, decision } = await answer.json();
      const choice = decision && !form.querySelector("[name=decision]:checked") && form.querySelector(`[name=decision][value=${decision}]`);
      if (choice) { choice.checked = true; choice.dispatchEvent(new Event("input", { bubbles: true })); }
      notes.focus();
      notes.setRangeText(text, notes.selectionStart, notes.selectionEnd, "end");
      notes.dispatchEvent(new Event("input", { bubbles: true }));
    }

    find.addEventListener("input", filter);
    dialog.addEventListener("keydown", (event) => {
      const number = !find.value && /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
      if (event.key === "Enter" && event.target === find) { event.preventDefault(); if (shown().length) insert(shown()[0]); }
      else if (number && offers[number - 1]) { event.preventDefault(); insert(offers[number - 1]); }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const all = [find, ...shown()], step = event.key === "ArrowDown" ? 1 : -1;
        all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
      }
    });
    dialog.addEventListener("click", (event) => {
      const offer = event.target.closest("[data-template]");
      if (offer) insert(offer);
      else if (event.target.closest(".close")) dialog.close();
    });
    dialog.closest(".templates").querySelector(".pick").hidden = true;
    opens.hidden = false;
    opens.addEventListener("click", open);
    desk.keys?.({ t: open });
  }
}
