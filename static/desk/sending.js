"use strict";
// Sending what somebody does: one request, an answer within ten seconds, and a word when it did not work.
{
  const TIMEOUT = 10_000, SLOW = 300; // ms
  const words = document.getElementById("toast").dataset;

  /** Post a form by script. Gives what the server said, or null when it could not be asked: then that is said already. */
  desk.send = async (url, body) => {
    const again = () => desk.send(url, body).then((said) => said && desk.acted?.(said));
    const waiting = setTimeout(() => desk.speak(words.wait), SLOW);
    try {
      const answer = await fetch(url, {
        method: "POST", body, headers: { accept: "application/json" }, signal: AbortSignal.timeout(TIMEOUT),
      });
      if (answer.redirected) return signedOut();
      if (answer.headers.get("content-type") !== "application/json") return failed(words.failed, answer, again);
      return { ...await answer.json(), ok: answer.ok };
    } catch (error) {
      return failed(error.name === "TimeoutError" ? words.slow : words.failed, null, again);
    } finally {
      clearTimeout(waiting);
    }
  };

  function failed(text, answer, again) {
    const request = answer?.headers.get("x-request-id");
    desk.toast(request ? `${text} ${desk.say(words.request, request)}` : text, { isAlarm: true, again });
    return null;
  }

  function signedOut() {
    const back = encodeURIComponent(location.pathname + location.search);
    desk.toast(words.signedOut, { isAlarm: true, href: `${words.signInAt}?next=${back}`, label: words.signIn });
    return null;
  }
}
