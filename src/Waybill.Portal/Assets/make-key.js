// Makes a key pair in the browser: its own cryptography makes it, and here it is only written as OpenSSH does. The private half goes from memory into a file
// that the visitor saves, and into no field, so that no form can send it.
import { base64, fromBase64Url, join, lineOf, mpint, number, publicOf, string, text } from "./ssh.js";

// What openssh-key-v1 adds to the fields of the public key.
function secretOf(key) {
    const d = fromBase64Url(key.d);
    return key.kty === "OKP" ? string(join([d, fromBase64Url(key.x)])) : mpint(d);
}

// A key as the browser exports it (JWK), as the two files of ssh-keygen.
export function filesOf(key, comment) {
    const blob = publicOf(key);
    const check = crypto.getRandomValues(new Uint8Array(4));
    const section = join([check, check, blob, secretOf(key), string(text(comment))]);
    const padding = Uint8Array.from({ length: (8 - section.length % 8) % 8 }, (_, i) => i + 1);
    const content = join([
        text("openssh-key-v1\0"), string(text("none")), string(text("none")), string([]), number(1), string(blob), string(join([section, padding])),
    ]);
    return {
        open: `${lineOf(blob)} ${comment}`,
        secret: `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64(content).match(/.{1,70}/g).join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    };
}

// Ed25519 where the browser has it, else the curve that all have.
async function make() {
    let pair;
    try {
        pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
    } catch {
        pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    }

    return crypto.subtle.exportKey("jwk", pair.privateKey);
}

function save(name, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const part = document.querySelector("[data-make-key]");
if (part && window.crypto?.subtle) {
    const form = part.closest("form");
    const [begin, care, done, failed] = ["begin", "care", "done", "failed"].map(name => part.querySelector(`[data-make-key-${name}]`));
    let file = null;
    part.hidden = false;
    begin.addEventListener("click", () => {
        care.hidden = false;
        begin.setAttribute("aria-expanded", "true");
        care.focus();
    });
    part.querySelector("[data-make-key-now]").addEventListener("click", async () => {
        try {
            const files = filesOf(await make(), part.dataset.comment.replace("{0}", new Date().toISOString().slice(0, 10)));
            const user = form.elements.userName?.value.trim() || form.elements.account?.value.trim() || "key";
            file = { name: `waybill-${user.replaceAll(/[^A-Za-z0-9._-]/g, "")}`, content: files.secret };
            save(file.name, file.content);
            form.elements.keyFile.value = "";
            form.elements.key.value = files.open;
            form.elements.key.dispatchEvent(new Event("input"));
            done.querySelector("code").textContent = file.name;
            [care.hidden, begin.hidden, done.hidden, failed.hidden] = [true, true, false, true];
            done.focus();
        } catch {
            failed.hidden = false;
        }
    });
    part.querySelector("[data-make-key-again]").addEventListener("click", () => save(file.name, file.content));
}
