/** Photos become small: drawn anew, so that nothing is left of where and when they were taken. */

const LONGEST_PX = 1600
const QUALITY = 0.8

/** A JPEG of at most 1600 pixels; undefined where the browser can't read the picture. */
export async function smallJpeg(file: Blob): Promise<ArrayBuffer | undefined> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
    () => undefined,
  )
  if (!bitmap) return undefined
  const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', QUALITY)
  })
  return blob?.arrayBuffer()
}
