// What a page does beyond links and forms, all of which work without it: it looks for news and takes them over in place, asks for
// confirmation without leaving the page, and knows three keys.
(() => {
  "use strict";

  const body = document.body;
  const refreshSeconds = Number(body.dataset.refresh);
  const liveHeader = body.dataset.liveHeader;
  const stale = document.getElementById("stale");
  const dialog = document.getElementById("confirm-dialog");
  const liveButton = document.getElementById("live");
  const storedLive = "scheduler-live";

  // Parsing makes markup of text, which the page's policy leaves to this one name. Only answers of this host come here.
  const policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("scheduler", { createHTML: (text) => text })
    : { createHTML: (text) => text };
  const parse = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html");

  const tell = (text) => {
    stale.textContent = text;
    stale.hidden = text === "";
  };

  // News

  // In a frame of another site a browser may refuse the storage: then nothing is remembered.
  const remember = (value) => {
    try {
      localStorage.setItem(storedLive, value);
    } catch {}
  };
  const remembered = () => {
    try {
      return localStorage.getItem(storedLive);
    } catch {
      return null;
    }
  };

  let isLive = refreshSeconds > 0 && remembered() !== "off";
  let timer = 0;
  let isLooking = false;

  const isBusy = () => {
    const focused = document.activeElement;
    const isTyping = focused !== null && focused.matches("main input:not([type=hidden]), main select, main textarea");
    const selection = document.getSelection();
    return dialog.open || isTyping || (selection !== null && !selection.isCollapsed);
  };

  const take = (text) => {
    const next = parse(text).getElementById("main");
    if (next === null) {
      return;
    }
    const focused = document.activeElement;
    window.Idiomorph.morph(document.getElementById("main"), next, {
      restoreFocus: true,
      ignoreActiveValue: true,
      callbacks: {
        // What somebody has opened or closed stays so.
        beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
        // The line that tells what came of an action stays until the page is left.
        beforeNodeRemoved: (node) => node.id !== "notice",
      },
    });
    // What was moved has lost the focus.
    if (focused?.isConnected && focused !== document.activeElement) {
      focused.focus({ preventScroll: true });
    }
  };

  const look = async () => {
    if (isLooking || document.visibilityState !== "visible" || isBusy()) {
      return;
    }
    isLooking = true;
    try {
      const answer = await fetch(location.href, {
        headers: { [liveHeader]: "1" },
        cache: "no-store",
        redirect: "error",
        // One answer that never comes must not be the last one that is waited for.
        signal: AbortSignal.timeout(20000),
      });
      if (answer.status === 401 || answer.status === 403) {
        isLive = false;
        tell("The session has ended. What you see is no longer kept up to date. Load the page to go on.");
      } else if (answer.ok) {
        tell("");
        const text = await answer.text();
        // Somebody may have begun to do something meanwhile.
        if (!isBusy()) {
          take(text);
        }
      } else {
        tell(`No news: the answer was ${answer.status}. The page tries again.`);
      }
    } catch {
      tell("No news: the scheduler cannot be reached. The page tries again.");
    } finally {
      isLooking = false;
    }
  };

  const plan = () => {
    clearTimeout(timer);
    if (isLive) {
      timer = setTimeout(async () => {
        await look();
        plan();
      }, refreshSeconds * 1000);
    }
  };

  const show = () => {
    if (liveButton !== null && refreshSeconds > 0) {
      liveButton.hidden = false;
      liveButton.setAttribute("aria-pressed", String(isLive));
      liveButton.title = isLive ? `Looks for news every ${refreshSeconds} s. Press to stop.` : "Does not look for news. Press to start.";
    }
  };

  if (refreshSeconds > 0) {
    show();
    plan();
    document.addEventListener("visibilitychange", () => {
      if (isLive && document.visibilityState === "visible") {
        look();
      }
    });
    liveButton?.addEventListener("click", () => {
      isLive = !isLive;
      remember(isLive ? "on" : "off");
      show();
      plan();
      if (isLive) {
        look();
      }
    });
  }

  // Confirmations: the page of an action, shown over the one that asked for it

  let opener = null;

  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-dialog]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { cache: "no-store", redirect: "error" });
      const confirm = parse(await answer.text()).getElementById("confirm");
      if (!answer.ok || confirm === null) {
        throw new Error("no confirmation");
      }
      opener = link;
      dialog.replaceChildren(document.adoptNode(confirm));
      dialog.showModal();
    } catch {
      location.assign(link.href);
    }
  });

  dialog.addEventListener("click", (event) => {
    const isBack = event.target instanceof Element && event.target.closest("[data-back]") !== null;
    if (isBack || event.target === dialog) {
      event.preventDefault();
      dialog.close();
    }
  });

  // News may have put another link in the place of the one that asked.
  dialog.addEventListener("close", () => {
    const links = [...document.querySelectorAll("a[data-dialog]")];
    (links.includes(opener) ? opener : links.find((link) => link.href === opener?.href))?.focus();
  });

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post") {
      if (form.dataset.sent === "1") {
        event.preventDefault();
      }
      form.dataset.sent = "1";
    }
  });

  // Keys

  const places = { o: "/dashboard", c: "/dashboard/customers", p: "/dashboard/pipelines", r: "/dashboard/runs", q: "/dashboard/queue", f: "/dashboard/forecast", a: "/dashboard/alerts" };
  let wasG = false;
  document.addEventListener("keydown", (event) => {
    const isInField = event.target instanceof Element && event.target.matches("input, select, textarea");
    if (isInField || event.ctrlKey || event.metaKey || event.altKey || dialog.open || liveButton === null) {
      return;
    }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search !== null) {
        event.preventDefault();
        search.focus();
      }
    } else if (wasG && places[event.key]) {
      location.assign(places[event.key]);
    }
    wasG = event.key === "g";
  });
})();
