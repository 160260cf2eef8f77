/** The letters of the cards: Atkinson Hyperlegible, made by the Braille Institute to be told apart (OFL 1.1). */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Faces } from '#src/wording/cards/card-type.ts'
import { readTextWidth } from '#src/wording/cards/font-metrics.ts'

const FILES = {
  regular: '400Regular/AtkinsonHyperlegible_400Regular.ttf',
  bold: '700Bold/AtkinsonHyperlegible_700Bold.ttf',
} as const

/** The fonts' bytes, read anew. */
export function readFonts(): Readonly<Record<keyof typeof FILES, Buffer>> {
  const read = (file: string) =>
    readFileSync(
      fileURLToPath(import.meta.resolve(`@expo-google-fonts/atkinson-hyperlegible/${file}`)),
    )
  return { regular: read(FILES.regular), bold: read(FILES.bold) }
}

let faces: Faces | undefined

/** How wide their letters are; read once. */
export function cardFaces(): Faces {
  if (!faces) {
    const { regular, bold } = readFonts()
    faces = { regular: readTextWidth(regular), bold: readTextWidth(bold) }
  }
  return faces
}
