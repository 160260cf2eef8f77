import { describe, expect, test } from 'vitest'

import { parseCommand } from '#simulator/command-line.ts'

const NOW = 1_777_960_800_000
const parse = (line: string) => parseCommand(line.split(' ').filter(Boolean), NOW)
const broker = { url: 'mqtt://127.0.0.1:1883', serverPasswords: new Map() }

describe('a command that is understood', () => {
  test('a town runs at the pace of the world from now on', () => {
    expect(parse('--town towns/boras')).toEqual({
      kind: 'town',
      folder: 'towns/boras',
      broker,
      seed: 1,
      speed: 1,
      start: NOW,
      epochMs: NOW,
      faults: 'default',
      dryRun: false,
      untilStdinEnds: false,
      quiet: false,
    })
  })

  test('or at a pace of its own', () => {
    const line =
      '--town t --mqtt mqtt://h:1 --username u --password p --server-login tts=a=b --seed 7 --speed 1200 --start 2026-05-05T06:00:00Z --epoch 5 --days 0.5 --faults none --quiet --until-stdin-ends'
    expect(parse(line)).toEqual({
      kind: 'town',
      folder: 't',
      broker: {
        url: 'mqtt://h:1',
        username: 'u',
        password: 'p',
        serverPasswords: new Map([['tts', 'a=b']]),
      },
      seed: 7,
      speed: 1200,
      start: NOW,
      epochMs: 5,
      until: NOW + 12 * 3_600_000,
      faults: 'none',
      dryRun: false,
      untilStdinEnds: true,
      quiet: true,
    })
  })

  test('a dry run is a day long', () => {
    expect(parse('--town t --dry-run')).toMatchObject({ dryRun: true, until: NOW + 86_400_000 })
  })

  test('a load run by window, or by rate', () => {
    expect(parse('--load 10000')).toEqual({
      kind: 'load',
      devices: 10_000,
      broker,
      pace: { kind: 'window', inFlight: 100 },
      connections: 8,
      seconds: 10,
      warmupSeconds: 1,
      changing: 0.1,
      json: false,
    })
    expect(parse('--load 5 --rate 250 --json --warmup 0')).toMatchObject({
      pace: { kind: 'rate', perSecond: 250 },
      json: true,
      warmupSeconds: 0,
    })
  })

  test('a town is written for a load run', () => {
    expect(parse('--load 100 --write-town out')).toEqual({
      kind: 'write-town',
      devices: 100,
      folder: 'out',
    })
  })

  test('help', () => {
    expect(parse('--help').kind).toBe('help')
  })
})

test.each([
  ['', 'expected --town DIR or --load N; see --help'],
  ['--town t --speed 0', '--speed: expected more than 0, found "0"'],
  ['--town t --speed fast', '--speed: expected a number of at least 0, found "fast"'],
  ['--town t --seed 1.5', '--seed: expected a whole number, found "1.5"'],
  [
    '--town t --start 2026-05-05',
    '--start: expected a time with its offset such as 2026-05-05T06:00:00Z, found "2026-05-05"',
  ],
  ['--town t --faults many', '--faults: expected none or default, found "many"'],
  ['--town t --mqtt localhost', '--mqtt: expected mqtt://HOST:PORT, found "localhost"'],
  ['--town t --username u', '--username and --password go together'],
  ['--town t --server-login tts', '--server-login: expected ID=PASSWORD'],
  ['--town t --write-town d', '--write-town goes with --load N'],
  ['--load 10 --town t', '--load and --town are two different runs'],
  ['--load 0', '--load: expected a number between 1 and 999999, found "0"'],
  ['--load 5 --rate 1 --window 1', '--rate and --window exclude each other'],
  ['--load 5 --changing 2', '--changing: expected a number between 0 and 1, found "2"'],
  ['--load 5 --mqtt wss://h', '--load speaks plain mqtt:// only'],
])('%s is answered with what was expected', (line, because) => {
  expect(parse(line)).toEqual({ kind: 'wrong', because })
})

test('an unknown option is named', () => {
  expect(parse('--twon t')).toMatchObject({
    kind: 'wrong',
    because: expect.stringContaining('--twon') as string,
  })
})
