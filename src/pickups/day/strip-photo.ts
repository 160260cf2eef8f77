/**
 * A photo without what its camera wrote beside the picture: where it was taken, when, by which phone, and
 * a thumbnail of it. Segments and chunks are walked and only those that draw the picture are kept, so
 * what nobody has heard of goes too. JPEG by ITU-T T.81 annex B, PNG by its specification's chapter 5,
 * WebP by RFC 9649.
 */

export type PhotoType = 'image/jpeg' | 'image/png' | 'image/webp'

export interface Photo {
  readonly type: PhotoType
  readonly bytes: Uint8Array
}

/** Undefined for what is none of the three, or is broken before the picture begins. */
export function stripPhoto(bytes: Uint8Array): Photo | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return photo('image/jpeg', stripJpeg(bytes))
  if (startsWith(bytes, PNG)) return photo('image/png', stripPng(bytes))
  if (text(bytes, 0) === 'RIFF' && text(bytes, 8) === 'WEBP') {
    return photo('image/webp', stripWebp(bytes))
  }
  return undefined
}

function photo(type: PhotoType, bytes: Uint8Array | undefined): Photo | undefined {
  return bytes && { type, bytes }
}

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP0 = 0xe0
const APP2 = 0xe2
const APP14 = 0xee
const COMMENT = 0xfe

/**
 * Of the application segments only these say how the picture looks: JFIF, an ICC colour profile, and
 * Adobe's word on the colour transform. Which way up a picture is lies in Exif: of that one tag a
 * segment of our own is made.
 */
function stripJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)]
  const head: Uint8Array[] = []
  let at = 2
  let isWhole = false
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    // Any number of fill bytes may come before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === EOI || marker === SOI) return undefined
    const end = at + 2 + uint16(bytes, at + 2)
    if (end < at + 4 || end > bytes.length) return undefined
    if (marker === SOS) {
      const scan = endOfScans(bytes, end)
      if (scan === undefined) return undefined
      kept.push(bytes.subarray(at, end), ...scan)
      isWhole = true
      break
    }
    const body = bytes.subarray(at + 4, end)
    if (marker === 0xe1) head.push(...upright(body))
    else if (drawsJpeg(marker, body)) kept.push(bytes.subarray(at, end))
    at = end
  }
  return isWhole ? joined([kept[0]!, ...head, ...kept.slice(1)]) : undefined
}

function drawsJpeg(marker: number, body: Uint8Array): boolean {
  if (marker === COMMENT) return false
  if (marker < APP0 || marker > 0xef) return true
  if (marker === APP0) return text(body, 0) === 'JFIF'
  if (marker === APP2) return text(body, 0, 11) === 'ICC_PROFILE'
  return marker === APP14 && text(body, 0, 5) === 'Adobe'
}

/** The scans with what is between them, up to the end of the picture; a second picture behind it goes. */
function endOfScans(bytes: Uint8Array, from: number): readonly Uint8Array[] | undefined {
  const kept: Uint8Array[] = []
  let begin = from
  let at = from
  while (at + 1 < bytes.length) {
    const marker = bytes[at + 1]!
    const isData = bytes[at] !== 0xff || marker === 0 || (marker >= 0xd0 && marker <= 0xd7)
    if (isData || marker === 0xff) {
      at += bytes[at] === 0xff && !isData ? 1 : isData && bytes[at] === 0xff ? 2 : 1
      continue
    }
    if (marker === EOI) return [...kept, bytes.subarray(begin, at + 2)]
    const end = at + 2 + (at + 4 <= bytes.length ? uint16(bytes, at + 2) : 0)
    if (end < at + 4 || end > bytes.length) return undefined
    if (marker !== SOS && !drawsJpeg(marker, bytes.subarray(at + 4, end))) {
      kept.push(bytes.subarray(begin, at))
      begin = end
    }
    at = end
  }
  return undefined
}

const ORIENTATION = 0x0112

/** An Exif segment with the orientation alone, where there was one. */
function upright(body: Uint8Array): readonly Uint8Array[] {
  const turned = text(body, 0) === 'Exif' ? orientationIn(body.subarray(6)) : undefined
  if (turned === undefined || turned === 1) return []
  // Big-endian TIFF with one directory of one entry: the tag, a SHORT, one of it, its value.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0]
  const segment = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, 0, 0, 0, 0]
  return [Uint8Array.from([0xff, 0xe1, 0, segment.length + 2, ...segment])]
}

function orientationIn(tiff: Uint8Array): number | undefined {
  if (tiff.length < 14) return undefined
  const isLittle = tiff[0] === 0x49
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const directory = view.getUint32(4, isLittle)
  if (directory + 2 > tiff.length) return undefined
  const entries = view.getUint16(directory, isLittle)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12
    if (entry + 12 > tiff.length) return undefined
    if (view.getUint16(entry, isLittle) !== ORIENTATION) continue
    const value = view.getUint16(entry + 8, isLittle)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_KEPT = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'sBIT',
  'cICP',
])

function stripPng(bytes: Uint8Array): Uint8Array | undefined {
  const kept = [bytes.subarray(0, 8)]
  let at = 8
  while (at + 12 <= bytes.length) {
    const end = at + 12 + uint32(bytes, at)
    if (end > bytes.length) return undefined
    const name = text(bytes, at + 4)
    if (PNG_KEPT.has(name)) kept.push(bytes.subarray(at, end))
    if (name === 'IEND') return joined(kept)
    at = end
  }
  return undefined
}

const WEBP_KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP'])
/** Flags of VP8X that say that there are Exif and XMP chunks. */
const WEBP_METADATA = 0x08 | 0x04

function stripWebp(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = []
  const all = Math.min(bytes.length, 8 + uint32(bytes, 4, true))
  let at = 12
  while (at + 8 <= all) {
    const size = uint32(bytes, at + 4, true)
    const end = at + 8 + size + (size % 2)
    if (at + 8 + size > all) return undefined
    const name = text(bytes, at)
    const chunk = bytes.slice(at, Math.min(end, all))
    if (name === 'VP8X' && size >= 1) chunk[8]! &= ~WEBP_METADATA
    if (WEBP_KEPT.has(name)) kept.push(chunk)
    at = end
  }
  if (!kept.some((chunk) => /^VP8[ L]/.test(text(chunk, 0)))) return undefined
  const body = joined(kept)
  const head = bytes.slice(0, 12)
  new DataView(head.buffer, head.byteOffset).setUint32(4, body.length + 4, true)
  return joined([head, body])
}

function startsWith(bytes: Uint8Array, wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[i] === byte)
}

function text(bytes: Uint8Array, at: number, length = 4): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

function uint32(bytes: Uint8Array, at: number, isLittle = false): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, isLittle)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
