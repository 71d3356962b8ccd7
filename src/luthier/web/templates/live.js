document.querySelectorAll("[data-live]").forEach(async part => {
  for (let shown; ; ) {
    await new Promise(done => setTimeout(done, 2000));
    if (document.hidden || part.matches(":active, :focus-within")) continue;
    const ask = async () => { const reply = await fetch(part.dataset.live); return [reply, await reply.text()]; };
    const [reply, text] = await ask().catch(() => []);
    part.toggleAttribute("data-stale", !reply?.ok);
    if (reply?.headers.has("Luthier-Over")) location.reload();
    if (reply?.ok && text !== shown) part.innerHTML = shown = text;
  }
});
