"use strict";
// What every live page shares: the server's clock, time in words, local times, and the socket that comes back.
// All words come from the page, so that this file needs no translation.
{
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  const PING_EVERY = 20, DEAD_AFTER = 45; // seconds
  const SIGNED_OUT = 4401, REFUSED = 4400;
  const clock = { offset: 0, roundTrip: Infinity };
  const two = (number) => String(number).padStart(2, "0");

  const desk = window.desk = {
    /** Seconds since the epoch, by the server's clock. */
    now: () => Date.now() / 1000 + clock.offset,

    /** The page was rendered at `now`; only a guess until the first ping comes back. */
    startClock(now) { clock.offset = now - Date.now() / 1000; },

    /** "%s left" with its values put in. */
    say: (words, ...values) => values.reduce((said, value) => said.replace("%s", () => value), words),

    span(seconds) {
      const whole = Math.max(0, Math.floor(seconds));
      if (whole >= 2 * DAY) return `${Math.floor(whole / DAY)}d ${Math.floor(whole % DAY / HOUR)}h`;
      if (whole >= HOUR) return `${Math.floor(whole / HOUR)}h ${two(Math.floor(whole % HOUR / MINUTE))}m`;
      return `${Math.floor(whole / MINUTE)}m ${two(whole % MINUTE)}s`;
    },

    age(seconds, now) {
      for (const [unit, letter] of [[DAY, "d"], [HOUR, "h"], [MINUTE, "m"]]) {
        if (seconds >= unit) return Math.floor(seconds / unit) + letter;
      }
      return now;
    },

    /** Draw the time left into an element; true when it is overdue. */
    drawLeft(element, due, created, words) {
      const left = due - desk.now(), soon = left <= 0.2 * (due - created);
      const text = left < 0 ? desk.say(words.overdue, desk.span(-left)) : desk.say(words.left, desk.span(left));
      if (element.textContent !== text) element.textContent = text;
      element.classList.toggle("chip", left < 0);
      element.classList.toggle("due-soon", left >= 0 && soon);
      return left < 0;
    },

    /** For who cannot see it. */
    speak(text) { document.getElementById("said").textContent = text; },

    /** A word in the corner, with what can be done about it. */
    toast(text, { href, label, isAlarm, again, undo } = {}) {
      const all = document.getElementById("toasts");
      const note = document.getElementById("toast").content.firstElementChild.cloneNode(true);
      const link = note.querySelector(".go");
      note.querySelector(".text").textContent = text;
      note.setAttribute("role", isAlarm ? "alert" : "status");
      if (href) Object.assign(link, { href, textContent: label ?? link.textContent });
      else link.remove();
      for (const [name, act] of Object.entries({ again, undo, dismiss: () => {} })) {
        const button = note.querySelector(`.${name}`);
        if (act) button?.addEventListener("click", () => { note.remove(); act(); });
        else button?.remove();
      }
      while (all.childElementCount > 2) all.firstElementChild.remove();
      all.append(note);
      setTimeout(() => note.matches(":hover, :focus-within") || note.remove(), again || undo ? 15_000 : 8000);
    },

    localTimes(root) {
      for (const time of root.querySelectorAll("time[data-local]")) {
        time.title = time.textContent;
        time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      }
    },
  };

  /** A socket that stays: it reconnects, says where it stands, and asks for what it missed. */
  class Live {
    constructor({ path, since, onState, onHello, onEvent }) {
      Object.assign(this, { path, since, onState, onHello, onEvent, tries: 0, heard: 0, everLive: false });
      addEventListener("online", () => this.wake());
      document.addEventListener("visibilitychange", () => document.hidden || this.wake());
      addEventListener("pagehide", () => { this.over = true; this.socket?.close(1000); });
      addEventListener("pageshow", (event) => { if (event.persisted) { this.over = false; this.open(); } });
      setInterval(() => this.beat(), 1000);
      this.open();
    }

    open() {
      clearTimeout(this.timer);
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      const socket = this.socket = new WebSocket(`${scheme}//${location.host}${this.path}?since=${this.since}`);
      this.heard = performance.now();
      socket.onmessage = (message) => socket === this.socket && this.hear(JSON.parse(message.data));
      socket.onclose = (event) => socket === this.socket && this.lost(event.code);
      if (!this.everLive) this.onState("connecting");
    }

    hear(frame) {
      this.heard = performance.now();
      if (frame.t === "hello") this.greet(frame);
      else if (frame.t === "ev") this.take(frame);
      else if (frame.t === "ping") this.since = Math.max(this.since, frame.head);
      else if (frame.t === "pong") this.measure(frame);
    }

    greet(frame) {
      this.tries = 0;
      if (frame.reset) this.since = frame.head;
      this.onState("live");
      this.onHello({ isBack: this.everLive, missed: Boolean(frame.reset), changes: frame.replayed });
      this.everLive = true;
      this.ping();
    }

    take(frame) {
      if (frame.seq <= this.since) return;
      const hole = frame.prev > this.since;
      this.since = frame.seq;
      this.onEvent(frame);
      if (hole) this.onHello({ isBack: false, missed: true, changes: 0 });
    }

    /** The answer with the shortest way tells the server's time best. */
    measure(frame) {
      const roundTrip = performance.now() - frame.at;
      if (roundTrip > clock.roundTrip) return;
      clock.roundTrip = roundTrip;
      clock.offset = frame.now + roundTrip / 2000 - Date.now() / 1000;
    }

    ping() {
      this.pinged = performance.now();
      this.socket.send(JSON.stringify({ t: "ping", at: this.pinged }));
    }

    beat() {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      if (performance.now() - this.heard > DEAD_AFTER * 1000) return this.lost(0);
      if (performance.now() - this.pinged > PING_EVERY * 1000) this.ping();
    }

    lost(code) {
      const old = this.socket;
      old.onclose = old.onmessage = null;
      old.close();
      if (this.over) return;
      if (code === SIGNED_OUT) return this.onState("out");
      if (code === REFUSED) return this.onState("refused");
      this.onState("stale");
      // Full jitter. Often at first, since most outages are restarts; rarely when it lasts.
      const most = this.tries < 12 ? Math.min(2, 0.5 * 2 ** this.tries) : Math.min(30, 2 ** (this.tries - 11));
      this.tries += 1;
      this.timer = setTimeout(() => this.open(), Math.random() * most * 1000);
    }

    wake() {
      if (!this.over && this.socket.readyState !== WebSocket.OPEN && this.socket.readyState !== WebSocket.CONNECTING) this.open();
    }
  }

  desk.connect = (options) => new Live(options);
}
