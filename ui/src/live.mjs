// A timeline that grows by itself: each entry comes rendered by the server, as on the page, and is put on top. When
// something shown before was corrected, the page says so and offers to load it again; nothing changes under a
// reader's eyes.

export function followTimeline(timeline) {
  const state = document.querySelector("[data-live-state]");
  const say = (text) => {
    if (state) state.textContent = text;
  };
  const events = new EventSource(timeline.dataset.live);

  events.addEventListener("ready", () => say("Live: new entries appear here by themselves."));

  events.addEventListener("entry", (event) => {
    const holder = document.createElement("template");
    holder.innerHTML = event.data;
    const entry = holder.content.firstElementChild;
    if (!entry || document.getElementById(entry.id)) return;
    entry.classList.add("gt-timeline__item--new");
    timeline.prepend(entry);
    say("A new entry has come in. It is at the top.");
  });

  events.addEventListener("changed", () => {
    const changed = document.querySelector("[data-live-changed]");
    if (changed) changed.hidden = false;
  });

  events.addEventListener("closed", () => {
    events.close();
    say("Not live any more. Load the page again to go on.");
  });

  events.addEventListener("error", () => {
    say(
      events.readyState === EventSource.CLOSED
        ? "Not live: load the page again to see what is new."
        : "The connection was lost. It is being made again.",
    );
  });

  // An open stream is a look at a child: it ends with the page.
  window.addEventListener("pagehide", () => events.close());
}
