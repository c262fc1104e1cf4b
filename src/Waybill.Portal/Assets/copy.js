// A button beside what people copy into their programs.
if (navigator.clipboard) {
    for (const code of document.querySelectorAll("[data-copy]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "copy";
        button.textContent = "Copy";
        button.setAttribute("aria-label", `Copy ${code.textContent.slice(0, 60)}`);
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(code.textContent);
            button.textContent = "Copied";
            setTimeout(() => { button.textContent = "Copy"; }, 1500);
        });
        (code.parentElement.tagName === "PRE" ? code.parentElement : code).after(button);
    }
}
