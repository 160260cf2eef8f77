/** Bytes of unknown origin, shown so that they can do nothing but be read. Pure. */

/** As UTF-8. */
export function visibleText(bytes: Uint8Array): string {
  return visible(new TextDecoder('utf-8').decode(bytes))
}

/** What can't be seen stands as a sign of its own, so that nothing hides or turns the line. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => (sign === '\n' ? sign : '\u00b7'))
}

const PER_ROW = 16

/** `0000  7b 22 66 …`, sixteen in a row. */
export function byteRows(bytes: Uint8Array): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += PER_ROW) {
    const row = [...bytes.subarray(at, at + PER_ROW)].map((byte) => hex(byte, 2))
    rows.push(`${hex(at, 4)}  ${row.join(' ')}`)
  }
  return rows.join('\n')
}
