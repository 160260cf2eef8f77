/** The pages' colours as they are now, light or dark, ours or the town's own, in a form that the map reads. */
const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!

export function colourOf(property: string): string {
  return `rgb(${partsOf(property).join(', ')})`
}

/** So much of the one (0 to 1), and the other for the rest. */
export function mixOf(property: string, share: number, other: string): string {
  const rest = partsOf(other)
  const mixed = partsOf(property).map((part, i) =>
    Math.round(part * share + rest[i]! * (1 - share)),
  )
  return `rgb(${mixed.join(', ')})`
}

/** Red, green and blue, 0 to 255. */
function partsOf(property: string): readonly number[] {
  const written = getComputedStyle(document.documentElement).getPropertyValue(property).trim()
  context.clearRect(0, 0, 1, 1)
  context.fillStyle = written
  context.fillRect(0, 0, 1, 1)
  return [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)]
}
