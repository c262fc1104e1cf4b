// Switches at once where there is script; the form does the same without.
const form = document.querySelector("[data-theme-switch]");
form?.addEventListener("submit", async event => {
    const button = event.submitter;
    if (!button) {
        return;
    }

    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", button.value);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!answer || (answer.type !== "opaqueredirect" && !answer.ok)) {
        location.reload();
        return;
    }

    document.documentElement.dataset.theme = button.value;
    for (const each of form.querySelectorAll("button")) {
        each.setAttribute("aria-pressed", String(each === button));
    }
});
