// Shows what the site sends to this browser (Push API, Notifications API), and opens it
// when it is pressed. It looks at nothing that the browser loads.
(() => {
  "use strict";
  self.addEventListener("push", (event) => {
    const n = event.data.json();
    event.waitUntil(self.registration.showNotification(n.title, { body: n.body, tag: n.tag, data: { path: n.path } }));
  });
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(self.clients.openWindow(new URL(event.notification.data.path, self.location.origin).href));
  });
})();
