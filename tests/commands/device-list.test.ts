import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDeviceList } from '#src/commands/device-list.ts'
import { faultLine } from '#src/stations/fault-line.ts'

const read = (text: string, profile?: string, maps: readonly string[] = []) =>
  readDeviceList(text, 'list.csv', { profile, maps })
const faultsOf = (...asked: Parameters<typeof read>) => {
  const list = read(...asked)
  return list.kind === 'faulty' ? list.faults.map(faultLine) : []
}

test('a list from ChirpStack, with its profiles’ names', () => {
  const text = `\uFEFFdev_eui;name;device_profile_name
24E124713D000001;"Ekudden; papper";EM310-UDL
24-E1-24-71-3D-00-00-02;Hamnen;em310-udl
`
  expect(read(text, undefined, ['EM310-UDL = milesight/em310-udl'])).toEqual({
    kind: 'list',
    devices: [
      { line: 2, id: '24e124713d000001', profile: 'milesight/em310-udl', name: 'Ekudden; papper' },
      { line: 3, id: '24e124713d000002', profile: 'milesight/em310-udl', name: 'Hamnen' },
    ],
  })
})

test('a list from The Things Stack, which names brand and model', () => {
  const text = `ids.device_id,ids.dev_eui,name,version_ids.brand_id,version_ids.model_id
lid-7,0102030405060708,Lid 7,milesight-iot,em310-udl
lid-8,0102030405060709,,nobody,em310-udl
`
  expect(read(text, 'native')).toEqual({
    kind: 'list',
    devices: [
      { line: 2, id: '0102030405060708', profile: 'milesight/em310-udl', name: 'Lid 7' },
      { line: 3, id: '0102030405060709', profile: 'native' },
    ],
  })
})

test('a list of one’s own, with where each goes and by which of its sensors', () => {
  const text = `id,profile,container,channel
four-bins,our-town/four-bins,1490-901-paper-1,2
"in the
drawer",native,,
drawer,native,,3
`
  expect(read(text)).toEqual({
    kind: 'faulty',
    faults: [
      { file: 'list.csv', line: 3, field: 'id', message: '"in the\ndrawer" can’t be a device id' },
    ],
  })
  expect(read(text.replace('"in the\ndrawer",native,,\n', ''))).toEqual({
    kind: 'list',
    devices: [
      {
        line: 2,
        id: 'four-bins',
        profile: 'our-town/four-bins',
        container: '1490-901-paper-1',
        channel: '2',
      },
      { line: 3, id: 'drawer', profile: 'native' },
    ],
  })
})

test('every fault is told at once, with its line', () => {
  const text = `devEUI,model,container
bad id,x,
0102030405060708,x,
0102030405060708,y,
0102030405060709,x,nowhere
`
  expect(faultsOf(text, undefined, ['y=native', 'nonsense'])).toEqual([
    'list.csv:1  --map: expected MODEL=PROFILE, got "nonsense"',
    'list.csv:2  devEUI: "bad id" can’t be a device id',
    'list.csv:2  model: no profile; give --map "x=PROFILE", or --profile',
    'list.csv:3  model: no profile; give --map "x=PROFILE", or --profile',
    'list.csv:4  devEUI: 0102030405060708 stands on line 3 already',
    'list.csv:5  model: no profile; give --map "x=PROFILE", or --profile',
    'list.csv:5  container: "nowhere" can’t be a container; expected an id such as 1490-064-paper-1',
  ])
  expect(faultsOf('a,b\n1,2\n', 'native')).toEqual([
    'list.csv:1  no column with the devices’ ids: expected a heading such as dev_eui or devEUI',
  ])
  expect(faultsOf('id\n"open', 'native')).toEqual([
    expect.stringMatching(/^list\.csv:1 {2}not readable as CSV: Quote Not Closed/),
  ])
})

test('a list longer than the service takes is told where to cut', () => {
  const rows = Array.from({ length: 5001 }, (_, i) => `dev-${i}`)
  expect(read(['id', ...rows.slice(1)].join('\n'), 'native').kind).toBe('list')
  expect(faultsOf(['id', ...rows].join('\n'), 'native')).toEqual([
    'list.csv:5002  more than 5000 devices; split the list',
  ])
})

test('whatever the text, it throws nothing', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('dev_eui,model', '0102030405060708,x', '"', '"",'),
  )
  fc.assert(
    fc.property(
      fc.array(line).map((lines) => lines.join('\n')),
      (text) => void read(text, 'native'),
    ),
  )
})
