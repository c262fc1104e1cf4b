// Makes a key pair in the browser: its own cryptography makes it, and here it is only written as OpenSSH does. The private half goes from memory into a file
// that the visitor saves, and into no field, so that no form can send it.
const text = value => new TextEncoder().encode(value);
const join = parts => new Uint8Array(parts.flatMap(part => [...part]));
const number = value => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
const string = bytes => join([number(bytes.length), bytes]);
const base64 = bytes => btoa(String.fromCharCode(...bytes));
const fromBase64Url = value => Uint8Array.from(atob(value.replaceAll("-", "+").replaceAll("_", "/")), each => each.charCodeAt(0));

// RFC 4251: no zeros in front, but one where the first bit would be a sign.
function mpint(bytes) {
    const first = bytes.findIndex(each => each !== 0);
    const value = first < 0 ? new Uint8Array() : bytes.slice(first);
    return string(value[0] >= 0x80 ? join([[0], value]) : value);
}

// The fields of the public key (RFC 8709, RFC 5656), and what openssh-key-v1 adds to them for the private one.
function fieldsOf(key) {
    const [x, d] = [fromBase64Url(key.x), fromBase64Url(key.d)];
    if (key.kty === "OKP" && key.crv === "Ed25519") {
        return { type: "ssh-ed25519", open: string(x), secret: string(join([d, x])) };
    }

    const [type, curve] = ["ecdsa-sha2-nistp256", "nistp256"];
    return { type, open: join([string(text(curve)), string(join([[4], x, fromBase64Url(key.y)]))]), secret: mpint(d) };
}

// A key as the browser exports it (JWK), as the two files of ssh-keygen.
export function filesOf(key, comment) {
    const { type, open, secret } = fieldsOf(key);
    const blob = join([string(text(type)), open]);
    const check = crypto.getRandomValues(new Uint8Array(4));
    const section = join([check, check, blob, secret, string(text(comment))]);
    const padding = Uint8Array.from({ length: (8 - section.length % 8) % 8 }, (_, i) => i + 1);
    const content = join([
        text("openssh-key-v1\0"), string(text("none")), string(text("none")), string([]), number(1), string(blob), string(join([section, padding])),
    ]);
    return {
        open: `${type} ${base64(blob)} ${comment}`,
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
            const files = filesOf(await make(), `made in the browser on ${new Date().toISOString().slice(0, 10)}`);
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
