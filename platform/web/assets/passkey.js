// Lets a form be answered by a passkey (WebAuthn Level 3). A form with data-passkey="get" or
// "create" carries the options in data-options; its answer goes into the field "answer" as
// JSON, and the form is sent as any other. Nothing else happens here.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

  // Browsers before 2025 lack parseCreationOptionsFromJSON and toJSON.
  const creation = (o) => ({ ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: ids(o.excludeCredentials) });
  const request = (o) => ({ ...o, challenge: bytes(o.challenge), allowCredentials: ids(o.allowCredentials) });
  const answer = (c) => {
    const response = { clientDataJSON: text(c.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (c.response[name]) response[name] = text(c.response[name]);
    }
    if (c.response.getTransports) response.transports = c.response.getTransports();
    return { id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment, response, clientExtensionResults: {} };
  };

  const ask = async (form) => {
    const options = JSON.parse(form.dataset.options);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: creation(options) })
      : await navigator.credentials.get({ publicKey: request(options) });
    form.elements.answer.value = JSON.stringify(answer(credential));
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const problem = form.querySelector("[data-problem]");
    if (!window.PublicKeyCredential) {
      problem.textContent = form.dataset.unable;
      problem.hidden = false;
      continue;
    }
    let busy = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      problem.hidden = true;
      ask(form).catch(() => {
        problem.textContent = form.dataset.failed;
        problem.hidden = false;
        problem.focus();
      }).finally(() => { busy = false; });
    });
  }
})();
