import { readFileSync, readdirSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { formatFaults, parseTownFile } from '#src/stations/town-file.ts'
import type { TownFault } from '#src/stations/town-file.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'
import { containerId, deviceId } from '#tests/support/town.ts'

import { makeTown } from '../../towns/boras/make-town.ts'

const faultyFolder = new URL('faulty/', import.meta.url)

/** What each file in `faulty/` is blamed for: line, field, message. All of it, and nothing else. */
const BLAME: Record<string, [line: number, field: string, message: string][]> = {
  'a-list-instead-of-a-town': [
    [1, '', 'expected a block of fields that begins with "version: 1", found a list'],
  ],
  'alerts-without-sms': [
    [6, 'staffAlerts', 'alarms go to staff by SMS; say under sms who sends them'],
    // A number is personal: it is not told again.
    [
      7,
      'staffAlerts.sms[0]',
      'expected the name of an environment variable, such as KVITTER_X_APP_KEY; the secret itself never stands here',
    ],
  ],
  'sms-at-odds': [
    [7, 'sms.provider', '"46elk" is not a known provider; did you mean "46elks"?'],
    [
      8,
      'sms.from',
      'expected a name of 3 to 11 letters and figures without å ä ö, such as "Returcykel", or a number such as "+46766861234", found "Återbruk"',
    ],
    [
      9,
      'sms.usernameEnv',
      'expected the name of an environment variable, such as KVITTER_X_APP_KEY; the secret itself never stands here',
    ],
    [
      11,
      'sms.monthlyLimit',
      'expected how many SMS a month may cost, 1 or more, found the number 0',
    ],
    [
      12,
      'sms.limit',
      '"limit" is not a field here; expected one of provider, from, usernameEnv, passwordEnv, monthlyLimit',
    ],
  ],
  'map-at-odds': [
    [7, 'map.raster.attribution', 'is missing; expected text'],
    [
      8,
      'map.raster.url',
      'expected a tile address that begins with https:// and has {z}, {x} and {y} after the host, such as "https://tiles.example.se/{z}/{x}/{y}.png", found "https://{s}.tiles.example.se/{z}/{x}/{y}.png"',
    ],
    [9, 'map.raster.maxZoom', 'expected a zoom from 1 to 22, found the number 30'],
    [
      10,
      'map.raster.credit',
      '"credit" is not a field here; expected one of url, attribution, maxZoom',
    ],
  ],
  'map-of-two-kinds': [
    [6, 'map', 'expected raster or pmtiles, one of them, found a block of fields'],
  ],
  'map-outside': [
    [
      7,
      'map.pmtiles',
      'expected the name of a file in the town’s folder, such as boras.pmtiles, found "../provstad.pmtiles"',
    ],
  ],
  'area-of-an-undivided-town': [
    [13, 'stations[0].area', '"norrby" is not an area of this file; there are none'],
  ],
  'areas-at-odds': [
    [11, 'areas[1].id', '"norrby" is already the id of another area, areas[0]'],
    [
      12,
      'areas[2].id',
      'expected a name of a-z 0-9 and -, at most 32 characters, such as "norrby", found "Centrum"',
    ],
    [12, 'areas[2].name', 'is missing; expected text'],
    [12, 'areas[2].title', '"title" is not a field here; expected one of id, name'],
    [17, 'stations[0].area', '"norby" is not an area of this file; did you mean "norrby"?'],
  ],
  'bad-topic-filter': [
    [
      8,
      'networkServers[0].topic',
      'expected an MQTT topic filter, such as "application/+/device/+/event/up" ("+" fills a whole level, "#" only the last), found "v3/#/devices/a+/up"',
    ],
  ],
  'broken-yaml': [
    [
      17,
      '',
      'not readable as YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  ],
  'comments-only': [[1, '', 'the file is empty; a town begins with "version: 1"']],
  'container-name-with-capitals': [
    [
      17,
      'stations[0].containers[1].id',
      'expected a name of a-z 0-9 and -, at most 32 characters, such as "paper-1", found "Metall_1"',
    ],
  ],
  'container-twice': [
    [
      17,
      'stations[0].containers[1].id',
      '"paper-1" is already the id of another container of this station, stations[0].containers[0]',
    ],
  ],
  'control-character-in-a-name': [
    [
      19,
      'stations[1].name',
      'expected one line of plain text, without control characters, found "Ham\\nnen"',
    ],
  ],
  'day-that-does-not-exist': [
    [
      16,
      'stations[0].containers[0].device.since',
      '"2026-02-30" is not a time; expected a day such as 2026-03-01, or a time with its offset such as 2026-03-01T08:00:00Z',
    ],
  ],
  'device-id-unquoted': [
    [
      17,
      'stations[0].containers[1].device.id',
      '1000000000000001 without quotes is the number 1000000000000001; write it as text: "1000000000000001"',
    ],
  ],
  'device-id-with-spaces': [
    [
      16,
      'stations[0].containers[0].device.id',
      'expected a device id: a DevEUI of sixteen hex digits, or up to 64 of A-Z a-z 0-9 . _ : -, found "dev 1"',
    ],
  ],
  'device-in-two-places': [
    [
      23,
      'stations[1].containers[0].device.id',
      'device "024b560000000001" sits on stations[0].containers[1] and stations[1].containers[0] at the same time',
    ],
  ],
  'device-with-two-profiles': [
    [
      23,
      'stations[1].containers[0].devices[0].profile',
      'device "dev-1" has the profile "native" at stations[0].containers[0].device; a device speaks one',
    ],
  ],
  'empty-file': [[1, '', 'the file is empty; a town begins with "version: 1"']],
  'fediverse-at-odds': [
    [
      8,
      'channels.activitypub.account',
      'expected what stands before the @, such as "avs": a-z 0-9 and _ only, found "@avs@avs.example.se"',
    ],
    [8, 'channels.activitypub.language', '"se" is not a language of posts; did you mean "sv"?'],
    [
      8,
      'channels.activitypub.stations',
      '"stations" is not a field here; expected one of account, language, pictures',
    ],
  ],
  'fediverse-twice': [[7, 'channels.activitypub', 'expected one account, found a list']],
  'field-twice': [[20, '', '"name" stands here twice']],
  'fraction-by-number': [
    [16, 'stations[0].containers[0].fraction', '2 is not a fraction; did you mean "plastic"?'],
    [17, 'stations[0].containers[1].fraction', '"103" is not a fraction; did you mean "metal"?'],
  ],
  'full-line-below-the-floor': [
    [
      6,
      'containerTypes.box.fullDistanceMm',
      '1700 must be less than emptyDistanceMm (1650): a full box is nearer the lid',
    ],
  ],
  'full-line-in-the-dead-zone': [
    [
      6,
      'containerTypes.box.fullDistanceMm',
      '200 must be at least deadZoneMm (250): the sensor sees nothing nearer',
    ],
  ],
  'impossible-geometry': [
    [6, 'containerTypes.box.volumeLitres', 'expected more than 0 litres, found the number 0'],
    [6, 'containerTypes.box.emptyDistanceMm', 'expected a number, found "1650"'],
    [6, 'containerTypes.box.deadZoneMm', 'expected 0 mm or more, found the number -1'],
  ],
  'lat-and-lon-swapped': [
    [13, 'stations[0].lat', 'lat 12.94 and lon 57.72 are swapped; write lat: 57.72, lon: 12.94'],
  ],
  'many-faults-at-once': [
    [2, 'municipality', '1490 without quotes is the number 1490; write it as text: "1490"'],
    [
      4,
      'timeZone',
      '"Stockholm" is not a time zone of the IANA list; did you mean "Europe/Stockholm"?',
    ],
    [
      6,
      'containerTypes.box.fullDistanceMm',
      '200 must be at least deadZoneMm (250): the sensor sees nothing nearer',
    ],
    [16, 'stations[0].containers[0].fraction', '"papper" is not a fraction; did you mean "paper"?'],
    [
      17,
      'stations[0].containers[1].device.profile',
      '"em400" is not a device profile; did you mean "milesight/em400"?',
    ],
    [18, 'stations[1].id', '"901" is already the id of another station, stations[0]'],
  ],
  'mastodon-in-the-clear': [
    [
      8,
      'channels.mastodon[0].server',
      'expected an address that begins with https://, since a secret goes there, found "http://mastodon.example"',
    ],
    [
      8,
      'channels.mastodon[0].visibility',
      '"private" is not a known visibility; expected one of public, unlisted',
    ],
    [
      9,
      'channels.mastodon[1].server',
      'expected a web address such as https://www.example.se/kontakt, found "mastodon.example"',
    ],
    [
      9,
      'channels.mastodon[1].accessTokenEnv',
      'expected the name of an environment variable, such as KVITTER_X_APP_KEY; the secret itself never stands here',
    ],
  ],
  'missing-fields': [
    [1, 'municipality', 'is missing; expected text'],
    [1, 'name', 'is missing; expected text'],
    [1, 'containerTypes', 'is missing; expected a block of named entries'],
    [1, 'stations', 'is missing; expected a list'],
  ],
  'misspelt-fields': [
    [1, 'containerTypes', 'is missing; expected a block of named entries'],
    [5, 'containertypes', '"containertypes" is not a field here; did you mean "containerTypes"?'],
    [12, 'stations[0].adress', '"adress" is not a field here; did you mean "address"?'],
    [16, 'stations[0].containers[0].type', 'is missing; expected text'],
    [16, 'stations[0].containers[0].typ', '"typ" is not a field here; did you mean "type"?'],
  ],
  'misspelt-fraction': [
    [16, 'stations[0].containers[0].fraction', '"papper" is not a fraction; did you mean "paper"?'],
  ],
  'municipality-is-a-number': [
    [2, 'municipality', '1490 without quotes is the number 1490; write it as text: "1490"'],
  ],
  'municipality-without-leading-zero': [
    [
      2,
      'municipality',
      'expected the municipality code, four digits in quotes, such as "1490", found "180"',
    ],
  ],
  'name-is-nothing': [[19, 'stations[1].name', 'expected text, found nothing']],
  'network-servers-at-odds': [
    [8, 'networkServers[0].mapping', 'only kind json has a mapping; thingpark has its own format'],
    [
      9,
      'networkServers[1].mapping',
      'say where the device\'s id is: "device", a path in the message, or deviceLevel, a level of the topic',
    ],
    [
      9,
      'networkServers[1].topic',
      'messages here may be of networkServers[0] as well; a topic has one server',
    ],
    [
      10,
      'networkServers[2].mapping.devise',
      '"devise" is not a field here; did you mean "device"?',
    ],
    [10, 'networkServers[2].deviceLevel', 'the topic has 2 levels'],
  ],
  'network-server-twice': [
    [
      9,
      'networkServers[1].id',
      '"tts" is already the id of another network server, networkServers[0]',
    ],
  ],
  'no-containers': [
    [22, 'stations[1].containers', 'expected at least one container, found an empty list'],
  ],
  'no-stations': [[9, 'stations', 'expected at least one station, found an empty list']],
  'null-island': [
    [
      20,
      'stations[1].lat',
      'lat 0, lon 0 is not in the Nordic countries; expected WGS 84 degrees, such as lat: 57.72, lon: 12.94',
    ],
  ],
  'offset-instead-of-time-zone': [
    [
      4,
      'timeZone',
      '"+01:00" is not a time zone of the IANA list; expected a name such as "Europe/Stockholm"',
    ],
  ],
  'one-station-far-away': [
    [
      26,
      'stations[2].lat',
      '65.73, 12.96 is 891 km from the middle of the town; is a digit wrong?',
    ],
  ],
  'operator-of-nothing': [
    [4, 'stalledAfter', 'expected a span from 1m to 30d, such as 2h, found "two hours"'],
    [5, 'operator.name', 'is missing; expected text'],
    [6, 'operator.nmae', '"nmae" is not a field here; did you mean "name"?'],
    [
      7,
      'operator.url',
      'expected a web address such as https://www.example.se/kontakt, found "www.provstad.example"',
    ],
    [
      8,
      'operator.feedbackUrl',
      'expected a web address such as https://www.example.se/kontakt, found "javascript:alert(1)"',
    ],
    [
      9,
      'operator.email',
      'expected an e-mail address such as kontakt@example.se, found "kontakt at provstad"',
    ],
    [
      10,
      'operator.phone',
      '033357000 without quotes is the number 33357000; write it as text: "033357000"',
    ],
    [11, 'operator.reviewedAt', 'expected a day such as 2026-11-23, found "2026-02-30"'],
  ],
  'other-version': [[1, 'version', 'expected 1, the only version there is, found 2']],
  'period-backwards': [[23, 'stations[1].containers[0].devices[0].until', 'must be after "from"']],
  'service-days-at-odds': [
    [
      5,
      'serviceDays[0].days[1]',
      '"tors" is not a weekday; expected one of Mon, Tue, Wed, Thu, Fri, Sat, Sun',
    ],
    [6, 'serviceDays[1]', 'say when: days such as [Mon, Thu], or dates such as [2026-12-24]'],
    [
      7,
      'serviceDays[2].fractions',
      '"fractions" is not a field here; expected one of days, weeks, from, until, except, holidays, dates, hours',
    ],
    [
      8,
      'serviceDays[3].holidays',
      'goes with weekdays; where dates are written one by one, leave it out',
    ],
    [9, 'serviceDays[4].days[1]', '"Tue" stands here twice'],
    [9, 'serviceDays[4].from', 'is missing; every 2 weeks are counted from the week of this day'],
  ],
  'plan-at-odds': [
    [
      20,
      'stations[0].plan[1].fractions[1]',
      '"glas" is not a fraction; expected one of paper, plastic, metal, clear-glass, coloured-glass, newspapers, batteries, textiles',
    ],
    [20, 'stations[0].plan[1].days[0]', '"mån" is not a weekday; did you mean "Mon"?'],
    [20, 'stations[0].plan[1].fractions[3]', '"paper" stands here twice'],
    [20, 'stations[0].plan[1].containers', 'say whose by fractions or by containers, not by both'],
    [20, 'stations[0].plan[1].fractions[2]', 'no container of this station takes plastic'],
    [
      21,
      'stations[0].plan[2].weeks',
      'expected all, odd, even, or a number for every so many weeks, 2 to 52, found "every"',
    ],
    [21, 'stations[0].plan[2].hours', 'expected hours such as "06:00-14:00", found "6-14"'],
    [21, 'stations[0].plan[2].days[1]', '"Mon" stands here twice'],
    [
      21,
      'stations[0].plan[2].containers[1]',
      '"papper-1" is not a container of this station; did you mean "paper-1"?',
    ],
    [22, 'stations[0].plan[3]', 'say when: days such as [Mon, Thu], or dates such as [2026-12-24]'],
    [
      23,
      'stations[0].plan[4].holidays',
      '"skipp" is not a way with holidays; did you mean "skip"?',
    ],
    [
      23,
      'stations[0].plan[4].from',
      'is missing; every 4 weeks are counted from the week of this day',
    ],
    [24, 'stations[0].plan[5].except[0]', 'expected a day such as 2026-11-23, found "2026-02-30"'],
    [24, 'stations[0].plan[5].until', 'the last day must not be before "from"'],
    [25, 'stations[0].plan[6].dates[1]', '"2026-12-24" stands here twice'],
    [
      25,
      'stations[0].plan[6].weeks',
      'goes with weekdays; where dates are written one by one, leave it out',
    ],
    [
      25,
      'stations[0].plan[6].until',
      'goes with weekdays; where dates are written one by one, leave it out',
    ],
    [26, 'stations[0].plan[7].days', 'expected at least one weekday, found an empty list'],
    [26, 'stations[0].plan[7].hours', 'expected hours such as "06:00-14:00", found "14:00-14:00"'],
    [
      26,
      'stations[0].plan[7].every',
      '"every" is not a field here; expected one of fractions, containers, days, weeks, from, until, except, holidays, dates, hours',
    ],
  ],
  'position-as-text': [
    [13, 'stations[0].lat', 'expected a number, found "57.72"'],
    [14, 'stations[0].lon', 'expected a number, found "12,94"'],
  ],
  'budget-in-words': [
    [8, 'channels.x[0].monthlyBudget', 'expected a number, found "$25"'],
    [
      9,
      'channels.x[1].monthlyBudget',
      'expected an amount in US dollars for a month, such as 25, found the number 0',
    ],
  ],
  'channels-at-odds': [
    [10, 'channels.x[1].account', '"avs_provstad" is already the account of channels.x[0]'],
    [
      10,
      'channels.x[1]',
      'channels.x[0] already says in this language what the whole town says; X forbids the same words from two accounts',
    ],
    [11, 'channels.x[2].stations[1]', '"902" is not a station of this file; did you mean "901"?'],
    [11, 'channels.x[2].stations[2]', '"901" stands here twice'],
    [12, 'channels.x[3].areas[0]', '"nory" is not an area of this file; did you mean "norr"?'],
    [13, 'channels.x[4].areas', 'expected at least one area, found an empty list'],
    [13, 'channels.x[4].station', '"station" is not a field here; did you mean "stations"?'],
    [14, 'channels.x[5].language', 'is missing; expected one of sv, en, fi'],
    [
      15,
      'channels.x[6]',
      'channels.x[2] already says in this language what station "901" says; X forbids the same words from two accounts',
    ],
  ],
  'channels-of-the-wrong-kind': [
    [7, 'channels.x', 'expected an account, or a list of accounts, found "avs_provstad"'],
    [8, 'channels.y', '"y" is not a field here; did you mean "x"?'],
  ],
  'mail-and-notifications-at-odds': [
    [7, 'channels.email.smtpUrlEnv', 'is missing; expected text'],
    [
      8,
      'channels.email.from',
      'expected an e-mail address such as avs@example.se, found "avs@localhost"',
    ],
    [
      9,
      'channels.email.name',
      'expected a name without " < > or a backslash, found "Återvinning \\"Provstad\\""',
    ],
    [10, 'channels.email.smtpUrl', '"smtpUrl" is not a field here; did you mean "smtpUrlEnv"?'],
    [
      11,
      'channels.push.contact',
      'expected an e-mail address such as avs@example.se, or a web address with https://, at which push services reach you, found "provstad"',
    ],
  ],
  'secret-in-the-file': [
    [10, 'channels.x.language', '"se" is not a language of posts; did you mean "sv"?'],
    [
      10,
      'channels.x.appKeyEnv',
      'expected the name of an environment variable, such as KVITTER_X_APP_KEY; the secret itself never stands here',
    ],
    [10, 'channels.x.accessSecretEnv', 'is missing; expected text'],
  ],
  'station-number-unquoted': [
    [10, 'stations[0].id', '002 without quotes is the number 2; write it as text: "002"'],
  ],
  'station-twice': [
    [18, 'stations[1].id', '"901" is already the id of another station, stations[0]'],
  ],
  'swedish-fractions': [
    [
      16,
      'stations[0].containers[0].fraction',
      '"pappersförpackningar" is not a fraction; did you mean "paper"?',
    ],
    [17, 'stations[0].containers[1].fraction', '"metall" is not a fraction; did you mean "metal"?'],
  ],
  'tab-indentation': [[11, '', 'not readable as YAML: Tabs are not allowed as indentation']],
  'time-without-offset': [
    [
      16,
      'stations[0].containers[0].device.since',
      '"2026-03-01T08:00" is not a time; expected a day such as 2026-03-01, or a time with its offset such as 2026-03-01T08:00:00Z',
    ],
  ],
  'two-devices-on-one-container': [
    [
      23,
      'stations[1].containers[0].device.id',
      'devices "dev-2" and "dev-3" sit on stations[1].containers[0] at the same time; give the first an "until" that is not after the other\'s start, or write "alongside: true" where both watch it',
    ],
  ],
  'unknown-container-type': [
    [
      16,
      'stations[0].containers[0].type',
      '"boxx" is not a container type of this file; did you mean "box"?',
    ],
    [
      17,
      'stations[0].containers[1].type',
      '"crane-3000" is not a container type of this file; expected one of box',
    ],
  ],
  'unknown-device-profile': [
    [
      16,
      'stations[0].containers[0].device.profile',
      '"milesight/em40" is not a device profile; did you mean "milesight/em400"?',
    ],
  ],
  'unknown-field': [
    [
      20,
      'stations[1].colour',
      '"colour" is not a field here; expected one of id, name, address, area, lat, lon, containers, plan',
    ],
  ],
  'unknown-fraction': [
    [
      17,
      'stations[0].containers[1].fraction',
      '"skrot-och-bråte" is not a fraction; expected one of paper, plastic, metal, clear-glass, coloured-glass, newspapers, batteries, textiles',
    ],
  ],
  'unknown-network-server-kind': [
    [8, 'networkServers[0].kind', '"tts" is not a kind of network server; did you mean "tts-v3"?'],
  ],
  'unknown-tag': [[3, '', 'not readable as YAML: Unresolved tag: !town']],
  'unknown-time-zone': [
    [
      4,
      'timeZone',
      '"Europe/Stokholm" is not a time zone of the IANA list; did you mean "Europe/Stockholm"?',
    ],
  ],
}

describe('a faulty town file names every fault, its line and the fix', () => {
  const files = readdirSync(faultyFolder).sort()

  test('each file of the folder is in the table', () => {
    expect(files.map((f) => f.replace(/\.yaml$/, ''))).toEqual(Object.keys(BLAME).sort())
  })

  test.each(files)('%s', (file) => {
    const parsed = parseTownFile(readFileSync(new URL(file, faultyFolder), 'utf8'), file)
    const blame = BLAME[file.replace(/\.yaml$/, '')]!
    expect(parsed).toEqual({
      kind: 'faulty',
      faults: blame.map(([line, field, message]) => ({ file, line, field, message })),
    })
  })
})

test('faults are shown one a line, with the file and line that an editor can jump to', () => {
  const faults: TownFault[] = [
    { file: 'towns/x/town.yaml', line: 3, field: '', message: '"name" stands here twice' },
    { file: 'towns/x/town.yaml', line: 9, field: 'stations[0].lat', message: 'is missing' },
  ]
  expect(formatFaults(faults)).toBe(`towns/x/town.yaml:3  "name" stands here twice
towns/x/town.yaml:9  stations[0].lat: is missing
2 faults
`)
  expect(formatFaults(faults.slice(0, 1))).toMatch(/\n1 fault\n$/)
})

const WHOLE = `
version: 1
municipality: "0180"   # the zero counts
name: Provstad
timeZone: Europe/Helsinki
containerTypes:
  crane-3000: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 300, deadZoneMm: 250 }
networkServers:
  - { id: tts, kind: tts-v3, topic: "v3/+/devices/+/up" }
channels:
  x:
    account: provstad
    language: sv
    appKeyEnv: X_APP_KEY
    appSecretEnv: X_APP_SECRET
    accessTokenEnv: X_ACCESS_TOKEN
    accessSecretEnv: X_ACCESS_SECRET
stations:
  - id: "002"
    name: Ekudden
    address: Provgatan 1
    lat: 60.2
    lon: 24.9
    containers:
      - id: paper-1
        fraction: paper
        type: crane-3000
        device: { id: 02:4B:56:00:00:00:00:01, profile: milesight/em400, since: 2026-03-29 }
        devices:
          - { id: dev-old, profile: native, from: 2025-01-01T00:00:00+02:00, until: 2026-03-28T12:00:00Z }
      - { id: metal-1, fraction: metal, type: crane-3000 }
  - id: "003"
    name: Hamnen
    lat: 60.21
    lon: 24.91
    containers:
      - { id: paper-1, fraction: paper, type: crane-3000, device: { id: dev-3, profile: native } }
`

describe('a whole town file', () => {
  test('becomes a town, with ids of stations and containers built from its own', () => {
    const geometry = {
      volumeLitres: 3000,
      emptyDistanceMm: 1650,
      fullDistanceMm: 300,
      deadZoneMm: 250,
    }
    expect(parseTownFile(WHOLE, 'town.yaml')).toEqual({
      kind: 'ok',
      town: {
        municipalityCode: '0180',
        name: 'Provstad',
        timeZone: 'Europe/Helsinki',
        stations: [
          {
            id: '0180-002',
            municipalityCode: '0180',
            externalId: '002',
            name: 'Ekudden',
            address: 'Provgatan 1',
            place: { lat: 60.2, lon: 24.9 },
            containers: [
              {
                id: '0180-002-paper-1',
                stationId: '0180-002',
                name: 'paper-1',
                fraction: 'paper',
                geometry,
              },
              {
                id: '0180-002-metal-1',
                stationId: '0180-002',
                name: 'metal-1',
                fraction: 'metal',
                geometry,
              },
            ],
          },
          {
            id: '0180-003',
            municipalityCode: '0180',
            externalId: '003',
            name: 'Hamnen',
            place: { lat: 60.21, lon: 24.91 },
            containers: [
              {
                id: '0180-003-paper-1',
                stationId: '0180-003',
                name: 'paper-1',
                fraction: 'paper',
                geometry,
              },
            ],
          },
        ],
        devices: [
          { id: 'dev-old', profile: 'native' },
          { id: '024b560000000001', profile: 'milesight/em400' },
          { id: 'dev-3', profile: 'native' },
        ],
        mountings: [
          {
            deviceId: 'dev-old',
            containerId: '0180-002-paper-1',
            from: Date.parse('2024-12-31T22:00:00Z'),
            until: Date.parse('2026-03-28T12:00:00Z'),
          },
          {
            // A day begins by the town's clock: midnight in Helsinki.
            deviceId: '024b560000000001',
            containerId: '0180-002-paper-1',
            from: Date.parse('2026-03-28T22:00:00Z'),
          },
          {
            deviceId: 'dev-3',
            containerId: '0180-003-paper-1',
            from: Date.parse('2026-01-01T00:00:00Z'),
          },
        ],
        networkServers: [{ id: 'tts', kind: 'tts-v3', topic: 'v3/+/devices/+/up' }],
        channels: {
          x: [
            {
              account: 'provstad',
              language: 'sv',
              appKeyEnv: 'X_APP_KEY',
              appSecretEnv: 'X_APP_SECRET',
              accessTokenEnv: 'X_ACCESS_TOKEN',
              accessSecretEnv: 'X_ACCESS_SECRET',
            },
          ],
        },
      },
    })
  })

  test('may say who runs the service, and how long its sensors may be silent', () => {
    const operator = {
      name: 'Provstads kommun',
      url: 'https://www.provstad.example/',
      feedbackUrl: 'https://www.provstad.example/tyck-till?om=avs',
      email: 'kontakt@provstad.example',
      phone: '033-35 70 00',
      reviewedAt: '2026-04-01',
    }
    const said = `${WHOLE}stalledAfter: 2h\noperator: ${JSON.stringify(operator)}\n`
    expect(parseTownFile(said, 'town.yaml')).toMatchObject({
      kind: 'ok',
      town: { operator, stalledAfterMs: 7_200_000 },
    })
    const least = `${WHOLE}operator: { name: Provstads kommun }\n`
    const parsed = parseTownFile(least, 'town.yaml')
    expect(parsed.kind === 'ok' && parsed.town.operator).toEqual({ name: 'Provstads kommun' })
  })

  test.each(['59s', '31d', '0.5', '1.00001m', '2 h', '-2h'])(
    'may not call itself stalled after %s',
    (span) => {
      expect(parseTownFile(`${WHOLE}stalledAfter: "${span}"\n`, 'town.yaml')).toMatchObject({
        kind: 'faulty',
        faults: [{ field: 'stalledAfter' }],
      })
    },
  )

  test('may leave out time zone, network servers and channels', () => {
    const bare = WHOLE.replace(/timeZone.*\n/, '').replace(/networkServers:\n.*\n/, '')
    const parsed = parseTownFile(bare.replace(/channels:\n( {2}.*\n)+/, ''), 'town.yaml')
    expect(parsed).toMatchObject({
      kind: 'ok',
      town: { timeZone: 'Europe/Stockholm', networkServers: [], channels: {} },
    })
  })

  test('may move a device to another container when the first time is over', () => {
    const moved = WHOLE.replace(
      'id: dev-3, profile: native',
      'id: dev-old, profile: native, since: 2026-03-28T12:00:00Z',
    )
    expect(parseTownFile(moved, 'town.yaml').kind).toBe('ok')
    const tooEarly = moved.replace('since: 2026-03-28T12:00:00Z', 'since: 2026-03-28T11:59:59Z')
    expect(parseTownFile(tooEarly, 'town.yaml').kind).toBe('faulty')
  })
})

describe('the demo town', () => {
  const path = new URL('../../towns/boras/town.yaml', import.meta.url)
  const parsed = parseTownFile(readFileSync(path, 'utf8'), 'towns/boras/town.yaml')
  if (parsed.kind === 'faulty') throw new Error(formatFaults(parsed.faults))
  const { town } = parsed
  const containers = town.stations.flatMap((s) => s.containers)

  test('has the 51 stations of Borås, Kransmossen among them', () => {
    expect(town.stations).toHaveLength(51)
    expect(town.stations.find((s) => s.id === '1490-064')).toMatchObject({
      externalId: '064',
      name: 'Trandared',
      address: 'Kransmossen',
      place: { lat: 57.70639, lon: 12.97417 },
    })
  })

  test.skipIf(!hasSharedData)('is what its script makes of the national data', () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(sharedData(name), 'utf8'))
    const made = makeTown(read('data/boras_avs.geojson'), read('data/station_templates.json'))
    expect(made).toBe(readFileSync(path, 'utf8'))
  })

  test('has at least two containers at every station, and as many in all as such stations have', () => {
    expect(Math.min(...town.stations.map((s) => s.containers.length))).toBeGreaterThanOrEqual(2)
    // The country's mean is 8.0.
    expect(containers.length / town.stations.length).toBeGreaterThan(7)
    expect(containers.length / town.stations.length).toBeLessThan(9)
  })

  test('has devices of three makes in about equal parts, and some containers without', () => {
    const share = (profile: string) =>
      town.devices.filter((d) => d.profile === profile).length / town.devices.length
    for (const profile of ['native', 'milesight/em400', 'milesight/em310-udl']) {
      expect(share(profile)).toBeGreaterThan(0.28)
      expect(share(profile)).toBeLessThan(0.39)
    }
    expect(town.devices.length / containers.length).toBeGreaterThan(0.9)
    expect(town.devices.length / containers.length).toBeLessThan(0.98)
  })

  test('uses DevEUIs that no vendor owns', () => {
    const euis = town.devices.filter((d) => d.profile !== 'native').map((d) => d.id)
    // The second-lowest bit of the first byte says locally administered (IEEE EUI-64).
    expect(euis.filter((id) => (Number.parseInt(id.slice(0, 2), 16) & 2) === 0)).toEqual([])
  })

  test('finds the container of each device', () => {
    const index = indexTown(town)
    const now = town.mountings[0]!.from
    expect(index.mountedOn(deviceId('kv-064-plastic-2'), now)?.id).toBe(
      containerId('1490-064-plastic-2'),
    )
  })
})

describe('profiles of the town’s own', () => {
  const withProfile = (profile: string, device = 'our-town/bin') =>
    parseTownFile(
      WHOLE.replace('networkServers:', `profiles:\n  ${profile}\nnetworkServers:`).replace(
        'id: dev-3, profile: native',
        `id: dev-3, profile: ${device}`,
      ),
      'town.yaml',
    )

  test('a device may have one', () => {
    const parsed = withProfile(
      'our-town/bin: { codec: codecs/bin.js, fields: { levels: [{ path: d, meaning: distance, unit: cm }] } }',
    )
    expect(parsed).toMatchObject({
      kind: 'ok',
      town: {
        profiles: [
          {
            name: 'our-town/bin',
            codec: { file: 'codecs/bin.js' },
            fields: { levels: [{ path: 'd', meaning: 'distance', unit: 'cm' }] },
          },
        ],
      },
    })
  })

  test.each([
    [
      'our-town/bin: { fields: { levels: [{ path: d, meaning: depth, unit: cm }] } }',
      '"depth" is not a meaning of a level; expected one of distance, fill, remaining, height',
    ],
    [
      'our-town/bin: { fields: { levels: [{ path: d, meaning: fill, unit: cm }] } }',
      'expected % for a fill or what remains, a length for a distance or a height, found "cm"',
    ],
    [
      'our-town/bin: { fields: { levels: [{ path: d, meaning: fill, unit: "%", sentinel: 3 }] } }',
      '"sentinel" is not a field here; did you mean "sentinels"?',
    ],
    [
      'our-town/bin: { codec: ../bin.js, fields: { levels: [] } }',
      `expected a file in the town folder's codecs/, such as codecs/our-bin.js, found "../bin.js"`,
    ],
    [
      'milesight/em400: { fields: { levels: [] } }',
      '"milesight/em400" is the name of a ready profile; choose another name',
    ],
  ])('%s is told', (profile, message) => {
    const parsed = withProfile(profile, 'native')
    if (parsed.kind !== 'faulty') throw new Error('expected a fault')
    expect(parsed.faults.map((f) => f.message)).toContain(message)
  })

  test('a name that nobody has given is told with the nearest one', () => {
    const parsed = withProfile('our-town/bin: { fields: { levels: [] } }', 'our-town/bim')
    if (parsed.kind !== 'faulty') throw new Error('expected a fault')
    expect(parsed.faults[0]!.message).toBe(
      '"our-town/bim" is not a device profile; did you mean "our-town/bin"?',
    )
  })
})

test('a device may watch several containers, each by a channel of its own', () => {
  const seat = (channel: string) => `device: { id: dev-4, profile: native, channel: "${channel}" }`
  const both = (a: string, b: string) =>
    parseTownFile(
      WHOLE.replace('type: crane-3000 }', `type: crane-3000, ${seat(a)} }`).replace(
        'device: { id: dev-3, profile: native }',
        seat(b),
      ),
      'town.yaml',
    )
  const parsed = both('1', '2')
  if (parsed.kind !== 'ok') throw new Error(formatFaults(parsed.faults))
  const index = indexTown(parsed.town)
  const device = parsed.town.devices.find((d) => d.id === 'dev-4')!.id
  const at = instant(Date.UTC(2026, 5, 1))
  expect(index.mountedOn(device, at, '1')?.id).toBe('0180-002-metal-1')
  expect(index.mountedOn(device, at, '2')?.id).toBe('0180-003-paper-1')
  expect(index.mountedOn(device, at)).toBeUndefined()
  expect(both('1', '1').kind).toBe('faulty')
})
