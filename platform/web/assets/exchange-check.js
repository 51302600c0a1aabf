// Checks a person's proof of an access to their data (praya-exchange-bundle/1) in this browser.
// The bundle is never sent. The steps, in this order, each said in words that the page brings:
//   keys        the bundle's keys are those that the exchange publishes; each is shown for comparing
//   request     the consumer's signature over what it asked (RFC 9421: Ed25519, or ECDSA on P-256)
//   response    the provider's signature over what it answered
//   bound       the answer is signed as the answer to that request
//   said        who, what, when and how it ended stand in the signed texts
//   consent     every version of the consent is signed (RFC 7515), follows the last, and allows it
//   deletion    the consumer's signature over its deletion receipt
//   commitments everything opens the salted commitments that the ledger holds
//   checkpoint, inclusion, witness, growth: see log-proof.js
// A step gives true or false; null when it cannot be checked. What the server says counts for nothing.
(() => {
  "use strict";
  const form = document.querySelector("form[data-exchange]");
  if (!form || !crypto.subtle) return;
  const { utf8, unbase64, hex, join, same, sha256, leafHash, rootOfPath, readKey, readCheckpoint, checkSignature, checkWitnesses, checkGrowth, remember } = logProof;
  const words = JSON.parse(form.dataset.words);
  const result = document.querySelector("[data-result]");
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const base64url = (bytes) => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const unbase64url = (text) => unbase64(text.replace(/-/g, "+").replace(/_/g, "/"));
  const party = (key) => key.split("/")[0];
  const gateway = (key) => key.startsWith("gateway/");
  const answered = "answered";
  const minute = 60_000, drift = 5 * minute;

  // A signature by a key of the bundle; null where this browser has no Ed25519.
  const verifies = async (keys, name, text, signature) => {
    const jwk = keys.get(name);
    if (!jwk) return false;
    const [known, how] = jwk.crv === "P-256"
      ? [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }]
      : [{ name: "Ed25519" }, { name: "Ed25519" }];
    let key;
    try {
      const { kty, crv, x, y } = jwk;
      key = await crypto.subtle.importKey("jwk", y ? { kty, crv, x, y } : { kty, crv, x }, known, false, ["verify"]);
    } catch (problem) {
      return problem.name === "NotSupportedError" ? null : false;
    }
    return crypto.subtle.verify(how, key, signature, utf8(text));
  };

  // A signature base (RFC 9421, 2.5): covered components and their values.
  const componentsOf = (base) => Object.fromEntries(base.split("\n")
    .map((line) => line.match(/^("[^"]+"(?:;[a-z]+(?:="[^"]*")?)*): (.*)$/)).filter(Boolean).map((m) => [m[1], m[2]]));

  const checkSigned = async (keys, x) => {
    if (!x) return null;
    if (!(componentsOf(x.base)['"@signature-params"'] ?? "").includes(`;keyid="${x.key}"`)) return false;
    return verifies(keys, x.key, x.base, unbase64(x.signature));
  };

  const pathOf = (parts) => (parts['"@path"'] ?? "") + (parts['"@target-uri"'] ?? "");
  const isLate = (parts) => pathOf(parts).includes("/results/");

  const checkBound = (a) => {
    if (!a.request || !a.response) return null;
    const parts = componentsOf(a.response.base);
    if (isLate(parts)) return null;
    return parts['"signature";req;key="call"'] === `:${a.request.signature}:`;
  };

  const checkSaid = (a) => {
    if (!a.request) return false;
    const asked = componentsOf(a.request.base);
    const reply = a.response ? componentsOf(a.response.base) : {};
    const fields = asked['"exchange-fields"'];
    const created = Number((asked['"@signature-params"'] ?? "").match(/;created=(\d+)/)?.[1] ?? NaN) * 1000;
    const request = asked['"exchange-basis"'] === a.basis
      && pathOf(asked).includes(`/api/exchange/call/${a.service.code}/`)
      && (!fields || fields.split(",").map((f) => f.trim()).join(" ") === a.fields.map((f) => f.code).join(" "))
      && (asked['"@method"'] === a.method || isLate(reply))
      && party(a.request.key) === a.consumer.code
      && Date.parse(a.at) + minute >= created;
    if (!request || a.outcome !== answered) return request;
    return a.response !== null && party(a.response.key) === a.provider.code
      && (isLate(reply) || (reply['"exchange-id"'] === a.id && reply['"@status"'] === String(a.status)));
  };

  // A detached JWS (RFC 7515, Appendix F): which key signed, and what.
  const keyOfJWS = (jws) => JSON.parse(new TextDecoder().decode(unbase64url(jws.split("..")[0]))).kid;
  const checkRecord = (keys, r) => {
    const [head, signature] = r.jws.split("..");
    const key = keyOfJWS(r.jws);
    return gateway(key) && verifies(keys, key, `${head}.${base64url(utf8(r.record))}`, unbase64url(signature));
  };

  const checkConsent = async (keys, bundle) => {
    const { access, consent } = bundle;
    if (consent.records.length === 0) return false;
    let basis = null, sure = true;
    for (const [i, r] of consent.records.entries()) {
      const signed = await checkRecord(keys, r);
      if (signed === false) return false;
      sure = sure && signed === true;
      const record = JSON.parse(r.record);
      if (record["dct:identifier"] !== consent.id || record["dct:hasVersion"] !== i + 1) return false;
      if (access && same(await sha256(utf8(r.record)), unbase64(access.terms))) basis = record;
    }
    if (access && !allows(basis, access)) return false;
    return sure || null;
  };

  // Whether a version of a consent is what an access rests on.
  const allows = (r, a) => {
    if (!r || a.basis !== `consent ${r["dct:identifier"]}` || r["dpv:hasDataController"]["dct:identifier"] !== a.consumer.code
      || r["hk:dataService"] !== a.service.code || r["dpv:hasPurpose"]["dct:identifier"] !== a.purpose.code) return false;
    if (a.outcome !== answered) return true;
    const given = r["dpv:hasPersonalData"].map((d) => d["dct:identifier"]);
    return r["dpv:hasDataSource"]["dct:identifier"] === a.provider.code && a.fields.every((f) => given.includes(f.code));
  };

  const checkDeletion = async (keys, consent) => {
    const d = consent.deletion, parts = componentsOf(d.base);
    const last = JSON.parse(consent.records.at(-1).record);
    if (party(d.key) !== last["dpv:hasDataController"]["dct:identifier"] || !pathOf(parts).endsWith(`/deletions/${consent.id}`)) return false;
    if (!(parts['"content-digest"'] ?? "").includes(base64(await sha256(utf8(d.statement))))) return false;
    return checkSigned(keys, d);
  };

  // Salted commitments: SHA-256 over salt and value; an access's four salts by HKDF-Expand (RFC
  // 5869, 2.3) from its seed.
  const blind = async (salt, value) => base64(await sha256(join(salt, value)));
  const saltsOf = async (seed) => {
    const key = await crypto.subtle.importKey("raw", seed, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const out = [];
    let block = new Uint8Array();
    for (let i = 1; i <= 4; i++) {
      block = new Uint8Array(await crypto.subtle.sign("HMAC", key, join(block, utf8("praya exchange access v1"), [i])));
      out.push(block);
    }
    return out;
  };
  const commitmentsOf = async (a) => {
    const values = [unbase64(a.terms), utf8(a.request?.base ?? ""), utf8(a.response?.base ?? ""), utf8(a.outcome)];
    const salts = await saltsOf(unbase64(a.seed));
    return Promise.all(values.map((v, i) => blind(salts[i], v)));
  };

  // Every entry of the ledger that the bundle should have, with what must stand in it.
  const expected = async ({ access, consent }) => {
    const out = [];
    if (access) {
      const keys = [access.request?.key ?? ""].concat(access.response ? [access.response.key] : []);
      out.push({ proof: access.ledger, types: ["exchange", "disclosure-delayed"], of: await commitmentsOf(access), keys, previous: "", at: Date.parse(access.at) });
    }
    let previous = "";
    for (const r of consent?.records ?? []) {
      const of = [await blind(unbase64(r.salt), await sha256(utf8(r.record)))];
      out.push({ proof: r.ledger, types: [r.what === "withdrawn" ? "revoke" : "consent"], of, keys: [keyOfJWS(r.jws)], previous });
      previous = r.ledger.entry;
    }
    const d = consent?.deletion;
    if (d) out.push({ proof: d.ledger, types: ["deletion"], of: [await blind(unbase64(d.salt), utf8(d.base))], keys: [d.key], previous: "" });
    return out;
  };

  const holds = (e, leaf) => e.types.includes(leaf.type) && leaf.commitments.join() === e.of.join() && leaf.keys.join() === e.keys.join()
    && (leaf.previous ?? "") === e.previous && (!e.at || Math.abs(Date.parse(leaf.time) - e.at) <= drift);

  // What the log shows now, when its own key signed it.
  const shownNow = async (key) => {
    const answer = await fetch(`${form.dataset.log}/checkpoint`).catch(() => null);
    if (!answer?.ok) return null;
    const checkpoint = readCheckpoint(await answer.text());
    return await checkSignature(checkpoint, key) ? checkpoint : null;
  };

  const checkLedger = async (bundle, found) => {
    const key = await readKey(form.dataset.key);
    const witnesses = await Promise.all(JSON.parse(form.dataset.witnesses).map(readKey));
    for (const e of await expected(bundle)) {
      if (e.proof.waiting) {
        for (const step of ["commitments", "checkpoint", "inclusion", "witness", "growth"]) found(step, null);
        continue;
      }
      const [entry] = e.proof.bundle.entries;
      const checkpoint = readCheckpoint(e.proof.bundle.checkpoint);
      found("commitments", holds(e, JSON.parse(entry.leaf)));
      const signature = await checkSignature(checkpoint, key);
      found("checkpoint", signature);
      const root = await rootOfPath(await leafHash(entry.leaf), entry.index, checkpoint.size, entry.proof.map(unbase64));
      found("inclusion", root !== null && same(root, checkpoint.root));
      const cosigned = witnesses.length ? await checkWitnesses(checkpoint, witnesses) : null;
      found("witness", cosigned === null ? null : cosigned >= Math.max(1, Number(form.dataset.quorum)));
      const growth = signature === false ? null : await checkGrowth(checkpoint, form.dataset.api, () => shownNow(key));
      found("growth", growth);
      if (signature && growth) remember(checkpoint);
    }
  };

  // The keys as the exchange publishes them.
  const published = async () => {
    const answer = await fetch(form.dataset.keys).catch(() => null);
    return answer?.ok ? new Map((await answer.json()).keys.map((k) => [k.kid, k])) : null;
  };
  const thumbprint = async ({ kty, crv, x, y }) => // RFC 7638
    base64url(await sha256(utf8(JSON.stringify(y ? { crv, kty, x, y } : { crv, kty, x }))));
  const checkKeys = async (keys) => {
    const known = await published();
    for (const [name, key] of keys) {
      const id = await thumbprint(key);
      say("plain", "key", { name, id });
      if (known && (!known.has(name) || await thumbprint(known.get(name)) !== id)) return false;
    }
    return known ? true : null;
  };

  // One line of the outcome: a tag of the page's own and a sentence.
  const say = (outcome, key, values = {}) => {
    const line = document.querySelector(`template[data-outcome=${outcome}]`).content.cloneNode(true);
    line.querySelector("[data-say]").textContent = words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    result.append(line);
  };

  const check = async (bundle) => {
    if (bundle.format !== "praya-exchange-bundle/1" || !(bundle.access || bundle.consent)) throw new Error("format");
    const steps = new Map(); // the worst of each step counts
    const found = (step, ok) => {
      const before = steps.get(step);
      if (before === undefined || ok === false || (ok === null && before === true)) steps.set(step, ok);
    };
    const { access, consent } = bundle;
    const keys = new Map(bundle.keys.map((k) => [k.kid, k]));
    if (access) say("plain", "about", { words: access.words });
    found("keys", await checkKeys(keys));
    if (access) {
      found("request", await checkSigned(keys, access.request));
      found("response", await checkSigned(keys, access.response));
      found("bound", checkBound(access));
      found("said", checkSaid(access));
    }
    if (consent) found("consent", await checkConsent(keys, bundle));
    if (consent?.deletion) found("deletion", await checkDeletion(keys, consent));
    await checkLedger(bundle, found);
    for (const [step, ok] of steps) {
      say(ok === null ? "uncheckable" : ok ? "agrees" : "fault", `${step}.${ok === null ? "unchecked" : ok ? "good" : "bad"}`);
    }
    if ([...steps.values()].includes(false)) say("fault", "failed");
    else say("agrees", [...steps.values()].includes(null) ? "partly" : "holds");
  };

  const run = async () => {
    const file = form.elements.bundle?.files[0];
    if (file) return check(JSON.parse(await file.text()));
    if (!form.dataset.bundle) return say("plain", "nothing");
    const answer = await fetch(form.dataset.bundle).catch(() => null);
    if (!answer?.ok) return say("uncheckable", "unreachable");
    return check(await answer.json());
  };

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
