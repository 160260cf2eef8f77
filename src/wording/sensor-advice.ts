/** What an alarm about a sensor means and what to do about it, in a sentence for staff. Pure. */
import type { Alarm, AlarmKind } from '#src/quality/health.ts'
import type { StaffLanguage } from '#src/stations/fraction.ts'
import { MINUTE } from '#src/stations/time.ts'

const NAMES: Readonly<Record<StaffLanguage, Readonly<Record<AlarmKind, string>>>> = {
  sv: {
    silent: 'Tyst',
    'low-battery': 'Svagt batteri',
    moved: 'Flyttad eller öppen',
    fire: 'Brand',
    stuck: 'Har fastnat',
    phantom: 'Falskt eko',
    disagreement: 'Givarna är oense',
  },
  en: {
    silent: 'Silent',
    'low-battery': 'Low battery',
    moved: 'Moved or open',
    fire: 'Fire',
    stuck: 'Stuck',
    phantom: 'False echo',
    disagreement: 'Sensors disagree',
  },
}

/** `Svagt batteri`, `Low battery`. */
export function alarmName(kind: AlarmKind, language: StaffLanguage): string {
  return NAMES[language][kind]
}

export function sensorAdvice(alarm: Alarm, language: StaffLanguage): string {
  return language === 'sv' ? inSwedish(alarm) : inEnglish(alarm)
}

type Battery = Extract<Alarm, { kind: 'low-battery' }>

function left({ batteryPercent, batteryVolts }: Battery, decimal: '.' | ','): string {
  if (batteryPercent !== undefined) return ` (${batteryPercent} %)`
  return batteryVolts === undefined ? '' : ` (${String(batteryVolts).replace('.', decimal)} V)`
}

function inSwedish(alarm: Alarm): string {
  switch (alarm.kind) {
    case 'silent':
      return `Har inte hörts av på tre av sina vanliga intervall om ${minutesOf(alarm)} minuter: se efter ström, antenn och täckning.`
    case 'low-battery':
      return `Batteriet är svagt${left(alarm, ',')}: byt det vid nästa besök.`
    case 'moved':
      return alarm.because === 'picked-up'
        ? 'Den lyftes, och ingen tömning förklarar det: se efter att behållaren står där den ska.'
        : 'Den hänger inte som förut: se efter om locket står öppet, behållaren har vält eller givaren sitter löst.'
    case 'fire':
      return alarm.because === 'device'
        ? 'Givaren säger att det brinner: ring 112 om du är osäker, och se sedan efter.'
        : `Det är ${alarm.temperatureC ?? 'väldigt många'} °C i behållaren${alarm.because === 'steep-rise' ? ' och har stigit fort' : ''}: ring 112 om du är osäker, och se sedan efter.`
    case 'stuck':
      return `Exakt samma nivå (${alarm.levelPercent} %) i tre dygn eller mer, fast den brukar stiga ${alarm.expectedRisePercent} procentenheter: rengör eller byt givaren.`
    case 'phantom':
      return `Falskt eko vid ${echoOf(alarm)}: vrid eller flytta givaren.`
    case 'disagreement':
      return `${alarm.sensors.join(' och ')} skiljer sig med ${Math.round(alarm.differencePercent)} procentenheter: avfallet ligger ojämnt, eller så mäter en av dem fel.`
  }
}

function inEnglish(alarm: Alarm): string {
  switch (alarm.kind) {
    case 'silent':
      return `Not heard from for three of its usual intervals of ${minutesOf(alarm)} minutes: look for power, antenna and coverage.`
    case 'low-battery':
      return `Its battery is low${left(alarm, '.')}: change it with the next visit.`
    case 'moved':
      return alarm.because === 'picked-up'
        ? 'It was lifted, and no emptying explains it: see whether the container stands where it should.'
        : 'It doesn’t hang as it did: see whether the lid is open, the container overturned or the sensor loose.'
    case 'fire':
      return alarm.because === 'device'
        ? 'The device says that it is burning: call 112 if in doubt, then have a look.'
        : `It is ${alarm.temperatureC ?? 'very many'} °C in there${alarm.because === 'steep-rise' ? ', risen steeply' : ''}: call 112 if in doubt, then have a look.`
    case 'stuck':
      return `The very same level (${alarm.levelPercent} %) for three days or more, while ${alarm.expectedRisePercent} points more would be usual: clean or change the sensor.`
    case 'phantom':
      return `False echo at ${echoOf(alarm)}: turn or move the sensor.`
    case 'disagreement':
      return `${alarm.sensors.join(' and ')} differ by ${Math.round(alarm.differencePercent)} points: the waste lies unevenly, or one of them is wrong.`
  }
}

function minutesOf({ usualIntervalMs }: Extract<Alarm, { kind: 'silent' }>): number {
  return Math.round(usualIntervalMs / MINUTE)
}

function echoOf({ distanceMm, levelPercent }: Extract<Alarm, { kind: 'phantom' }>): string {
  return distanceMm === undefined ? `${levelPercent} %` : `${Math.round(distanceMm / 10)} cm`
}
