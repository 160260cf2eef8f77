/**
 * The second step of signing in: codes of an app (TOTP, RFC 6238: SHA-1, six digits, half a minute), and
 * codes on paper for the day on which the phone is lost.
 */
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { hashToken } from './token.ts'

const SECONDS = 30
/** Clocks may be off by one code to either side. */
const WINDOW = 1
const RECOVERY_CODES = 8
/** 50 bits each: they are tried as seldom as passwords are. */
const RECOVERY_BYTES = 7
const RECOVERY_SIGNS = 10

/** As it is kept, sealed. */
export interface SecondStep {
  /** In base32, as apps take it. */
  readonly secret: string
  /** The newest code's place in time, so that none counts twice. */
  readonly lastStep: number
  /** SHA-256 of those that are left. */
  readonly recovery: readonly string[]
}

export function drawSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** What apps read by their camera. */
export function secretLink(secret: string, login: string, issuer: string): string {
  return totpOf(secret, login, issuer).toString()
}

/** `abcde-fgh23`, each good for once. */
export function drawRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer }).base32
    const signs = text.slice(0, RECOVERY_SIGNS).toLowerCase()
    return `${signs.slice(0, 5)}-${signs.slice(5)}`
  })
}

export function beginSecondStep(
  secret: string,
  code: string,
  recovery: readonly string[],
  now: number,
): SecondStep | undefined {
  const begun = { secret, lastStep: 0, recovery: recovery.map(hashRecovery) }
  return withAppCode(begun, code, now)
}

/** How it stands after the code; undefined when the code is wrong or has been used. */
export function useCode(kept: SecondStep, code: string, now: number): SecondStep | undefined {
  const typed = code.replace(/\s/g, '')
  return withAppCode(kept, typed, now) ?? withRecoveryCode(kept, typed)
}

function withAppCode(kept: SecondStep, code: string, now: number): SecondStep | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const delta = totpOf(kept.secret).validate({ token: code, timestamp: now, window: WINDOW })
  if (delta === null) return undefined
  const step = Math.floor(now / 1000 / SECONDS) + delta
  return step > kept.lastStep ? { ...kept, lastStep: step } : undefined
}

function withRecoveryCode(kept: SecondStep, code: string): SecondStep | undefined {
  const hash = hashRecovery(code)
  if (!kept.recovery.includes(hash)) return undefined
  return { ...kept, recovery: kept.recovery.filter((one) => one !== hash) }
}

function hashRecovery(code: string): string {
  return hashToken(code.toLowerCase().replace(/[^a-z2-7]/g, ''))
}

function totpOf(secret: string, label = 'kvitter', issuer = 'Kvitter'): TOTP {
  return new TOTP({
    issuer,
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: SECONDS,
  })
}
