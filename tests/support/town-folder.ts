/** Writes a town folder for a test: a few stations with one container of each of the given fractions. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface TownFolderShape {
  readonly stations: number
  readonly fractions: readonly string[]
  readonly rules: string
  readonly channels?: string
}

/** Device `dev-{station}-{fraction}-1` sits on container `1490-{station}-{fraction}-1`; stations are `001`, `002`, … */
export async function writeTownFolder(path: string, shape: TownFolderShape): Promise<void> {
  await mkdir(path, { recursive: true })
  const lines = [
    'version: 1',
    'municipality: "1490"',
    'name: Provstad',
    'timeZone: Europe/Stockholm',
    'containerTypes:',
    '  box: { volumeLitres: 3000, emptyDistanceMm: 1650, fullDistanceMm: 300, deadZoneMm: 250 }',
    'networkServers:',
    '  - { id: tts, kind: tts-v3, topic: "v3/+/devices/+/up" }',
    '  - { id: chirpstack, kind: chirpstack-v4, topic: "application/+/device/+/event/up" }',
    ...(shape.channels === undefined ? [] : ['channels:', shape.channels]),
    'stations:',
  ]
  for (let s = 1; s <= shape.stations; s++) {
    const id = String(s).padStart(3, '0')
    lines.push(
      `  - id: "${id}"`,
      `    name: Provplats ${id}`,
      `    lat: ${(57.7 + s / 1000).toFixed(5)}`,
      `    lon: ${(12.9 + s / 1000).toFixed(5)}`,
      '    containers:',
      ...shape.fractions.map(
        (f) =>
          `      - { id: ${f}-1, fraction: ${f}, type: box, device: { id: dev-${id}-${f}-1, profile: native } }`,
      ),
    )
  }
  await writeFile(join(path, 'town.yaml'), `${lines.join('\n')}\n`)
  await writeFile(join(path, 'rules.yaml'), shape.rules)
}
