/** Notifications: shows the button where the browser can, asks for leave when it is pressed, and tells the service. */
const button = document.querySelector<HTMLButtonElement>('#push')!
const status = document.querySelector<HTMLElement>('#push-status')!
const form = document.querySelector<HTMLFormElement>('#follow-form')!

if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  button.hidden = false
  button.addEventListener('click', () => void turnOn())
} else {
  status.textContent = wordOf('unknown')
}

/** What the page has to say in its language. */
function wordOf(name: 'unknown' | 'wait' | 'denied' | 'failed' | 'key' | 'to'): string {
  return button.dataset[name] ?? ''
}

async function turnOn(): Promise<void> {
  button.disabled = true
  status.textContent = wordOf('wait')
  try {
    if ((await Notification.requestPermission()) !== 'granted') return say('denied')
    const answer = await fetch(wordOf('to'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...(await subscribe()), ...wish() }),
    })
    if (!answer.ok) return say('failed')
    const { url } = (await answer.json()) as { url: string }
    location.assign(url)
  } catch {
    say('failed')
  }
}

/** The worker only shows what comes; a scope without pages keeps it out of everything else. */
async function subscribe() {
  const registration = await navigator.serviceWorker.register('/push-worker.js', {
    scope: '/push/',
  })
  await isActive(registration)
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: wordOf('key'),
  })
  const { endpoint, keys } = subscription.toJSON()
  return { endpoint, p256dh: keys?.['p256dh'], auth: keys?.['auth'] }
}

function isActive(registration: ServiceWorkerRegistration): Promise<void> | undefined {
  const worker = registration.installing ?? registration.waiting ?? registration.active!
  if (worker.state === 'activated') return undefined
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve()
    })
  })
}

function wish() {
  const said = new FormData(form)
  return {
    language: said.get('language'),
    stations: said.getAll('station'),
    fractions: said.getAll('fraction'),
  }
}

function say(word: 'denied' | 'failed'): void {
  button.disabled = false
  status.textContent = wordOf(word)
}
