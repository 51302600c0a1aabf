// Lets this browser be told by push: the form with data-push-key, which is hidden until here,
// subscribes (Push API) and sends what the browser answers as any other form.
(() => {
  "use strict";
  const form = document.querySelector("form[data-push-key]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const problem = form.querySelector("[data-problem]");
  form.hidden = false;

  const subscribe = async () => {
    if (await Notification.requestPermission() !== "granted") throw new Error("denied");
    await navigator.serviceWorker.register(form.dataset.worker);
    const registration = await navigator.serviceWorker.getRegistration(form.dataset.worker);
    const s = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.pushKey) });
    form.elements.endpoint.value = s.endpoint;
    form.elements.p256dh.value = text(s.getKey("p256dh"));
    form.elements.auth.value = text(s.getKey("auth"));
    form.submit();
  };

  let busy = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    problem.hidden = true;
    subscribe().catch(() => {
      problem.textContent = form.dataset.denied;
      problem.hidden = false;
      problem.focus();
    }).finally(() => { busy = false; });
  });
})();
