/** Mail to residents, in their language: as text, and the same as simple HTML. Pure. */
import type { Language } from '#src/stations/fraction.ts'
import type { Station, Town } from '#src/stations/station.ts'
import { escapeMarkup } from './escape-markup.ts'
import { MAIL_WORDS } from './mail-words.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** What somebody follows, in a few words: `Ekudden och Hamnen`, `12 återvinningsstationer`. */
export function followedText(
  stations: readonly Pick<Station, 'name'>[] | undefined,
  town: Pick<Town, 'name'>,
  language: Language,
): string {
  const words = MAIL_WORDS[language]
  if (stations === undefined) return words.wholeTown(town.name)
  if (stations.length > MOST_NAMES) return words.manyStations(stations.length)
  const names = stations.map(({ name }) => name)
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names)
}

const MOST_NAMES = 3

interface Frame {
  readonly language: Language
  readonly town: Pick<Town, 'name'>
  /** Who runs the service. */
  readonly operator: string
  readonly followed: string
}

/** News, as a post said it. */
export function newsMail(
  mail: Frame & { readonly text: string; readonly pageUrl: string; readonly manageUrl: string },
): MailText {
  const { language, text, pageUrl, manageUrl, operator, followed } = mail
  const words = MAIL_WORDS[language]
  return {
    subject: subjectOf(text),
    text: [
      text,
      '',
      `${words.page}: ${pageUrl}`,
      '',
      '-- ',
      words.because(followed),
      `${words.change}: ${manageUrl}`,
      words.runBy(operator),
      '',
    ].join('\n'),
    html: page(language, [
      paragraph(text),
      `<p>${anchor(pageUrl, words.page)}</p>`,
      '<hr>',
      `<p>${escapeMarkup(words.because(followed))} ${anchor(manageUrl, words.change)}</p>`,
      paragraph(words.runBy(operator)),
    ]),
  }
}

/** Asks whether it was meant; nothing else is mailed before. */
export function confirmationMail(mail: Frame & { readonly confirmUrl: string }): MailText {
  const { language, town, confirmUrl, operator, followed } = mail
  const { confirm, runBy } = MAIL_WORDS[language]
  return {
    subject: confirm.subject(town.name),
    text: [
      confirm.asked(followed),
      '',
      confirm.press,
      '',
      `${confirm.link}: ${confirmUrl}`,
      '',
      confirm.ignore,
      '',
      '-- ',
      runBy(operator),
      '',
    ].join('\n'),
    html: page(language, [
      paragraph(confirm.asked(followed)),
      paragraph(confirm.press),
      `<p>${anchor(confirmUrl, confirm.link)}</p>`,
      paragraph(confirm.ignore),
      '<hr>',
      paragraph(runBy(operator)),
    ]),
  }
}

const MOST_SUBJECT = 100

/** The first sentence, cut between words where it is long. */
function subjectOf(text: string): string {
  const sentence = text.split(/(?<=[.!?])\s/u, 1)[0]!.replace(/\.$/, '')
  if (sentence.length <= MOST_SUBJECT) return sentence
  return `${sentence.slice(0, MOST_SUBJECT).replace(/\s+\S*$/u, '')} …`
}

function page(language: Language, parts: readonly string[]): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head><body style="font-family: sans-serif; font-size: 1rem; line-height: 1.5; max-width: 40em">\n${parts.join('\n')}\n</body></html>\n`
}

function paragraph(text: string): string {
  return `<p>${escapeMarkup(text)}</p>`
}

function anchor(url: string, text: string): string {
  return `<a href="${escapeMarkup(url)}">${escapeMarkup(text)}</a>`
}
