/** A month of a small town under real rules: containers that fill and are emptied, visitors, quiet nights. */
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { keep } from '#src/store/journal.ts'
import type { HttpTown } from './http-town.ts'
import { castTown, containerId } from './town.ts'

const DAYS = 30

/** How many days a container takes to fill, by its place in the town. */
const FILLS_IN_DAYS = [4, 6.5, 11, 5, 14, 3]

/** Plays it hour by hour from now on; two levels an hour, so that `readings: 2` is soon met. */
export async function playMonth(town: HttpTown): Promise<void> {
  const containers = castTown.stations.flatMap((station) => station.containers)
  const start = town.now()
  for (let hour = 0; hour < DAYS * 24; hour++) {
    town.setNow(plus(start, hour * HOUR))
    await Promise.all(
      containers.flatMap(({ id }, i) => {
        // A sensor that is silent for a day and a half, once.
        if (i === 2 && hour > 300 && hour < 336) return []
        const share = (hour / 24 / FILLS_IN_DAYS[i]!) % 1.15
        const percent = Math.min(98, 4 + share * 96)
        return [town.measure(id, percent, 30), town.measure(id, percent)]
      }),
    )
    if (hour === 200) await report(town)
    await town.journal.tick()
  }
  town.setNow(plus(start, DAYS * DAY + MINUTE))
  await town.journal.tick()
}

/** Two visitors say that the glass is full, which the sensor doesn't think. */
async function report(town: HttpTown): Promise<void> {
  for (const reporter of ['a', 'b']) {
    await keep(town.journal, {
      kind: 'report',
      containerId: containerId('1490-901-clear-glass-1'),
      report: 'full',
      by: 'resident',
      reporter,
    })
  }
}
