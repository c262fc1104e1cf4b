// Looks at a key before anything is sent: a private one never leaves this page. Without script the server refuses it.
const form = document.querySelector("[data-request-form]");
const text = form.elements.key;
const file = form.elements.keyFile;
const notice = form.querySelector("[data-private-key]");
const offer = form.querySelector("[data-half]");
const used = form.querySelector("[data-half-used]");
const tooLarge = form.querySelector("[data-key-too-large]");

// The marks that the server looks for too.
const marks = new RegExp([
    "PuTTY-User-Key-File-", "Private-Lines:", "Private-MAC:", "(BEGIN|END) OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjE", "SSH2 ENCRYPTED PRIVATE KEY",
    "SSH PRIVATE KEY FILE FORMAT", "PGP PRIVATE KEY BLOCK", "PRIVATE KEY--", "BEGIN (RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY",
].join("|"), "i");

let half = null;

// A PPK has its public half in clear, beside the private one.
function publicHalf(content) {
    const type = /^PuTTY-User-Key-File-\d+:[ \t]*([a-z0-9@.-]+)[ \t]*$/im.exec(content);
    const count = /^Public-Lines:[ \t]*(\d{1,4})[ \t]*$/im.exec(content);
    if (!type || !count) {
        return null;
    }

    const lines = content.slice(count.index + count[0].length).split(/\r\n|\r|\n/).slice(1, 1 + Number(count[1])).map(line => line.trim());
    const blob = lines.join("");
    return lines.length === Number(count[1]) && /^[A-Za-z0-9+/]+={0,2}$/.test(blob) ? `${type[1]} ${blob}` : null;
}

// Bytes as text of any sort: names of marks are ASCII, and PuTTYgen's neighbours save UTF-16.
async function contentOf(chosen) {
    return new TextDecoder("windows-1252").decode(await chosen.arrayBuffer()).replaceAll("\0", "");
}

function found(content) {
    if (!marks.test(content)) {
        return false;
    }

    // Out of the fields, so that no browser keeps it to restore the page.
    text.value = "";
    file.value = "";
    half = publicHalf(content);
    offer.hidden = half === null;
    used.hidden = true;
    notice.hidden = false;
    return true;
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
