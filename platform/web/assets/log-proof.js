// What it takes to check a proof of the transparency log in this browser, for the pages that do:
//   signature   the log's Ed25519 signature over the checkpoint (C2SP signed-note)
//   witness     cosignatures over the same text (C2SP tlog-cosignature, v1)
//   inclusion   an entry's path to the checkpoint's root (RFC 9162, 2.1.3.2)
//   consistency the log has grown from the checkpoint that this browser saw last (2.1.4.2)
const logProof = (() => {
  "use strict";
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

  // Whether a checkpoint is of one history with what this browser saw last, or else with what the
  // log shows now; null when there is neither.
  const checkGrowth = async (checkpoint, api, now) => {
    const before = remembered(checkpoint.origin) ?? (now && await now());
    if (!before) return null;
    const [small, large] = before.size <= checkpoint.size ? [before, checkpoint] : [checkpoint, before];
    let path = [];
    if (small.size > 0 && small.size < large.size) {
      const answer = await fetch(`${api}/consistency/${small.size}/${large.size}`).catch(() => null);
      if (!answer) return null;
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

  return { utf8, unbase64, hex, join, same, sha256, leafHash, rootOfPath, readKey, readCheckpoint, signed, checkSignature, checkWitnesses, checkGrowth, remember };
})();
