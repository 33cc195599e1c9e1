"use strict";
// What becomes of the tests, until each has an end. Without this script the page shows it when it is loaded again.
{
  const MOST = 45, EVERY = 2000;
  let looks = 0;

  async function look() {
    const part = document.getElementById("paged");
    if (!part?.querySelector("[data-pending]") || (looks += 1) > MOST) return;
    try {
      const answer = await fetch(part.dataset.address, { signal: AbortSignal.timeout(10_000) });
      if (answer.redirected || !answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("paged");
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...document.adoptNode(fresh).childNodes);
    } catch {
      // The next look may find the way.
    }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY / 2);
}
