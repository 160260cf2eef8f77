import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stripPhoto } from '#src/pickups/day/strip-photo.ts'
import { jpeg, png, SECRET_PLACE, webp } from './photos.ts'

const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1')

test.each([
  ['image/jpeg', jpeg()],
  ['image/png', png()],
  ['image/webp', webp()],
] as const)('a photo as %s loses where it was taken and keeps its picture', (type, photo) => {
  expect(textOf(photo)).toContain(SECRET_PLACE)
  const stripped = stripPhoto(photo)
  expect(stripped?.type).toBe(type)
  expect(textOf(stripped?.bytes)).not.toContain('GPS')
  expect(textOf(stripped?.bytes)).not.toMatch(/XMP|xap|Photoshop|EXIF|eXIf|tEXt/)
  expect(stripPhoto(stripped!.bytes)).toEqual(stripped)
})

test('a JPEG keeps its tables, both its scans, and which way up it is', () => {
  const text = textOf(stripPhoto(jpeg())?.bytes)
  expect(text).toContain('JFIF')
  expect(text).toContain('\x12\xff\x00\x34\xff\xd0\x56\xff\xda')
  expect(text.endsWith('\x78\xff\xd9')).toBe(true)
  expect(text).toContain('\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06')
  expect(textOf(stripPhoto(jpeg(1))?.bytes)).not.toContain('Exif')
})

test('a PNG ends where it ends; a WebP says that it has no metadata', () => {
  expect(textOf(stripPhoto(png())?.bytes)).toMatch(/IEND....$/s)
  const { bytes } = stripPhoto(webp())!
  const view = Buffer.from(bytes)
  expect(view.readUInt32LE(4)).toBe(bytes.length - 8)
  expect(view[20]).toBe(0x20)
})

test('what is no picture, or is cut off, is none', () => {
  expect(stripPhoto(Buffer.from('GIF89a…'))).toBeUndefined()
  expect(stripPhoto(Buffer.alloc(0))).toBeUndefined()
  for (const photo of [jpeg(), png(), webp()]) {
    expect(stripPhoto(photo.subarray(0, 40))).toBeUndefined()
  }
})

test('no bytes bring it down', () => {
  const heads = [jpeg(), png(), webp()]
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.nat(200),
      fc.uint8Array({ maxLength: 80 }),
      (head, at, rest) => {
        const broken = Buffer.concat([head.subarray(0, at), rest])
        const stripped = stripPhoto(broken)
        if (stripped) expect(textOf(stripped.bytes)).not.toContain(SECRET_PLACE)
      },
    ),
  )
})
