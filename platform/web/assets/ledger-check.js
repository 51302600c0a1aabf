// Checks a document or a proof bundle of the ledger in this browser. The file is read here and
// never sent: only its SHA-256 is asked for. What is computed:
//   signature   the log's Ed25519 signature over the checkpoint (C2SP signed-note)
//   witness     cosignatures over the same text (C2SP tlog-cosignature, v1)
//   inclusion   each entry's path to the checkpoint's root (RFC 9162, 2.1.3.2)
//   consistency the log has grown from the checkpoint that this browser saw last (2.1.4.2)
// The words that it shows come from the page. Nothing that the server says of the outcome is used.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ledger]");
  if (!form || !crypto.subtle) return;
  const words = JSON.parse(form.dataset.words);
  const result = document.querySelector("[data-result]");
  const utf8 = (text) => new TextEncoder().encode(text);
  const unbase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => new Uint8Array(parts.flatMap((p) => [...p]));
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const leafHash = (leaf) => sha256(join([0], utf8(leaf)));
  const nodeHash = (left, right) => sha256(join([1], left, right));

  // The root that a leaf's path leads to, in a tree of a size; null when the path does not fit.
  const rootOfPath = async (hash, index, size, path) => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) return null;
    let at = index, last = size - 1;
    for (const p of path) {
      if (last === 0) return null;
      if (at % 2 === 1 || at === last) {
        hash = await nodeHash(p, hash);
        while (at % 2 === 0 && at !== 0) { at /= 2; last = Math.floor(last / 2); }
      } else {
        hash = await nodeHash(hash, p);
      }
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? hash : null;
  };

  // Whether a larger tree begins with a smaller one.
  const grows = async (small, large, path) => {
    if (small.size === large.size) return same(small.root, large.root);
    if (small.size === 0) return true;
    if (Number.isInteger(Math.log2(small.size))) path = [small.root, ...path];
    if (path.length === 0) return false;
    let at = small.size - 1, last = large.size - 1;
    while (at % 2 === 1) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
    let a = path[0], b = path[0];
    for (const p of path.slice(1)) {
      if (last === 0) return false;
      if (at % 2 === 1 || at === last) {
        a = await nodeHash(p, a);
        b = await nodeHash(p, b);
        while (at % 2 === 0 && at !== 0) { at /= 2; last = Math.floor(last / 2); }
      } else {
        b = await nodeHash(b, p);
      }
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 && same(a, small.root) && same(b, large.root);
  };

  // A verifier key: name, the first four bytes of its hash, type and public key.
  const readKey = async (text) => {
    const [name, id, ...rest] = text.trim().split("+");
    const raw = unbase64(rest.join("+"));
    const hash = await sha256(join(utf8(name), [10], raw));
    if (raw.length !== 33 || hex(hash.slice(0, 4)) !== id) throw new Error("key");
    return { name, id, type: raw[0], raw: raw.slice(1) };
  };

  const readCheckpoint = (note) => {
    const cut = note.lastIndexOf("\n\n");
    const text = note.slice(0, cut + 1);
    const [origin, size, root] = text.split("\n");
    if (cut < 0 || !/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Error("checkpoint");
    const signatures = note.slice(cut + 2).split("\n").filter((l) => l.startsWith("\u2014 ")).map((l) => {
      const [, name, base64] = l.split(" ");
      const raw = unbase64(base64);
      return { name, id: hex(raw.slice(0, 4)), raw: raw.slice(4) };
    });
    return { text, origin, size: Number(size), root: unbase64(root), signatures };
  };

  // true, false, or null where this browser has no Ed25519.
  const signed = async (key, signature, message) => {
    let known;
    try {
      known = await crypto.subtle.importKey("raw", key.raw, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null;
    }
    return crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
  };

  const checkSignature = async (checkpoint, key) => {
    const s = checkpoint.signatures.find((x) => x.name === key.name && x.id === key.id);
    if (!s || key.type !== 1 || checkpoint.origin !== key.name) return false;
    return signed(key, s.raw, utf8(checkpoint.text));
  };

  const checkWitnesses = async (checkpoint, keys) => {
    let good = 0;
    for (const key of keys) {
      const s = checkpoint.signatures.find((x) => x.name === key.name && x.id === key.id);
      if (!s || key.type !== 4 || s.raw.length !== 72) continue;
      const time = new DataView(s.raw.buffer, s.raw.byteOffset, 8).getBigUint64(0);
      const ok = await signed(key, s.raw.slice(8), utf8(`cosignature/v1\ntime ${time}\n${checkpoint.text}`));
      if (ok === null) return null;
      if (ok) good++;
    }
    return good;
  };

  // What this browser saw last of a log is kept here, so that a log cannot show it another past.
  const remembered = (origin) => {
    const text = localStorage.getItem(`ledger ${origin}`);
    if (!text) return null;
    const [size, root] = text.split(" ");
    return { size: Number(size), root: unbase64(root) };
  };

  const checkGrowth = async (checkpoint) => {
    const before = remembered(checkpoint.origin);
    if (!before) return null;
    const [small, large] = before.size <= checkpoint.size ? [before, checkpoint] : [checkpoint, before];
    let path = [];
    if (small.size > 0 && small.size < large.size) {
      const answer = await fetch(`${form.dataset.api}/consistency/${small.size}/${large.size}`);
      if (!answer.ok) return false;
      path = (await answer.json()).proof.map(unbase64);
    }
    return grows(small, large, path);
  };

  const remember = (checkpoint) => {
    const before = remembered(checkpoint.origin);
    if (before && before.size >= checkpoint.size) return;
    localStorage.setItem(`ledger ${checkpoint.origin}`, `${checkpoint.size} ${btoa(String.fromCharCode(...checkpoint.root))}`);
  };

  // One line of the outcome: a tag of the page's own (agrees, fault, valid …) and a sentence.
  const say = (outcome, key, values = {}) => {
    const line = document.querySelector(`template[data-outcome=${outcome}]`).content.cloneNode(true);
    line.querySelector("[data-say]").textContent = words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    result.append(line);
  };
  const sayChecked = (ok, key, values) => say(ok === null ? "uncheckable" : ok ? "agrees" : "fault", `${key}.${ok === null ? "unchecked" : ok ? "good" : "bad"}`, values);

  // What the issuers stated last; only the same issuer changes a statement.
  const sayDocument = (leaves, digest) => {
    const last = new Map();
    for (const l of leaves.filter((l) => l.digest && (!digest || l.digest === digest))) {
      const key = `${l.issuer} ${l.digest}`;
      last.set(key, { since: last.get(key)?.since ?? l.time, leaf: l });
    }
    if (last.size === 0) say("fault", "other-document");
    for (const { since, leaf } of last.values()) {
      const issuer = leaf.name?.[form.dataset.lang] ?? leaf.issuer;
      say(leaf.type === "issued" ? "valid" : "ended", leaf.type, { issuer, since, time: leaf.time, by: leaf.by });
    }
  };

  const check = async (bundle, digest) => {
    const checkpoint = readCheckpoint(bundle.checkpoint);
    const key = await readKey(form.elements.key.value);
    const signature = await checkSignature(checkpoint, key);
    sayChecked(signature, "signature", { origin: checkpoint.origin, size: checkpoint.size });
    let included = bundle.entries.length > 0;
    for (const e of bundle.entries) {
      const root = await rootOfPath(await leafHash(e.leaf), e.index, checkpoint.size, e.proof.map(unbase64));
      included = included && root !== null && same(root, checkpoint.root);
    }
    sayChecked(included, "inclusion", { count: bundle.entries.length });
    const keys = await Promise.all(JSON.parse(form.dataset.witnesses).map(readKey));
    const witnesses = keys.length ? await checkWitnesses(checkpoint, keys) : null;
    const enough = witnesses === null ? null : witnesses >= Math.max(1, Number(form.dataset.quorum));
    sayChecked(enough, "witness", { count: witnesses });
    const growth = signature === false ? null : await checkGrowth(checkpoint);
    sayChecked(growth, "growth");
    if (signature !== false && included && growth !== false && enough !== false) {
      if (signature) remember(checkpoint);
      sayDocument(bundle.entries.map((e) => JSON.parse(e.leaf)), digest);
    } else {
      say("fault", "failed");
    }
  };

  // The digest in an address of this page, or alone. Whose address it is does not matter: it is
  // looked up here.
  const digestIn = (text) => text.match(/(?:^|[?&#]digest=)([0-9a-f]{64})(?:$|[&#])/i)?.[1].toLowerCase();

  const run = async () => {
    const file = form.elements.file.files[0];
    const pasted = form.elements.bundle.value.trim();
    const typed = form.elements.address.value.trim();
    if (!file && !pasted && !typed) return say("plain", "nothing");
    const named = typed ? digestIn(typed) : "";
    if (named === undefined) return say("uncheckable", "address");
    const digest = file ? hex(await sha256(await file.arrayBuffer())) : named;
    if (digest) say("plain", file ? "digest" : "named", { digest });
    if (named && named !== digest) return say("fault", "other-address");
    if (pasted) return check(JSON.parse(pasted), digest);
    const answer = await fetch(`${form.dataset.api}/documents/${digest}`);
    if (answer.status === 404) return say("uncheckable", "unknown");
    if (!answer.ok) return say("uncheckable", "unreachable");
    return check(await answer.json(), digest);
  };

  // The page was opened by the address on a document.
  if (form.elements.address.value) window.addEventListener("load", () => form.requestSubmit());

  let busy = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    result.replaceChildren();
    run().catch(() => say("fault", "unreadable")).finally(() => {
      busy = false;
      result.dataset.done = String(Number(result.dataset.done ?? 0) + 1);
      result.focus();
    });
  });
})();
