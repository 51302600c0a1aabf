// An agent's telephone in the browser. The page has an element
//
//   <div data-phone="/address" data-phone-token="…">
//     <button data-phone-connect>…</button>
//     <button data-phone-mute aria-pressed="false" hidden>…</button>
//     <button data-phone-leave hidden>…</button>
//     <p data-phone-state="idle">…</p> <p data-phone-state="asking" hidden>…</p>
//     <p data-phone-state="connecting" hidden>…</p> <p data-phone-state="connected" hidden>…</p>
//     <p data-phone-state="muted" hidden>…</p> <p data-phone-state="lost" hidden>…</p>
//     <p data-phone-state="refused" hidden>…</p>
//   </div>
//
// The offer is posted to the address as application/sdp, with the token in the
// header X-CSRF-Token; the answer comes as application/sdp. data-phone-auto
// connects at once. Of the states' elements the one of the present state is
// shown; the element's data-state carries it too, and the event phonestate
// tells of it.

const names = ["idle", "asking", "connecting", "connected", "muted", "lost", "refused"];

class Phone {
  constructor(root) {
    this.root = root;
    this.audio = new Audio();
    this.audio.autoplay = true;
    this.on("[data-phone-connect]", () => this.connect());
    this.on("[data-phone-mute]", () => this.mute());
    this.on("[data-phone-leave]", () => this.leave("idle"));
    addEventListener("pagehide", () => this.leave("idle"));
    this.show("idle");
    if (root.hasAttribute("data-phone-auto")) this.connect();
  }

  on(selector, action) {
    for (const e of this.root.querySelectorAll(selector)) e.addEventListener("click", action);
  }

  show(state) {
    this.root.dataset.state = state;
    for (const name of names)
      for (const e of this.root.querySelectorAll(`[data-phone-state="${name}"]`)) e.hidden = name !== state;
    const up = state === "connected" || state === "muted";
    const busy = up || state === "asking" || state === "connecting";
    for (const e of this.root.querySelectorAll("[data-phone-connect]")) e.hidden = busy;
    for (const e of this.root.querySelectorAll("[data-phone-leave]")) e.hidden = !busy;
    for (const e of this.root.querySelectorAll("[data-phone-mute]")) {
      e.hidden = !up;
      e.setAttribute("aria-pressed", String(state === "muted"));
    }
    this.root.dispatchEvent(new CustomEvent("phonestate", { bubbles: true, detail: state }));
  }

  async connect() {
    this.leave("asking");
    const mine = (this.attempt = {});
    try {
      const microphone = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      if (this.attempt !== mine) return microphone.getTracks().forEach((t) => t.stop());
      this.microphone = microphone;
    } catch {
      return this.show("refused");
    }
    this.show("connecting");
    try {
      await this.call();
    } catch {
      if (this.attempt === mine) this.leave("lost");
    }
  }

  async call() {
    const line = (this.line = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    line.ontrack = (e) => {
      this.audio.srcObject = e.streams[0] ?? new MediaStream([e.track]);
      this.audio.play().catch(() => {}); // the click that connected allows it
    };
    line.onconnectionstatechange = () => {
      if (this.line !== line) return;
      if (line.connectionState === "connected") this.show(this.silent() ? "muted" : "connected");
      if (line.connectionState === "failed" || line.connectionState === "closed") this.leave("lost");
    };
    const [track] = this.microphone.getAudioTracks();
    const way = line.addTransceiver(track, { direction: "sendrecv", streams: [this.microphone] });
    this.prefer(way);
    await line.setLocalDescription(await line.createOffer());
    await this.gathered(line);
    const answer = await fetch(this.root.dataset.phone, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", "X-CSRF-Token": this.root.dataset.phoneToken ?? "" },
      body: line.localDescription.sdp,
      credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    await line.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }

  // PCMU first: the exchange speaks nothing else, and so nothing is transcoded.
  prefer(way) {
    const all = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
    const first = all.filter((c) => c.mimeType.toUpperCase() === "AUDIO/PCMU");
    if (first.length && way.setCodecPreferences)
      way.setCodecPreferences([...first, ...all.filter((c) => !first.includes(c))]);
  }

  // The offer goes with all candidates in it; two seconds are enough for them.
  gathered(line) {
    if (line.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((done) => {
      const late = setTimeout(done, 2000);
      line.addEventListener("icegatheringstatechange", () => {
        if (line.iceGatheringState !== "complete") return;
        clearTimeout(late);
        done();
      });
    });
  }

  silent() {
    return this.microphone?.getAudioTracks().every((t) => !t.enabled) ?? false;
  }

  mute() {
    if (!this.microphone) return;
    const on = this.silent();
    for (const t of this.microphone.getAudioTracks()) t.enabled = on;
    this.show(on ? "connected" : "muted");
  }

  leave(state) {
    this.attempt = null;
    const line = this.line;
    this.line = null;
    line?.close();
    for (const t of this.microphone?.getTracks() ?? []) t.stop();
    this.microphone = null;
    this.audio.srcObject = null;
    this.show(state);
  }
}

for (const root of document.querySelectorAll("[data-phone]")) new Phone(root);
