"use strict";
// Parts of a page that the server draws and that change in place: everything marked data-region, by its id.
{
  const regions = (root) => new Map([...root.querySelectorAll("[data-region]")].map((part) => [part.id, part]));
  const isHeld = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;
  let asked = 0;

  /** The page as the server has it now; null when it asks for a sign-in or is not there any more. */
  desk.fetchPage = async (address) => {
    const answer = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    if (answer.redirected || !answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  /** Put what has changed in place; a part that somebody is in stays. Returns the parts that were changed. */
  desk.putRegions = (page) => {
    const fresh = regions(page), changed = [];
    for (const [id, part] of regions(document)) {
      const next = fresh.get(id);
      if (!next || next.isEqualNode(part.asServed ?? part) || isHeld(part)) continue;
      const asServed = next.cloneNode(true);
      part.className = next.className;
      part.replaceChildren(...document.adoptNode(next).childNodes);
      part.asServed = asServed;
      desk.localTimes(part);
      changed.push(part);
    }
    // Whoever signed in again in another tab has a new token.
    const token = page.querySelector("input[name=csrfmiddlewaretoken]")?.value;
    if (token) for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    return changed;
  };

  /** Fetch and put in place; when asked again meanwhile, only the last answer counts. */
  desk.refresh = async (address) => {
    const turn = asked += 1, page = await desk.fetchPage(address);
    return page && turn === asked ? { page, changed: desk.putRegions(page) } : null;
  };

  for (const part of regions(document).values()) part.asServed = part.cloneNode(true);
}
