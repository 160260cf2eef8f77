/**
 * What X charges, in millionths of a US dollar: docs.x.com, pricing, as of 22 August 2026 (in force since
 * 20 April 2026). There are no tiers; each call is paid for in advance.
 */
export const X_POST = 15_000
/** For each post of one's own that is read; who we are is taken to cost as much. */
export const X_OWN_READ = 1_000

/** Counts money as spent, durably; a negative amount was not spent after all. */
export type Charge = (microUsd: number) => Promise<void>
