// Sends files in pieces and goes on where the network broke off. Without script the form sends them whole.
const form = document.querySelector("[data-upload]");
const list = form.querySelector("[data-uploads]");
const input = form.elements.files;
const token = form.elements.__RequestVerificationToken.value;
const piece = Number(form.dataset.piece);
const tries = Number(form.dataset.tries);

const wait = time => new Promise(done => setTimeout(done, time));

// What this browser began: a file of the same name that was cut off elsewhere may be another one.
const marks = {
    of: file => `${file.size} ${file.lastModified}`,
    isBegun: (address, file) => localStorage.getItem(`upload ${address}`) === marks.of(file),
    begin: (address, file) => localStorage.setItem(`upload ${address}`, marks.of(file)),
    end: address => localStorage.removeItem(`upload ${address}`),
};

function row(file) {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    const bar = document.createElement("progress");
    const words = document.createElement("span");
    name.textContent = file.name;
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, bar, words);
    list.append(item);
    return { bar, words };
}

async function ask(address, options) {
    const answer = await fetch(address, { redirect: "manual", credentials: "same-origin", ...options });
    if (answer.type === "opaqueredirect") {
        return { message: form.dataset.signedOut };
    }

    if (answer.status >= 500 && answer.status !== 507) {
        throw new Error(answer.statusText);
    }

    return (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? answer.json() : { message: form.dataset.failed };
}

async function send(file) {
    const { bar, words } = row(file);
    const address = `${form.dataset.upload}/${encodeURIComponent(file.name)}`;
    let mustAsk = marks.isBegun(address, file);
    let offset = 0;
    marks.begin(address, file);
    for (let failed = 0; failed < tries;) {
        try {
            const answer = mustAsk
                ? await ask(`${address}?progress`, {})
                : await ask(address, {
                    method: "POST",
                    headers: { "Content-Type": "application/octet-stream", "RequestVerificationToken": token, "Upload-Offset": offset, "Upload-Length": file.size },
                    body: file.slice(offset, offset + piece),
                });
            if (answer.message) {
                marks.end(address);
                words.textContent = answer.message;
                words.className = "error";
                return false;
            }

            // A server that keeps nothing would be sent the same piece for ever.
            if (!mustAsk && !answer.done && answer.offset <= offset) {
                break;
            }

            [mustAsk, offset, failed] = [false, answer.offset, 0];
            bar.value = answer.done ? bar.max : offset;
            words.textContent = answer.done ? form.dataset.complete : `${Math.floor(100 * bar.value / bar.max)} %`;
            if (answer.done) {
                marks.end(address);
                return true;
            }
        } catch {
            // The network, or a server that restarts: what has arrived is kept.
            failed++;
            mustAsk = true;
            words.textContent = form.dataset.waiting;
            await wait(Math.min(30000, 500 * 2 ** failed));
        }
    }

    words.textContent = form.dataset.failed;
    words.className = "error";
    return false;
}

form.addEventListener("submit", async event => {
    event.preventDefault();
    const button = form.querySelector("button");
    const files = [...input.files];
    button.disabled = true;
    list.replaceChildren();
    list.hidden = false;
    let good = files.length > 0;
    for (const file of files) {
        good = await send(file) && good;
    }

    button.disabled = false;
    if (good) {
        location.assign(`${form.dataset.done}?done=Uploaded`);
    }
});
