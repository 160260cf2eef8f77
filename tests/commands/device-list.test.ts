import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDeviceList } from '#src/commands/device-list.ts'

const read = (text: string, profile?: string, maps: readonly string[] = []) =>
  readDeviceList(text, { profile, maps })

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

test('a list from The Things Stack, and a column for where it goes', () => {
  const text = `ids.device_id,ids.dev_eui,version_ids.model_id,container
lid-7,0102030405060708,df702,1490-901-paper-1
`
  expect(read(text, 'dingtek/df702')).toEqual({
    kind: 'list',
    devices: [
      { line: 2, id: '0102030405060708', profile: 'dingtek/df702', container: '1490-901-paper-1' },
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
  expect(read(text, undefined, ['y=native', 'nonsense'])).toEqual({
    kind: 'faulty',
    faults: [
      ' --map: expected MODEL=PROFILE, got "nonsense"',
      '2 "bad id" can’t be a device id',
      '3 0102030405060708 has no profile: give --map "x=PROFILE", or --profile',
      '4 0102030405060708 stands on line 3 already',
      '5 0102030405060709 has no profile: give --map "x=PROFILE", or --profile',
    ],
  })
  expect(read('a,b\n1,2\n', 'native')).toEqual({
    kind: 'faulty',
    faults: ['1 no column with the devices’ ids: expected a heading such as dev_eui or devEUI'],
  })
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
