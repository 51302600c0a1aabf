// Reads a QR code into the address field of the ledger's form: from a picture, or from the camera.
// Pictures are read here and never sent. Where the browser has no BarcodeDetector, jsQR reads;
// it is fetched only then. What a code says is only a digest to look up: nothing is opened.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ledger]");
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const said = form.querySelector("[data-scan-say]");
  const say = (key) => { said.textContent = key ? words[`scan.${key}`] : ""; };
  const field = form.elements.address;

  let reader;
  const fetchReader = () => reader ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = form.dataset.reader;
    script.onload = () => done(window.jsQR);
    script.onerror = failed;
    document.head.append(script);
  });

  const widest = 1600; // more pixels only take longer
  const pixels = (source, width, height) => {
    const scale = Math.min(1, widest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  };

  const readCode = async (source, width, height) => {
    if ("BarcodeDetector" in window) {
      try {
        const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(source);
        if (found.length > 0) return found[0].rawValue;
      } catch { /* some systems have the name and nothing behind it */ }
    }
    const jsQR = await fetchReader();
    const p = pixels(source, width, height);
    return jsQR(p.data, p.width, p.height)?.data ?? null;
  };

  const take = (text) => {
    field.value = text;
    form.elements.file.value = "";
    form.elements.bundle.value = "";
    say("");
    form.requestSubmit();
  };

  const picture = form.elements.picture;
  picture.addEventListener("change", async () => {
    if (!picture.files[0]) return;
    try {
      const image = await createImageBitmap(picture.files[0]);
      const text = await readCode(image, image.width, image.height);
      if (text) take(text); else say("none");
    } catch {
      say("unable");
    }
  });

  const start = form.querySelector("[data-scan-start]");
  const stop = form.querySelector("[data-scan-stop]");
  const stage = form.querySelector("[data-scan]");
  const video = stage.querySelector("video");
  if (navigator.mediaDevices?.getUserMedia) start.hidden = false;
  let stream = null;
  const end = () => {
    stream?.getTracks().forEach((t) => t.stop());
    stream = video.srcObject = null;
    stage.hidden = true;
    start.hidden = false;
  };
  stop.addEventListener("click", () => { end(); start.focus(); });
  window.addEventListener("pagehide", end);

  const look = async () => {
    while (stream) {
      if (video.videoWidth > 0) {
        const text = await readCode(video, video.videoWidth, video.videoHeight).catch(() => { end(); say("unable"); return null; });
        if (text && stream) {
          end();
          take(text);
          return;
        }
      }
      await new Promise((next) => setTimeout(next, 150));
    }
  };
  start.addEventListener("click", async () => {
    say("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      say("denied");
      return;
    }
    start.hidden = true;
    stage.hidden = false;
    video.srcObject = stream;
    await video.play().catch(() => {});
    stop.focus();
    look();
  });
})();
