// Notifications: shows the button where the browser can, asks for leave when it is pressed, and tells the service.
const button = document.getElementById('push')
const status = document.getElementById('push-status')
const form = document.getElementById('follow-form')

if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  button.hidden = false
  button.addEventListener('click', () => void turnOn())
} else {
  status.textContent = button.dataset.unknown
}

async function turnOn() {
  button.disabled = true
  status.textContent = button.dataset.wait
  try {
    if ((await Notification.requestPermission()) !== 'granted') return say('denied')
    const answer = await fetch(button.dataset.to, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...(await subscribe()), ...wish() }),
    })
    if (!answer.ok) return say('failed')
    location.assign((await answer.json()).url)
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
    applicationServerKey: button.dataset.key,
  })
  const { endpoint, keys } = subscription.toJSON()
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth }
}

function isActive(registration) {
  const worker = registration.installing ?? registration.waiting ?? registration.active
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

function say(word) {
  button.disabled = false
  status.textContent = button.dataset[word]
}
