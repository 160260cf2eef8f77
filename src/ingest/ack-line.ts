/**
 * Acknowledgements leave in the order in which the messages came [MQTT-4.6.0-2]. A message that needs
 * no commit waits in line behind those that do.
 */

export interface Place {
  readonly answer: () => void
  ready: boolean
}

export interface AckLine {
  /** Takes a place; `answer` is called once, when this place and all before it are ready. */
  take(answer: () => void): Place
  ready(place: Place): void
}

export function ackLine(): AckLine {
  let line: Place[] = []
  let head = 0
  return {
    take(answer) {
      const place: Place = { answer, ready: false }
      line.push(place)
      return place
    },
    ready(place) {
      place.ready = true
      while (head < line.length && line[head]!.ready) line[head++]!.answer()
      if (head === line.length) {
        line = []
        head = 0
      } else if (head > 1024 && head * 2 > line.length) {
        line = line.slice(head)
        head = 0
      }
    },
  }
}
