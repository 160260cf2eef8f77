/** Waits for something of another process: looked at again and again, never slept for. */

/** Throws when it doesn't hold within the time; `seen` is told then. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  seen: () => string = () => '',
): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs / 1000} s\n${seen()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
