// Shows the news that a push service brings: one notification for a thread, its newest word in place of the last.
self.addEventListener('push', (event) => {
  event.waitUntil(show(event.data.json()))
})

async function show({ title, body, url, lang, tag, ends, at }) {
  for (const over of ends) {
    for (const shown of await self.registration.getNotifications({ tag: over })) shown.close()
  }
  await self.registration.showNotification(title, {
    body,
    lang,
    tag,
    timestamp: at,
    icon: '/favicon.svg',
    data: { url },
  })
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data.url))
})
