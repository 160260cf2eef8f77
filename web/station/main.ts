/** Asks each minute whether the station says something else, and offers to show it: nothing moves under a reader. */
const EVERY_MS = 60_000
const news = document.querySelector<HTMLElement>('#news')!
const shown = said(document)

setInterval(() => void ask(), EVERY_MS)
document.addEventListener('visibilitychange', () => void ask())

async function ask(): Promise<void> {
  if (document.hidden || news.firstChild) return
  try {
    const answer = await fetch(location.href, { cache: 'no-cache' })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (said(page) === shown) return
  } catch {
    return
  }
  const link = document.createElement('a')
  link.href = location.pathname + location.search
  link.textContent = news.dataset['text'] ?? ''
  news.append(link)
}

/** The words of the containers and the posts; that time passes is no news. */
function said(page: Document): string {
  const words = [...page.querySelectorAll('.containers .pill')].map((pill) =>
    pill.textContent.trim(),
  )
  const posts = [...page.querySelectorAll('article.post')].map((post) => post.id)
  return [...words, ...posts].join('|')
}
