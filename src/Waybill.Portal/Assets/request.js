// Looks at a key before anything is sent: a private one never leaves this page. Without script the server refuses it.
import { armoured, isLocked, publicHalf } from "./public-half.js";

const form = document.querySelector("[data-request-form]");
const text = form.elements.key;
const file = form.elements.keyFile;
const notice = form.querySelector("[data-private-key]");
const offer = form.querySelector("[data-half]");
const locked = form.querySelector("[data-half-locked]");
const unread = form.querySelector("[data-half-unread]");
const used = form.querySelector("[data-half-used]");
const tooLarge = form.querySelector("[data-key-too-large]");

// The marks that the server looks for too.
const marks = new RegExp([
    "PuTTY-User-Key-File-", "Private-Lines:", "Private-MAC:", "(BEGIN|END) OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjE", "SSH2 ENCRYPTED PRIVATE KEY",
    "SSH PRIVATE KEY FILE FORMAT", "PGP PRIVATE KEY BLOCK", "PRIVATE KEY--", "BEGIN (RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY",
].join("|"), "i");

let half = null;
let looks = 0;

// Bytes as text of any sort: names of marks are ASCII, and PuTTYgen's neighbours save UTF-16.
async function contentOf(chosen) {
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    return armoured(bytes) ?? new TextDecoder("windows-1252").decode(bytes).replaceAll("\0", "");
}

function found(content) {
    if (!marks.test(content)) {
        return false;
    }

    // Out of the fields, so that no browser keeps it to restore the page.
    text.value = "";
    file.value = "";
    [offer.hidden, locked.hidden, unread.hidden, used.hidden, notice.hidden] = [true, true, true, true, false];
    half = null;
    offerHalf(content);
    return true;
}

// The browser takes its time; meanwhile another key may have come.
async function offerHalf(content) {
    const look = ++looks;
    const line = await publicHalf(content);
    if (look === looks) {
        half = line;
        (line !== null ? offer : isLocked(content) ? locked : unread).hidden = false;
    }
}

// Whether what is in the fields may be sent.
async function look() {
    const chosen = file.files[0];
    tooLarge.hidden = true;
    if (chosen && chosen.size > Number(file.dataset.largest)) {
        tooLarge.hidden = false;
        file.value = "";
        return false;
    }

    const content = chosen ? await contentOf(chosen) : "";
    if (found(text.value) || found(content)) {
        return false;
    }

    if (text.value.trim() !== "" || chosen) {
        notice.hidden = true;
    }

    return notice.hidden;
}

text.addEventListener("input", look);
file.addEventListener("change", look);
form.querySelector("[data-use-half]").addEventListener("click", () => {
    text.value = half;
    notice.hidden = true;
    used.hidden = false;
    text.focus();
});
form.addEventListener("submit", async event => {
    event.preventDefault();
    const maySend = await look().catch(() => false);
    if (maySend) {
        form.submit();
    } else if (!notice.hidden) {
        notice.focus();
    } else {
        file.focus();
    }
});

// A browser may have restored the fields.
look();
document.dispatchEvent(new Event("request-form-ready"));
