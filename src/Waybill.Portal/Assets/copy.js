// A button beside what people copy into their programs.
const { copyWord, copiedWord } = document.body.dataset;
if (navigator.clipboard) {
    for (const code of document.querySelectorAll("[data-copy]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "copy";
        button.textContent = copyWord;
        button.setAttribute("aria-label", `${copyWord} ${code.textContent.slice(0, 60)}`);
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(code.textContent);
            button.textContent = copiedWord;
            setTimeout(() => { button.textContent = copyWord; }, 1500);
        });
        (code.parentElement.tagName === "PRE" ? code.parentElement : code).after(button);
    }
}
