/** The staff's pages about sensors, over a real store and journal. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashToken } from '#src/store/token.ts'
import { DAY, HOUR, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER, TUESDAY } from '#tests/support/http-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'

const PAPER = deviceId('dev-901-paper-1')

let town: StaffTown
beforeEach(async () => {
  town = await openStaffTown()
})
afterEach(() => town[Symbol.asyncDispose]())

const seatsNow = () =>
  town.journal.town.town.mountings
    .filter(({ until }) => until === undefined || until > town.now())
    .map(({ deviceId: device, containerId: container }) => `${device} on ${container}`)

test('the list has every sensor, and finds by id, station and trouble', async () => {
  await town.measure(EKUDDEN_PAPER, 40, 5)
  await town.fail(containerId('1490-902-paper-1'), 'no-echo')
  const { body } = await town.get('/enheter')
  for (const { id } of castTown.devices) expect(body).toContain(`href="/enheter/${id}"`)
  expect(body).toContain('för 5 min sedan')

  const found = async (query: string) =>
    [...(await town.get(`/enheter?${query}`)).body.matchAll(/href="\/enheter\/(dev[^"]+)"/g)].map(
      ([, id]) => id,
    )
  expect(await found('q=hamnen')).toEqual(['dev-902-clear-glass-1', 'dev-902-paper-1'])
  expect(await found('show=fault')).toEqual(['dev-902-paper-1'])
  expect(await found('show=trouble&q=Ekudden')).toEqual([])
  expect(await found('station=1490-903')).toEqual(['dev-903-paper-1'])
  expect((await town.get('/en/devices?show=fault')).body).toContain('the sensor gets no echo')
})

test('a sensor that has fallen silent says what to do', async () => {
  for (const hours of [40, 39, 38, 37, 36]) await town.measure(EKUDDEN_PAPER, 40, hours * 60)
  const { body } = await town.get(`/en/devices/${PAPER}`)
  expect(body).toContain('Silent')
  expect(body).toContain('look for power, antenna and coverage')
  expect((await town.get('/enheter?show=silent')).body).toContain(PAPER)
})

test('its page shows where it sat, what it measured, and its battery by day', async () => {
  for (let day = 20; day >= 0; day -= 1) {
    await town.append({
      kind: 'uplink',
      deviceId: PAPER,
      receivedAt: town.now(),
      fingerprint: 1000 + day,
      tellsRepeats: false,
      readings: [
        {
          deviceId: PAPER,
          n: 0,
          containerId: EKUDDEN_PAPER,
          measuredAt: plus(TUESDAY, -day * DAY),
          receivedAt: town.now(),
          fillPercent: 30,
          batteryPercent: 60 + day,
          flags: [],
        },
      ],
    })
  }
  const { body } = await town.get(`/en/devices/${PAPER}`)
  expect(body).toContain('The battery went from 80 % to 60 %.')
  expect(body).toContain('At this pace it is low in about 6 weeks.')
  expect(body).toContain('<th role="rowheader" scope="row">Ekudden, Paper packaging</th>')
  expect(body).toContain('sits there now')
  expect((await town.get('/en/devices')).body).toContain('<div>60 %</div>')
})

test('a sensor is added and put on a container, and both are in force at once', async () => {
  const place = '1490-903-paper-1'
  await town.post('/enheter/dev-903-paper-1/andra', { do: 'unmount', sure: 'yes' })
  const added = await town.post('/enheter/ny', { id: 'new-1', profile: 'native', container: place })
  expect([added.status, added.to]).toEqual([303, '/enheter/new-1?did=added'])
  expect(seatsNow()).toContain(`new-1 on ${place}`)
  expect((await town.get(added.to)).body).toContain('Givaren är tillagd.')
  const [last] = (await town.store.deviceChanges()).slice(-1)
  expect([last!.by, last!.change.kind]).toEqual(['Demo Admin', 'mount'])
})

test('what is wrong in the form stands in a summary, with what was typed', async () => {
  const wrong = await town.post('/en/devices/new', { id: 'no spaces!', profile: 'unheard-of' })
  expect(wrong.status).toBe(400)
  expect(wrong.body).toContain('<a href="#id">Write the sensor’s id')
  expect(wrong.body).toContain('<a href="#profile">Choose a model from the list</a>')
  expect(wrong.body).toContain('value="no spaces!"')
  expect(wrong.body).toMatch(/id="id"[^>]*aria-invalid="true"/)
  const taken = { id: 'new-2', profile: 'native', container: '1490-901-paper-1' }
  const refused = await town.post('/en/devices/new', taken)
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('dev-901-paper-1 sits on 1490-901-paper-1 then')
  expect(town.journal.town.devices.has(deviceId('new-2'))).toBe(false)
})

test('a swap keeps the container and leads to the new sensor', async () => {
  const swapped = await town.post(`/enheter/${PAPER}/andra`, { do: 'swap', with: 'new-1' })
  expect(swapped.to).toBe('/enheter/new-1?did=swapped')
  expect(seatsNow()).toContain(`new-1 on ${EKUDDEN_PAPER}`)
  expect(seatsNow()).not.toContain(`${PAPER} on ${EKUDDEN_PAPER}`)
  expect((await town.get(swapped.to)).body).toContain(`tog över efter ${PAPER}`)
})

test('taking a sensor down is asked once more, and only then done', async () => {
  const path = `/enheter/${PAPER}/andra`
  expect((await town.get(`${path}?do=unmount`)).body).toContain(`<h1>Ta ner ${PAPER}?</h1>`)
  const unsure = await town.post(path, { do: 'unmount' })
  expect([unsure.status, seatsNow().length]).toEqual([200, castTown.mountings.length])
  expect((await town.post(path, { do: 'unmount', sure: 'yes' })).status).toBe(303)
  expect(seatsNow().length).toBe(castTown.mountings.length - 1)
})

test('a container is calibrated by what its sensor measured of late', async () => {
  await town.append({
    kind: 'uplink',
    deviceId: PAPER,
    receivedAt: town.now(),
    fingerprint: 5,
    tellsRepeats: false,
    readings: [
      {
        deviceId: PAPER,
        n: 0,
        containerId: EKUDDEN_PAPER,
        measuredAt: plus(TUESDAY, -HOUR),
        receivedAt: town.now(),
        distanceMm: 1500,
        fillPercent: 11,
        flags: [],
      },
    ],
  })
  const fields = { do: 'calibrate', container: EKUDDEN_PAPER, level: 'empty' }
  const { to } = await town.post(`/enheter/${PAPER}/andra`, fields)
  expect(to).toBe(`/enheter/${PAPER}?did=calibrated`)
  expect(town.journal.town.containers.get(EKUDDEN_PAPER)!.geometry.emptyDistanceMm).toBe(1500)
  const glass = { ...fields, container: '1490-901-clear-glass-1' }
  const refused = await town.post(`/enheter/${PAPER}/andra`, glass)
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('has measured nothing of late')
})

test('a token is shown once, in no address, and kept as a hash', async () => {
  const path = `/enheter/${PAPER}/andra`
  const given = await town.post(path, { do: 'credential', sure: 'yes' })
  const token = /<code>([\w-]{22})<\/code>/.exec(given.body)?.[1]
  expect([given.status, given.to]).toEqual([200, ''])
  expect((await town.store.credential(PAPER))?.tokenHash).toBe(hashToken(token!))
  expect((await town.get(`/enheter/${PAPER}`)).body).not.toContain(token)
  const revoked = await town.post(path, { do: 'revoke', sure: 'yes' })
  expect(revoked.to).toBe(`/enheter/${PAPER}?did=revoked`)
  expect(await town.store.credential(PAPER)).toBeUndefined()
})

test('a gateway that is down is told for the stations that hang on it', async () => {
  const none = await town.post('/enheter/basstation', { state: 'down' })
  expect([none.status, none.body.includes('Välj minst en station')]).toEqual([400, true])
  const stations = ['1490-901', '1490-902']
  const told = await town.post('/enheter/basstation', { state: 'down', stations })
  expect(told.to).toBe('/enheter/basstation?did=down')
  expect(town.told.at(-1)).toEqual({
    kind: 'fact',
    fact: { type: 'gateway', state: 'down', stationIds: stations },
  })
})

test('a dispatcher looks and changes nothing; an editor has another page', async () => {
  expect((await town.get(`/enheter/${PAPER}`, 'dispatcher')).body).not.toContain(
    '<form method="post" action="/enheter',
  )
  const change = await town.post(
    `/enheter/${PAPER}/andra`,
    { do: 'swap', with: 'x1' },
    'dispatcher',
  )
  expect(change.status).toBe(403)
  expect((await town.get('/enheter', 'editor')).status).toBe(403)
  expect(seatsNow()).toContain(`${PAPER} on ${EKUDDEN_PAPER}`)
})

test('a sensor that the town hasn’t is not found', async () => {
  expect((await town.get('/enheter/nobody')).status).toBe(404)
})
