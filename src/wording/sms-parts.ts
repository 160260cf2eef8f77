/** How an SMS is counted: 3GPP TS 23.038 §6.2.1, the alphabet that every phone has, and what lies outside it. */

/** The basic alphabet; a letter outside it makes the whole message UCS-2. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Behind an escape, so they count twice. */
const EXTENDED = new Set('\f^{}\\[~]|€')

export interface SmsSize {
  readonly alphabet: 'gsm-7' | 'ucs-2'
  /** Septets, or UTF-16 code units. */
  readonly length: number
  /** Messages that it is sent and paid as. */
  readonly parts: number
}

/** In several parts each gives up six bytes to its header (TS 23.040 §9.2.3.24.1). */
const ROOM = { 'gsm-7': { one: 160, each: 153 }, 'ucs-2': { one: 70, each: 67 } } as const

export function smsSize(text: string): SmsSize {
  const letters = Array.from(text)
  const isBasic = letters.every((letter) => BASIC.has(letter) || EXTENDED.has(letter))
  const alphabet = isBasic ? 'gsm-7' : 'ucs-2'
  const length = isBasic
    ? letters.reduce((sum, letter) => sum + (EXTENDED.has(letter) ? 2 : 1), 0)
    : text.length
  const { one, each } = ROOM[alphabet]
  return { alphabet, length, parts: length <= one ? 1 : Math.ceil(length / each) }
}

const PLAIN: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '‑': '-',
  '−': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '…': '...',
  '•': '-',
  '\u00a0': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
}

/**
 * A text as it costs least without saying anything else: NFC, typographic marks as plain ones, no marks
 * that are not seen. One of them would make it UCS-2, in which less than half as much fits.
 */
export function plainForSms(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[–—‑−’‘“”„«»…•\u00a0\u2009\u202f]/g, (mark) => PLAIN[mark]!)
    .replace(/[\u200b\u200e\u200f\u2060\u2066-\u2069\ufeff]/g, '')
}
