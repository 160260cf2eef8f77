import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reread, Setup } from '#src/pages/site.ts'
import { readSettings } from '#src/config.ts'
import { setupOf } from '#src/setup.ts'
import { openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

const ENV = {
  KVITTER_STAFF_TOKEN: 'never-to-be-shown-anywhere',
  KVITTER_INFLUX_URL: 'http://127.0.0.1:8086',
  KVITTER_INFLUX_PASSWORD: 'nor-this',
  KVITTER_HISTORY: 'influx',
}

let town: HttpTown
let read: Reread
let setup: Setup

beforeEach(async () => {
  read = { kind: 'ok', warnings: [] }
  const settings = readSettings(['--town', 'towns/provstad', '--log', 'warn'], ENV)
  if (settings.kind !== 'ok') throw new Error(settings.faults.join())
  setup = setupOf(
    settings.settings,
    ENV,
    () => TUESDAY,
    async () => read,
  )
  town = await openHttpTown({
    town: {
      ...castTown,
      operator: { name: 'Provstads kommun', email: 'kontakt@provstad.example' },
      channels: { x: [{ account: 'provstad_avs', language: 'sv' }] as never },
    },
    pages: { setup },
  })
})
afterEach(async () => {
  await town[Symbol.asyncDispose]()
})

async function ask(method: 'GET' | 'POST', url = '/installningar') {
  const headers = { ...(await town.signIn('admin')) }
  return town.app.inject({ method, url, headers })
}

describe('the page of settings', () => {
  test('shows the town as it runs, and whether secrets are set, never which', async () => {
    const { statusCode, body } = await ask('GET')
    expect(statusCode).toBe(200)
    for (const words of ['Provstads kommun', 'provstad_avs', 'towns/provstad', 'influx']) {
      expect(body).toContain(words)
    }
    const text = body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(text).toContain('--log warn')
    expect(text).toContain('KVITTER_STAFF_TOKEN satt')
    expect(text).toContain('KVITTER_BROKER_PASSWORD inte satt')
    expect(text).toContain('Senast läst i dag 14:35, vid starten.')
    expect(body).not.toContain('never-to-be-shown')
    expect(body).not.toContain('nor-this')
  })

  test('reads the files anew, and tells who did', async () => {
    read = { kind: 'ok', warnings: ['rules.yaml:3  something odd'] }
    const answer = await ask('POST')
    expect(answer.headers.location).toBe('/installningar?did=read')
    const { body } = await ask('GET', '/installningar?did=read')
    expect(body).toContain('Filerna är lästa och gäller nu.')
    expect(body).toContain('something odd')
    expect(body).toContain('av Demo Admin.')
  })

  test('tells each fault of a folder that is not taken', async () => {
    read = { kind: 'faulty', faults: ['town.yaml:7  stations[0].id: expected <text>'] }
    const answer = await ask('POST', '/en/settings')
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('town.yaml:7  stations[0].id: expected &lt;text&gt;')
    expect(answer.body).toContain('Nothing was changed')
  })

  test('is for administrators alone', async () => {
    for (const role of ['rider', 'dispatcher', 'editor'] as const) {
      const headers = { ...(await town.signIn(role)) }
      const answer = await town.app.inject({ method: 'POST', url: '/installningar', headers })
      expect(answer.statusCode).toBe(403)
    }
    expect(setup.lastRead().by).toBeUndefined()
  })
})
