import { describe, expect, test } from 'vitest'
import type { ReportKind, ReportRecord } from '#src/rules/record.ts'
import { DAY, HOUR, instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import type { ReporterSalt } from '#src/store/contract.ts'
import { addressBlock, openReporters, type Client } from '#src/store/reporters.ts'
import { ekudden, hamnen } from '#tests/support/town.ts'

const noon = instant(Date.parse('2026-05-05T10:00:00Z'))
const phone: Client = { address: '198.51.100.7', userAgent: 'Phone/1.0' }

/** What the database has, and what was said. */
function kept() {
  const salts: ReporterSalt[] = []
  const said: ReportRecord[] = []
  const store = {
    reporterSalts: async () => salts.toSorted((a, b) => b.from - a.from),
    keepReporterSalt: async (salt: ReporterSalt) => void salts.push(salt),
    dropReporterSalts: async (upTo: EpochMs, orFrom: EpochMs) => {
      const left = salts.filter(({ from }) => from > upTo && from < orFrom)
      salts.splice(0, salts.length, ...left)
    },
    reports: async ({ since }: { since: EpochMs }) => said.filter((r) => r.at >= since),
  }
  let reporters = openReporters(store)
  return {
    salts,
    restart() {
      reporters = openReporters(store)
    },
    tidy: (at: EpochMs) => reporters.tidy(at),
    /** The phone reports; gives its mark. */
    async says(at: EpochMs, kind: ReportKind = 'full', client = phone, station = ekudden) {
      const { mark } = await reporters.recognise(client, station, kind, at)
      const containerId = station.containers[0]!.id
      const seq = said.length
      said.push({ type: 'report', seq, at, containerId, kind, by: 'resident', reporter: mark })
      return mark
    },
    recognise: (client: Client, at: EpochMs) => reporters.recognise(client, ekudden, 'full', at),
  }
}

const after = (hours: number) => plus(noon, hours * HOUR)

describe('a mark', () => {
  test('is one person’s at one station, and tells nothing of another station or person', async () => {
    const town = kept()
    const mark = await town.says(noon)
    expect(mark).toMatch(/^[\w-]{16}$/)
    expect(await town.says(after(1))).toBe(mark)
    const others = [
      await town.says(noon, 'full', phone, hamnen),
      await town.says(noon, 'full', { ...phone, address: '198.51.100.8' }),
      await town.says(noon, 'full', { ...phone, userAgent: 'Phone/2.0' }),
      await town.says(noon, 'full', { ...phone, token: 'another-phone-of-22-ch' }),
    ]
    expect(new Set([mark, ...others]).size).toBe(5)
  })

  test('is found again by the token that was given for it, wherever the phone then is', async () => {
    const town = kept()
    const { mark, token } = await town.recognise(phone, noon)
    expect(await town.recognise({ address: '2001:db8::1', userAgent: '', token }, noon)).toEqual({
      mark,
      token,
    })
  })

  test('is the same after a restart', async () => {
    const town = kept()
    const mark = await town.says(noon)
    town.restart()
    expect(await town.says(after(1))).toBe(mark)
  })

  test('is another in another town, and after its time', async () => {
    const mark = await kept().says(noon)
    const town = kept()
    expect(await town.says(noon)).not.toBe(mark)
    expect(await town.says(after(72))).not.toBe(mark)
  })

  test.each([
    ['a level', 'full', 8],
    ['litter', 'litter', 24],
    ['a broken container', 'broken', 24],
  ] as const)(
    'of %s outlives its salt’s day for as long as the word counts, to the hour',
    async (_, kind, lifeHours) => {
      for (const [hoursLater, isSame] of [
        [lifeHours, true],
        [lifeHours + 1, false],
      ] as const) {
        const town = kept()
        await town.says(noon, 'ice')
        const mark = await town.says(after(23.5), kind)
        const again = await town.says(after(23.5 + hoursLater), kind)
        expect(again === mark, `${hoursLater} h later`).toBe(isSame)
      }
    },
  )
})

describe('a salt', () => {
  test('is drawn when somebody reports, one for all who come at once', async () => {
    const town = kept()
    expect(town.salts).toEqual([])
    const marks = await Promise.all([town.says(noon), town.says(noon), town.says(noon)])
    expect(new Set(marks).size).toBe(1)
    expect(town.salts.length).toBe(1)
    expect(town.salts[0]!.salt.length).toBe(32)
  })

  test('makes marks for a day, and is thrown away a day after that', async () => {
    const town = kept()
    await town.says(noon)
    await town.says(plus(noon, DAY - 1))
    expect(town.salts.length).toBe(1)
    await town.says(plus(noon, DAY))
    expect(town.salts.length).toBe(2)
    await town.tidy(plus(noon, 2 * DAY - 1))
    expect(town.salts.length).toBe(2)
    await town.tidy(plus(noon, 2 * DAY))
    expect(town.salts.map(({ from }) => from)).toEqual([plus(noon, DAY)])
  })

  test('drawn a moment ahead of a clock that was set back goes on, one from far ahead does not', async () => {
    const town = kept()
    const mark = await town.says(noon)
    await town.tidy(plus(noon, -MINUTE))
    expect(await town.says(plus(noon, -MINUTE))).toBe(mark)
    await town.tidy(plus(noon, -2 * HOUR))
    expect(town.salts).toEqual([])
  })

  test('that cannot be kept is not used, and the next report draws another', async () => {
    let isBroken = true
    const salts: ReporterSalt[] = []
    const reporters = openReporters({
      reporterSalts: async () => salts,
      keepReporterSalt: async (salt) => {
        if (isBroken) throw new Error('disk full')
        salts.push(salt)
      },
      dropReporterSalts: async () => {},
      reports: async () => [],
    })
    await expect(reporters.recognise(phone, ekudden, 'full', noon)).rejects.toThrow('disk full')
    isBroken = false
    await reporters.recognise(phone, ekudden, 'full', noon)
    expect(salts.length).toBe(1)
  })
})

test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:0001:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1', 'fe80:0:0:0'],
])('%s is of %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})
