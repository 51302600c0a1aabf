// Keeps an agent's console alive without leaving the page, since the telephone in it would hang
// up: its forms are sent in the background, links open beside it, and what changes by itself (a
// call that is offered, answered, ended) is brought anew. Who types in it is not disturbed.
(() => {
  "use strict";
  const every = 1000;
  const region = () => document.querySelector("[data-now]");
  if (!region()) return;
  const place = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("[data-now]");
    if (!fresh) return false;
    const said = page.querySelector("main .notice");
    if (said) fresh.prepend(said);
    region().replaceWith(fresh);
    return true;
  };
  document.addEventListener("submit", async (e) => {
    const form = e.target;
    if (!region().contains(form)) return;
    e.preventDefault();
    const body = new URLSearchParams(new FormData(form, e.submitter));
    for (const b of form.querySelectorAll("button")) b.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (!place(await answer.text())) location.reload();
    } catch {
      for (const b of form.querySelectorAll("button")) b.disabled = false;
    }
  });
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[href]");
    const phone = document.querySelector("[data-phone]");
    if (link && phone && ["connected", "muted"].includes(phone.dataset.state) && !link.hash) link.target = "_blank";
  });
  const look = async () => {
    try {
      const now = region(), at = document.activeElement;
      const typing = now.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
      const answer = await fetch(now.dataset.now + "?sign=" + now.dataset.sign, { credentials: "same-origin" });
      if (answer.status === 200 && !typing) place(await answer.text());
    } catch {} // the network comes back, or does not
    setTimeout(look, every);
  };
  setTimeout(look, every);
})();
