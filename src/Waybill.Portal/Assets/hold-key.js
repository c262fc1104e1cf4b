// Runs before the fields of a key are there: what is sent before request.js can look at it waits for that. When request.js does not come, or fails, the
// form is sent as without script, and the server refuses a private key.
let held = null;

function hold(event) {
    if (event.target.matches("[data-request-form]")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        held = event;
    }
}

function release() {
    document.removeEventListener("submit", hold, true);
    held?.target.requestSubmit(held.submitter);
    held = null;
}

document.addEventListener("submit", hold, true);
document.addEventListener("request-form-ready", release, { once: true });
window.addEventListener("error", event => {
    const script = document.querySelector("[data-looks-at-keys]");
    if (script && (event.target === script || event.filename === script.src)) {
        release();
    }
}, true);
