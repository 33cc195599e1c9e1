"use strict";
// Parts of a page that the server draws and that change in place: everything marked data-region, by its id.
{
  const regions = (root) => new Map([...root.querySelectorAll("[data-region]")].map((part) => [part.id, part]));
  const isHeld = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;
  let asked = 0;

  /** What a part says: the token of its forms is another one each time. */
  function said(part) {
    const copy = part.cloneNode(true);
    for (const field of copy.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.removeAttribute("value");
    return copy;
  }

  /** The page as the server has it now, asked for by itself and not by a person; null when it asks for a sign-in or is not there any more. */
  desk.fetchPage = async (address) => {
    const answer = await fetch(address, { headers: { "x-refresh": "yes" }, signal: AbortSignal.timeout(10_000) });
    if (answer.redirected || !answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  /** Put what has changed in place; a part that somebody is in stays. Returns the parts that were changed, and those. */
  desk.putRegions = (page) => {
    const fresh = regions(page), changed = [], held = [];
    for (const [id, part] of regions(document)) {
      const next = fresh.get(id);
      const asServed = next && said(next);
      if (!next || asServed.isEqualNode(part.asServed)) continue;
      if (isHeld(part)) {
        held.push(part);
        continue;
      }
      part.className = next.className;
      part.replaceChildren(...document.adoptNode(next).childNodes);
      part.asServed = asServed;
      desk.localTimes(part);
      changed.push(part);
    }
    // Whoever signed in again in another tab has a new token.
    const token = page.querySelector("input[name=csrfmiddlewaretoken]")?.value;
    if (token) for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
    return { changed, held };
  };

  /** Fetch and put in place; when asked again meanwhile, only the last answer counts. */
  desk.refresh = async (address) => {
    const turn = asked += 1, page = await desk.fetchPage(address);
    return page && turn === asked ? { page, ...desk.putRegions(page) } : null;
  };

  for (const part of regions(document).values()) part.asServed = said(part);
}
