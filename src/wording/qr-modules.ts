/** QR codes as squares, for whoever draws them. */
import { encodeQR } from 'qr'

/** Light squares round the code, which the standard asks for (ISO/IEC 18004 §5.3.8). */
export const QUIET_MODULES = 4

/** The code's squares, dark ones true; error correction M: a quarter of a scratched label may be lost. */
export function modulesOf(link: string): readonly (readonly boolean[])[] {
  // The library draws a border of one square at least; ours is wider.
  const bordered = encodeQR(link, 'raw', { ecc: 'medium', border: 1 })
  return bordered.slice(1, -1).map((row) => row.slice(1, -1))
}
