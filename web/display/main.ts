/** A screen's pages come back by themselves; the worker keeps the last picture for when the network is gone. */
if ('serviceWorker' in navigator) {
  const scope = location.pathname.replace(/[^/]*$/, '')
  navigator.serviceWorker.register('/display-worker.js', { scope }).catch(() => undefined)
}
