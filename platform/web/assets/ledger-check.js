// Checks a document or a proof bundle of the ledger in this browser. The file is read here and
// never sent: only its SHA-256 is asked for. What is computed stands in log-proof.js.
// The words that it shows come from the page. Nothing that the server says of the outcome is used.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ledger]");
  if (!form || !crypto.subtle) return;
  const words = JSON.parse(form.dataset.words);
  const result = document.querySelector("[data-result]");
  const { hex, sha256, unbase64, same, leafHash, rootOfPath, readKey, readCheckpoint, checkSignature, checkWitnesses, checkGrowth, remember } = logProof;

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
    const growth = signature === false ? null : await checkGrowth(checkpoint, form.dataset.api);
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
