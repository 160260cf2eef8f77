/** A small picture for each fraction, of our own drawing: lines in a square of 24 by 24. */
import type { Fraction } from '#src/stations/fraction.ts'

/** SVG path data, stroked. */
export const PICTURES: Readonly<Record<Fraction, string>> = {
  // A carton, seen from a corner.
  paper: 'M4 8 L12 4 L20 8 L20 17 L12 21 L4 17 Z M4 8 L12 12 L20 8 M12 12 L12 21 M8 6 L16 10',
  // A bottle with a ribbed waist.
  plastic: 'M10 2 H14 V5 L16.5 9 V22 H7.5 V9 L10 5 Z M7.5 13 H16.5 M7.5 17 H16.5',
  // A tin.
  metal:
    'M6 5 C6 2.5 18 2.5 18 5 V19 C18 21.5 6 21.5 6 19 Z M6 5 C6 7.5 18 7.5 18 5 M6 10 C6 12.5 18 12.5 18 10',
  // A jar with its lid.
  'clear-glass': 'M7 2 H17 V5 H7 Z M8 5 L6 8 V22 H18 V8 L16 5',
  // A wine bottle with its label.
  'coloured-glass': 'M10.5 2 H13.5 V8 L16 12 V22 H8 V12 L10.5 8 Z M8 15 H16 M8 19 H16',
  // A front page.
  newspapers: 'M4 3 H20 V21 H4 Z M7 7 H17 M7 11 H11 V17 H7 Z M14 11 H17 M14 14 H17 M14 17 H17',
  // A battery with its poles.
  batteries: 'M3 7 H18 V17 H3 Z M18 10 H21 V14 H18 M6 12 H10 M8 10 V14 M13 12 H16',
  // A shirt.
  textiles: 'M8 3 L2.5 6.5 L4.5 11 L7 10 V21 H17 V10 L19.5 11 L21.5 6.5 L16 3 C15 6 9 6 8 3 Z',
}
export const PICTURE_SIZE = 24
