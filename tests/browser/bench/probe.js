// In the page: what it draws, and how soon it answers. Installed before the page's own scripts.
(() => {
  const probe = { frames: [], answers: [], seen: [] };
  window.__probe = probe;
  const tick = (now) => {
    probe.frames.push(now);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  // From the input to the first frame painted after it, as the browser itself measures it.
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) probe.answers.push({ name, duration });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  // When a text stands on the screen: after the frame in which it changed was drawn.
  probe.watch = (selector) => {
    let last = null;
    const look = () => {
      const found = document.querySelector(selector)?.textContent.trim() ?? null;
      if (found === null || found === last) return;
      last = found;
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => probe.seen.push({ text: found, at: Date.now() });
        channel.port2.postMessage(null);
      });
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  };
})();
