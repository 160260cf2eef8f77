/** The pages' colours as they are now, light or dark, ours or the town's own, in a form that the map reads. */
const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!

export function colourOf(property: string): string {
  const written = getComputedStyle(document.documentElement).getPropertyValue(property).trim()
  context.clearRect(0, 0, 1, 1)
  context.fillStyle = written
  context.fillRect(0, 0, 1, 1)
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data
  return `rgb(${red}, ${green}, ${blue})`
}
