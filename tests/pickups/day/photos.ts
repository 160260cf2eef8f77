/** Small pictures with a position in them, built byte by byte. */
import { crc32, deflateSync } from 'node:zlib'

/** Where it must not be found afterwards. */
export const SECRET_PLACE = 'GPS 57.7213 12.9245'

const bytes = (...parts: readonly (string | readonly number[] | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
    ),
  )

function segment(marker: number, body: Buffer): Buffer {
  const size = body.length + 2
  return bytes([0xff, marker, size >> 8, size & 255], body)
}

/** Little-endian TIFF with an orientation, and a GPS directory whose latitude is text that can be looked for. */
function exif(orientation: number): Buffer {
  const tiff = Buffer.alloc(60)
  tiff.write('II', 0, 'latin1')
  tiff.writeUInt16LE(42, 2)
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(2, 8)
  tiff.writeUInt16LE(0x0112, 10)
  tiff.writeUInt16LE(3, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(orientation, 18)
  tiff.writeUInt16LE(0x8825, 22)
  tiff.writeUInt16LE(4, 24)
  tiff.writeUInt32LE(1, 26)
  tiff.writeUInt32LE(38, 30)
  return bytes('Exif\0\0', tiff, SECRET_PLACE)
}

export function jpeg(orientation = 6): Buffer {
  return bytes(
    [0xff, 0xd8],
    segment(0xe0, bytes('JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0])),
    segment(0xe1, exif(orientation)),
    segment(0xe1, bytes('http://ns.adobe.com/xap/1.0/\0', SECRET_PLACE)),
    segment(0xed, bytes('Photoshop 3.0\0', SECRET_PLACE)),
    segment(0xfe, bytes(SECRET_PLACE)),
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xc0, bytes([8, 0, 1, 0, 1, 1, 1, 0x11, 0])),
    segment(0xda, bytes([1, 1, 0, 0, 63, 0])),
    // Entropy-coded data, with a stuffed 0xff and a restart marker.
    [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
    segment(0xfe, bytes(SECRET_PLACE)),
    segment(0xda, bytes([1, 1, 0, 0, 63, 0])),
    [0x78, 0xff, 0xd9],
    // Phones put a second picture behind the first.
    [0xff, 0xd8],
    segment(0xe1, exif(orientation)),
    [0xff, 0xd9],
  )
}

function chunk(name: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length)
  const named = bytes(name, body)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return bytes(size, named, sum)
}

export function png(): Buffer {
  return bytes(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk('IHDR', bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk('eXIf', exif(1)),
    chunk('tEXt', bytes('Comment\0', SECRET_PLACE)),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', Buffer.alloc(0)),
    SECRET_PLACE,
  )
}

function riff(name: string, body: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return bytes(name, size, body, body.length % 2 ? [0] : [])
}

export function webp(): Buffer {
  const body = bytes(
    'WEBP',
    riff('VP8X', bytes([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    riff('ICCP', bytes([1, 2, 3])),
    riff('VP8 ', bytes([1, 2, 3, 4, 5])),
    riff('EXIF', exif(1)),
    riff('XMP ', bytes(SECRET_PLACE)),
  )
  const size = Buffer.alloc(4)
  size.writeUInt32LE(body.length)
  return bytes('RIFF', size, body)
}
