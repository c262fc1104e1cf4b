// Passkeys: the server says what to ask, the browser asks its authenticator, and the answer goes with the form. Without script or passkeys the forms stay hidden.
const credentials = window.PublicKeyCredential;
const can = credentials?.parseCreationOptionsFromJSON && credentials.parseRequestOptionsFromJSON;

async function answerOf(form) {
    const response = await fetch(form.dataset.passkeyOptions, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (response.redirected) {
        // The session is over, or the second factor is to be shown first.
        location.assign(response.url);
        return null;
    }

    if (!response.ok) {
        throw new Error(`${response.status}`);
    }

    const options = await response.json();
    return form.dataset.passkey === "create"
        ? navigator.credentials.create({ publicKey: credentials.parseCreationOptionsFromJSON(options) })
        : navigator.credentials.get({ publicKey: credentials.parseRequestOptionsFromJSON(options) });
}

for (const form of can ? document.querySelectorAll("[data-passkey]") : []) {
    const button = form.querySelector("button");
    const notice = form.querySelector("[data-passkey-notice]");
    form.hidden = false;
    form.addEventListener("submit", async event => {
        event.preventDefault();
        button.disabled = true;
        notice.hidden = true;
        try {
            const credential = await answerOf(form);
            if (credential) {
                form.elements.credential.value = JSON.stringify(credential);
                form.submit();
            }
        } catch (error) {
            notice.textContent = error.name === "InvalidStateError" ? notice.dataset.known : error.name === "NotAllowedError" ? notice.dataset.stopped : notice.dataset.failed;
            notice.hidden = false;
        } finally {
            button.disabled = false;
        }
    });
}

if (can) {
    document.querySelectorAll("[data-passkey-missing]").forEach(each => each.hidden = true);
}
