/** The marks of the picture (`src/pages/town-map.ts`), in the same shapes and colours. */
import { colourOf } from './colours.ts'

const SIDE = 24
const RATIO = 2

const MARKS: Readonly<Record<string, { readonly path: Path2D; readonly colour: string }>> = {
  full: { path: new Path2D('M12 3l9 9-9 9-9-9z'), colour: '--full' },
  'nearly-full': { path: new Path2D('M12 4l8.5 14.5h-17z'), colour: '--nearly' },
  'has-room': { path: new Path2D('M6 12a6 6 0 1 0 12 0a6 6 0 1 0-12 0z'), colour: '--room' },
  unknown: {
    path: new Path2D('M6.5 12a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z'),
    colour: '--unknown',
  },
}

/** At two points a pixel; undefined when there is no such mark. */
export function drawMark(name: string): ImageData | undefined {
  const mark = MARKS[name]
  if (!mark) return undefined
  const canvas = document.createElement('canvas')
  canvas.width = SIDE * RATIO
  canvas.height = SIDE * RATIO
  const context = canvas.getContext('2d')!
  context.scale(RATIO, RATIO)
  // A rim in the ground's colour keeps marks apart that lie on each other.
  context.lineWidth = 3
  context.strokeStyle = colourOf('--card')
  context.stroke(mark.path)
  context.fillStyle = colourOf(name === 'unknown' ? '--card' : mark.colour)
  context.fill(mark.path)
  if (name === 'unknown') {
    context.lineWidth = 2
    context.setLineDash([3.6, 2.16])
    context.strokeStyle = colourOf(mark.colour)
    context.stroke(mark.path)
  }
  return context.getImageData(0, 0, canvas.width, canvas.height)
}
