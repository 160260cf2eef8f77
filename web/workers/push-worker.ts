/** Shows the news that a push service brings: one notification for a thread, its newest word in place of the last. */
declare const self: ServiceWorkerGlobalScope

/** As `src/notify/direct/push-work.ts` writes it. */
interface News {
  readonly title: string
  readonly body: string
  readonly url: string
  readonly lang: string
  readonly tag: string
  /** Tags of what is over with this. */
  readonly ends: readonly string[]
  /** When it happened; epoch milliseconds. */
  readonly at: number
}

self.addEventListener('push', (event) => {
  event.waitUntil(show(event.data!.json() as News))
})

async function show({ title, body, url, lang, tag, ends, at }: News): Promise<void> {
  for (const over of ends) {
    for (const shown of await self.registration.getNotifications({ tag: over })) shown.close()
  }
  const options = { body, lang, tag, timestamp: at, icon: '/favicon.svg', data: { url } }
  await self.registration.showNotification(title, options)
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { url } = event.notification.data as Pick<News, 'url'>
  event.waitUntil(self.clients.openWindow(url))
})
