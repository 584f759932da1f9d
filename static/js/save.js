// What happens around saving: a form is sent once, its button says so, and a failed save says what to do.
// Forms with hx-boost or hx-post stay on the page when a save fails, so nothing that was typed is lost.
// Without JavaScript the same forms are plain forms.
"use strict";

(() => {
  const PATIENCE = 300; // milliseconds before a button says "Saving…": most saves are faster than that
  const FAILURES = {
    connection: "Not saved: the connection was lost. Your answers are still here. Try again.",
    signedOut: "Not saved: you are signed out. Your answers are still here. Sign in on another page, then come back and try again.",
    rejected: "Not saved: the server did not take this. Your answers are still here. Try again. If it fails twice, call the on-call line.",
  };
  const signInPath = () => document.body.dataset.signIn;
  const sending = new WeakMap(); // form -> what its button looked like, and the timer that changes it

  function begin(form, button) {
    form.querySelector("[data-save-message]")?.replaceChildren();
    const timer = setTimeout(() => {
      button?.setAttribute("aria-disabled", "true");
      button?.replaceChildren(button.dataset.saving ?? "Saving…");
    }, PATIENCE);
    sending.set(form, { timer, button, face: [...(button?.childNodes ?? [])] });
  }

  function end(form) {
    const { timer, button, face } = sending.get(form);
    clearTimeout(timer);
    button?.removeAttribute("aria-disabled");
    button?.replaceChildren(...face);
    sending.delete(form);
  }

  // "Just now" means when the form was first sent, however often it has to be sent again.
  function rememberWhenSent(form) {
    const field = form.elements.namedItem("first_sent_at");
    if (field && !field.value) field.value = new Date().toISOString();
  }

  function fail(form, reason) {
    end(form);
    rememberWhenSent(form);
    const words = document.createElement("p");
    words.append(FAILURES[reason]);
    if (reason === "signedOut") {
      const link = document.createElement("a");
      Object.assign(link, { href: signInPath(), target: "_blank", rel: "noopener", textContent: "Sign in (opens a new page)" });
      words.append(" ", link);
    }
    const message = document.createElement("div");
    message.className = "message message--error";
    message.setAttribute("role", "alert");
    message.append(words);
    (form.querySelector("[data-save-message]") ?? form).append(message);
  }

  // In the capture phase, so that a second press is stopped before htmx hears of it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    begin(form, event.submitter ?? form.querySelector("button[type='submit']"));
  }, true);

  // The browser's Back button brings a page back as it was left: its forms can be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) if (sending.has(form)) end(form);
  });

  function whenSaving(name, act) {
    document.addEventListener(name, (event) => {
      // A field of the form may ask for something of its own meanwhile, like a hint: that saves nothing.
      const form = event.detail.requestConfig?.elt ?? event.detail.elt;
      if (sending.has(form)) act(form, event);
    });
  }

  whenSaving("htmx:sendError", (form) => fail(form, "connection"));
  whenSaving("htmx:timeout", (form) => fail(form, "connection"));
  whenSaving("htmx:responseError", (form, event) => fail(form, event.detail.xhr.status === 401 ? "signedOut" : "rejected"));
  // A session that ended answers with the sign-in page; showing it would throw the answers away.
  whenSaving("htmx:beforeSwap", (form, event) => {
    const path = new URL(event.detail.xhr.responseURL || location.href).pathname;
    if (path !== signInPath() || location.pathname === path) return;
    event.detail.shouldSwap = false;
    fail(form, "signedOut");
  });
  whenSaving("htmx:afterRequest", (form, event) => { if (event.detail.successful) end(form); });

  // Signing in on another page changes the token that this page was given; the cookie holds the new one.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (token && event.detail.verb !== "get") event.detail.parameters.csrfmiddlewaretoken = token;
  });

  // A piece that is being fetched says so; when it has come, its sentence is spoken: how many matches there are.
  const piece = (event) => (event.detail.target === document.body ? null : event.detail.target);
  document.addEventListener("htmx:beforeRequest", (event) => piece(event)?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => piece(event)?.removeAttribute("aria-busy"));
  document.addEventListener("htmx:afterSettle", (event) => {
    const sentence = piece(event)?.querySelector("[data-announce]")?.dataset.announce;
    if (sentence) document.getElementById("announcer").textContent = sentence;
    // A whole new page has come: start reading at its top, unless an error summary has taken the focus.
    if (event.detail.boosted && document.activeElement === document.body) document.getElementById("main").focus();
  });

  // Not every browser lets `autofocus` move to something that is not a field.
  document.querySelector(".error-summary")?.focus();
})();
