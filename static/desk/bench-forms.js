"use strict";
// Forms marked data-send go out without leaving the page, so that nothing typed is lost whatever comes back:
// done leads on, a refusal is said above what was typed, silence ends after ten seconds with a way to try again.
{
  const TIMEOUT = 10_000; // ms
  const BAD_REQUEST = 400;
  const words = document.getElementById("bench").dataset;
  const trouble = document.getElementById("trouble");

  desk.trouble = (text, { again, stands } = {}) => {
    trouble.hidden = !text;
    trouble.querySelector(".text").textContent = text;
    trouble.querySelector(".again").hidden = !again;
    trouble.querySelector(".stands").hidden = !stands;
    trouble.again = again;
    if (text) trouble.scrollIntoView({ block: "nearest" });
  };

  async function send(form, submitter) {
    if (form.dataset.isSending) return;
    const label = submitter ? [...submitter.childNodes] : [];
    form.dataset.isSending = "yes";
    desk.trouble("");
    if (submitter) {
      submitter.disabled = true;
      submitter.replaceChildren(words.sending);
    }
    const restore = () => {
      delete form.dataset.isSending;
      submitter?.replaceChildren(...label);
      if (submitter) submitter.disabled = false;
    };
    try {
      await judge(await post(form, submitter), form, submitter, restore);
    } catch {
      desk.trouble(words.failed, { again: () => send(form, submitter) });
    }
    restore();
  }

  function post(form, submitter) {
    const body = new FormData(form);
    if (submitter?.name) body.append(submitter.name, submitter.value);
    return fetch(submitter?.hasAttribute("formaction") ? submitter.formAction : form.action, {
      method: "POST", body, headers: { accept: "application/json", prefer: "return=minimal" }, signal: AbortSignal.timeout(TIMEOUT),
    });
  }

  async function judge(answer, form, submitter, restore) {
    if (answer.redirected) return desk.signedOut();
    if (answer.status === BAD_REQUEST) {
      restore();
      return plainly(form, submitter);
    }
    form.closest("dialog")?.close();
    if (!answer.headers.get("content-type")?.startsWith("application/json")) {
      const id = answer.headers.get("x-request-id");
      return desk.trouble(id ? `${words.failed} ${desk.say(words.request, id)}` : words.failed, { again: () => send(form, submitter) });
    }
    const said = await answer.json();
    if (!answer.ok) return desk.trouble(said.message, { stands: true });
    form.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
    location.assign(said.go);
    await new Promise(() => {}); // the next page is on its way
  }

  /** As a browser without this script would: the page that comes back says beside each field what is wrong. */
  function plainly(form, submitter) {
    form.dataset.isPlain = "yes";
    form.requestSubmit(submitter ?? undefined);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-send]") || form.dataset.isPlain || event.submitter?.name === "step") return;
    event.preventDefault();
    send(form, event.submitter);
  });
  trouble.querySelector(".again").addEventListener("click", () => trouble.again?.());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // what was sent is over
}
