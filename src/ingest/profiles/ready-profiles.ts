/**
 * Every ready profile: what its device's fields mean as the maker's published codec, or a network
 * server's converter, puts them out; and our own reading of its bytes where we have one. Field names
 * are facts of those codecs; none of their code is here.
 */
import type { BatteryField, FieldMap, FlagField, LevelField } from '#src/stations/field-map.ts'
import type { DeviceProfile } from '#src/stations/station.ts'
import { decodeAdnexo } from '../codecs/adnexo.ts'
import { type DecentlabModel, decodeDecentlab } from '../codecs/decentlab.ts'
import { decodeDingtek, type DingtekLayout } from '../codecs/dingtek.ts'
import { decodeElsys } from '../codecs/elsys.ts'
import { decodeMilesight, type MilesightModel } from '../codecs/milesight-tlv.ts'
import { decodeNetvox, type NetvoxModel } from '../codecs/netvox.ts'
import { decodeSensoneo } from '../codecs/sensoneo.ts'
import type { Measured } from '../measured.ts'
import type { Refusal } from '../refusal.ts'

export interface ReadyProfile {
  /** The device as its maker calls it. */
  readonly device: string
  /** How it sees the waste. */
  readonly technology: 'ultrasonic' | 'laser' | 'radar' | 'ultrasonic and laser'
  /** The first map that finds anything reads the message. */
  readonly fields: readonly FieldMap[]
  readonly decode?: (bytes: Uint8Array, fPort: number | undefined) => Measured | Refusal
  /** What a buyer should know. */
  readonly caveat?: string
}

/** `native` is Kvitter's own JSON and has no profile here. */
export type ReadyProfileName = Exclude<DeviceProfile, 'native'>

const SPARE_BATTERY: readonly BatteryField[] = [
  { path: 'batteryLevel', unit: '%' },
  { path: 'batteryVoltage', unit: 'V' },
]
const mm = (path: string, more: Partial<LevelField> = {}): LevelField => ({
  path,
  meaning: 'distance',
  unit: 'mm',
  ...more,
})
const cm = (path: string, more: Partial<LevelField> = {}): LevelField => ({
  ...mm(path, more),
  unit: 'cm',
})
const fill = (path: string): LevelField => ({ path, meaning: 'fill', unit: '%' })

/** The radar's word for why there is no distance: by itself, among its events, and in its history. */
const EXCEPTION_PATHS = [
  'distance_exception',
  'event[0].distance_exception',
  'event[1].distance_exception',
  'event[2].distance_exception',
  'distance_sensor_status',
]

const EM500_ALARMS = ['normal', 'threshold_alarm', 'mutation_alarm', 0, 1, 2]

function milesight(
  device: string,
  technology: ReadyProfile['technology'],
  model: MilesightModel,
  caveat?: string,
): ReadyProfile {
  const map: FieldMap = {
    levels: [
      mm('distance', {
        sentinels: [
          { value: 65533, fault: 'no-echo' },
          { value: 65535, fault: 'sensor-error' },
          { value: -3, fault: 'no-echo' },
          { value: -1, fault: 'sensor-error' },
        ],
      }),
      ...(model === 'ws201'
        ? [{ path: 'remaining', meaning: 'remaining', unit: '%' } as const]
        : []),
    ],
    battery: [{ path: 'battery', unit: '%', sentinels: [255] }, ...SPARE_BATTERY],
    temperature: { path: 'temperature', unit: 'C' },
    tilted: [
      { path: 'position', is: ['tilt', 'tilted', 1] },
      { path: 'tilt', is: ['tilt', 'tilted', true, 1] },
    ],
    pickedUp: { path: 'disassembly_alarm', is: ['device_abnormal_movement', 1] },
    faults: [
      ...EXCEPTION_PATHS.flatMap((path) => [
        { path, is: ['no target', 2], fault: 'no-echo' } as const,
        { path, is: ['sensor exception', 3], fault: 'sensor-error' } as const,
      ]),
      // The codec tells a tenth of the distance here; see `milesight-tlv.ts`.
      ...(model === 'em500-udl'
        ? [{ path: 'distance_alarm', is: EM500_ALARMS, fault: 'out-of-range' } as const]
        : []),
    ],
  }
  // What was kept while the network was away comes in a message of its own.
  const history: FieldMap = { ...map, readings: 'history', at: { path: 'timestamp', unit: 's' } }
  return {
    device,
    technology,
    // The cellular models put a list of readings into their frame.
    fields: model === 'em400' ? [{ ...map, readings: 'data' }, map] : [map, history],
    decode: (bytes) => decodeMilesight(bytes, model),
    ...(caveat !== undefined && { caveat }),
  }
}

/** `level` is a distance in all of Dingtek's but the DF200, as a number or as a text with its unit. */
const DINGTEK_FIELDS: FieldMap = {
  levels: [
    mm('level', {
      unit: 'text',
      sentinels: [
        { value: 9999, fault: 'no-echo' },
        { value: '9999 mm', fault: 'no-echo' },
      ],
    }),
  ],
  battery: [
    { path: 'battery', unit: 'low-flag' },
    { path: 'alarmBattery', unit: 'low-flag' },
    { path: 'volt', unit: 'V' },
  ],
  temperature: { path: 'temperature', unit: 'text' },
  tilt: { path: 'angle', unit: 'text' },
  tilted: [
    { path: 'tilt', is: [true] },
    { path: 'alarmFall', is: [true] },
    { path: 'motion', is: [true] },
  ],
  fire: [
    { path: 'fire', is: [true] },
    { path: 'alarmFire', is: [true] },
  ],
}

function dingtek(
  device: string,
  technology: ReadyProfile['technology'],
  layout: DingtekLayout,
  more: Pick<ReadyProfile, 'caveat'> & { readonly levels?: FieldMap['levels'] } = {},
): ReadyProfile {
  const { levels, ...rest } = more
  return {
    device,
    technology,
    fields: [{ ...DINGTEK_FIELDS, ...(levels && { levels }) }],
    decode: (bytes) => decodeDingtek(bytes, layout),
    ...rest,
  }
}

function decentlab(device: string, model: DecentlabModel): ReadyProfile {
  const isLaser = model === 'dl-lid'
  const noSamples = (path: string): FlagField & { readonly fault: 'no-echo' } => ({
    path,
    is: [0],
    fault: 'no-echo',
  })
  return {
    device,
    technology: isLaser ? 'laser' : 'ultrasonic',
    fields: [
      {
        levels: isLaser
          ? [mm('distance_median.value'), mm('distance_median'), mm('distanceMedian')]
          : [mm('distance.value'), mm('distance'), fill('fillLevel')],
        battery: [
          { path: 'battery_voltage.value', unit: 'V' },
          { path: 'battery_voltage', unit: 'V' },
          { path: 'batteryVoltage', unit: 'V' },
        ],
        faults: isLaser
          ? [
              noSamples('number_of_samples.value'),
              noSamples('number_of_samples'),
              noSamples('numberOfSamples'),
            ]
          : [
              noSamples('number_of_valid_samples.value'),
              noSamples('number_of_valid_samples'),
              noSamples('numberOfValidSamples'),
            ],
      },
    ],
    decode: (bytes) => decodeDecentlab(bytes, model),
  }
}

function elsys(device: string, technology: ReadyProfile['technology']): ReadyProfile {
  return {
    device,
    technology,
    fields: [
      {
        levels: [mm('distance', { sentinels: [{ value: 65535, fault: 'no-echo' }] })],
        battery: [{ path: 'vdd', unit: 'mV' }, ...SPARE_BATTERY],
        temperature: { path: 'temperature', unit: 'C' },
      },
    ],
    decode: (bytes) => decodeElsys(bytes),
  }
}

function netvox(device: string, model: NetvoxModel, caveat?: string): ReadyProfile {
  const none = ['No Sensor', 'Invalid Reading', 'ERROR', 65535].map((value) => ({
    value,
    fault: 'sensor-error' as const,
  }))
  return {
    device,
    technology: 'ultrasonic',
    fields: [
      {
        levels:
          model === 'r718pa22' ? [] : [mm('Distance', { sentinels: none }), fill('FillLevel')],
        battery: { path: 'Volt', unit: 'V' },
        temperature: { path: 'Temp', unit: 'C' },
        tilt: { path: 'AngleOfInclination', unit: 'deg' },
      },
    ],
    decode: (bytes) => decodeNetvox(bytes, model),
    ...(caveat !== undefined && { caveat }),
  }
}

/** Text with a unit, or a word for why there is none; 0 and 20 stand for what is too near or too far. */
function dragino(device: string): ReadyProfile {
  const words = ['Invalid Reading', 'No Sensor'].map((value) => ({
    value,
    fault: 'no-echo' as const,
  }))
  return {
    device,
    technology: 'ultrasonic',
    fields: [
      {
        levels: [
          mm('Distance', {
            unit: 'text',
            sentinels: [
              ...words,
              { value: 20, fault: 'below-dead-zone' },
              { value: '20 mm', fault: 'below-dead-zone' },
            ],
          }),
        ],
        battery: { path: 'Bat', unit: 'V' },
      },
    ],
    caveat: 'A probe that isn’t there says 0.00 °C or 327.6 °C, so its temperature is left out.',
  }
}

export const READY_PROFILES: Readonly<Record<ReadyProfileName, ReadyProfile>> = {
  'milesight/em310-udl': milesight('Milesight EM310-UDL', 'ultrasonic', 'em310-udl'),
  'milesight/em400': milesight('Milesight EM400, any', 'ultrasonic and laser', 'em400'),
  'milesight/em400-mud': milesight('Milesight EM400-MUD', 'ultrasonic', 'em400'),
  'milesight/em400-udl': milesight('Milesight EM400-UDL', 'ultrasonic', 'em400'),
  'milesight/em400-tld': milesight('Milesight EM400-TLD', 'laser', 'em400'),
  'milesight/em410-rdl': milesight('Milesight EM410-RDL', 'radar', 'em410-rdl'),
  'milesight/em411-rdl': milesight('Milesight EM411-RDL', 'radar', 'em410-rdl'),
  'milesight/em500-udl': milesight(
    'Milesight EM500-UDL',
    'ultrasonic',
    'em500-udl',
    'An alarm gives no level: its maker’s table and published codec differ in its unit.',
  ),
  'milesight/ws201': milesight(
    'Milesight WS201',
    'laser',
    'ws201',
    'Its own share is of room left, by a height set in the device.',
  ),
  'dingtek/df702': dingtek('Dingtek DF702', 'ultrasonic', 'bin'),
  'dingtek/df703': dingtek('Dingtek DF703', 'ultrasonic', 'bin'),
  'dingtek/df701': dingtek('Dingtek DF701', 'laser', 'df701'),
  'dingtek/dc410': dingtek('Dingtek DC410', 'ultrasonic', 'manhole'),
  'dingtek/dc413': dingtek('Dingtek DC413', 'ultrasonic', 'manhole'),
  'dingtek/df530': dingtek('Dingtek DF530', 'ultrasonic', 'tank'),
  'dingtek/df555': dingtek('Dingtek DF555', 'ultrasonic', 'tank'),
  'dingtek/df200': dingtek('Dingtek DF200', 'ultrasonic', 'df200', {
    levels: [fill('level')],
    caveat: 'Gives a share only, by settings of its own.',
  }),
  'dingtek/df400': dingtek('Dingtek DF400', 'ultrasonic', 'df400', {
    levels: [mm('level'), fill('percent')],
  }),
  'dingtek/do200': dingtek('Dingtek DO200', 'ultrasonic', 'do200', {
    caveat: 'A parking sensor; 0 is what it says when nothing came back.',
  }),
  'dingtek/do201': dingtek('Dingtek DO201', 'ultrasonic', 'do201', {
    caveat: 'A parking sensor; 0 is what it says when nothing came back.',
  }),
  'decentlab/dl-mbx': decentlab('Decentlab DL-MBX', 'dl-mbx'),
  'decentlab/dl-lid': decentlab('Decentlab DL-LID', 'dl-lid'),
  'elsys/elt-2': elsys('Elsys ELT-2 with a MaxBotix head', 'ultrasonic'),
  'elsys/elt-ultrasonic': elsys('Elsys ELT Ultrasonic', 'ultrasonic'),
  'elsys/elt-2-radar': elsys('Elsys ELT-2 Radar', 'radar'),
  'netvox/r718x': netvox('Netvox R718X', 'r718x'),
  'netvox/r718pe': netvox('Netvox R718PE', 'r718pe'),
  'netvox/r718pa22': netvox(
    'Netvox R718PA22',
    'r718pa22',
    'Measures a liquid from below, which says nothing of waste; only that it lives.',
  ),
  'dragino/ldds75': dragino('Dragino LDDS75'),
  'dragino/ldds20': dragino('Dragino LDDS20'),
  'smartends/brighterbins': {
    device: 'smartEnds BrighterBins',
    technology: 'ultrasonic and laser',
    fields: [
      {
        levels: [
          cm('distance', {
            sentinels: [
              { value: 510, fault: 'sensor-error' },
              { value: 511, fault: 'sensor-error' },
            ],
          }),
          fill('fillLevel'),
        ],
        battery: [
          { path: 'batteryLevel', unit: '%', sentinels: [126] },
          { path: 'batteryVoltage', unit: 'V' },
        ],
        temperature: { path: 'temperature', unit: 'C' },
        fire: { path: 'fireAlarm', is: [true, 1] },
        tilted: { path: 'tamperEvent', is: [true, 1] },
        pickedUp: [
          { path: 'pickupEvent', is: [true, 1] },
          {
            path: 'pickupAlert',
            is: [true, 1, 'MOTION', 'FILL_LEVEL_PERCENTAGE', 'MOTION_AND_FILL_LEVEL'],
          },
        ],
        faults: [
          {
            path: 'distanceError',
            is: ['SENSOR_MODULE_NOT_RESPONDING', 'LASER_SENSOR_INVALID_CONFIGURATIONS'],
            fault: 'sensor-error',
          },
        ],
      },
    ],
  },
  'adnexo/ax-dist': {
    device: 'adnexo ax-dist',
    technology: 'ultrasonic',
    fields: [
      {
        levels: [
          cm('distance'),
          fill('fillLevel'),
          // Its own message for echoes that disagree has nothing but their variance.
          mm('measurementVariance', { most: -1 }),
        ],
        battery: [...SPARE_BATTERY, { path: 'voltage', unit: 'V' }],
        temperature: { path: 'temperature', unit: 'C' },
      },
    ],
    decode: decodeAdnexo,
    caveat: 'The port tells its frames apart, so the network server must pass it on.',
  },
  'sensoneo/single-sensor': {
    device: 'Sensoneo Single Sensor 3.0',
    technology: 'ultrasonic',
    fields: [
      {
        levels: ['sonar0', 'sonar1', 'sonar2', 'sonar3'].map((path) =>
          cm(path, { sentinels: [0, 510].map((value) => ({ value, fault: 'no-echo' })) }),
        ),
        battery: { path: 'voltage', unit: 'mV' },
        temperature: { path: 'temperature', unit: 'C' },
        tilt: { path: 'tilt', unit: 'deg' },
      },
    ],
    decode: (bytes) => decodeSensoneo(bytes),
    caveat:
      'Sends four echoes, of which the median counts. Written from its maker’s table, not tried on a real one.',
  },
}
