/**
 * What the model knows about the world, with where each figure comes from. What nobody has measured
 * is marked as an assumption.
 */
import type { Fraction } from '#src/stations/fraction.ts'

/** Inhabitants of a station of middling size (packnet.se, of the producers' former national system). */
export const TYPICAL_INHABITANTS = 1500

/**
 * Litres that a station of 1,500 inhabitants has room for in paper and plastic boxes: 1.82 and 1.36
 * boxes on average (4,774 Swedish stations, August 2026), of 3 m³.
 */
export const TYPICAL_BULKY_LITRES = (1.82 + 1.36) * 3000

export interface FractionFigures {
  /** Collected per inhabitant and year, kg. FTI's figures for 2019 unless told otherwise. */
  readonly kgPerInhabitantYear: number
  /** Density as it lies in the box, kg/m³. */
  readonly kgPerCubicMetre: number
  /** What one visitor brings, litres on average. Assumption. */
  readonly depositLitres: number
  /** Boxes per station that has any; the same 4,774 stations. */
  readonly boxesPerStation: number
  /** Days between emptyings of a station: the 10th, 25th, 50th, 75th and 90th of a hundred stations. */
  readonly intervalDays: readonly [number, number, number, number, number]
  /** Share of emptyings by weekday, Monday first. */
  readonly weekdayShare: readonly number[]
  /** How an announced date was kept, percent: a day or more early, the same day, 1, 2–3, 4 or more late. */
  readonly keptPercent: readonly [
    early: number,
    same: number,
    late1: number,
    late2: number,
    late4: number,
  ]
}

/**
 * Emptyings: 756 daily snapshots of the national hub from July 2024 to August 2026, 2,253 stations in
 * 111 municipalities (civictechsweden/oppna-atervinningsdata, CC0; our own counting). Inflow: FTI 2019.
 * Densities: Prague's operating coefficients (Golemio), newspapers from the US EPA's range.
 */
export const FIGURES: Readonly<Record<Fraction, FractionFigures>> = {
  paper: {
    kgPerInhabitantYear: 14.6,
    kgPerCubicMetre: 76,
    depositLitres: 40,
    boxesPerStation: 1.82,
    intervalDays: [1.0, 1.9, 2.3, 4.3, 7.0],
    weekdayShare: [0.231, 0.096, 0.157, 0.124, 0.195, 0.082, 0.114],
    keptPercent: [1.0, 90.4, 2.7, 2.9, 3.0],
  },
  plastic: {
    kgPerInhabitantYear: 7.9,
    kgPerCubicMetre: 39,
    depositLitres: 45,
    boxesPerStation: 1.36,
    intervalDays: [2.0, 3.0, 5.2, 7.0, 14],
    weekdayShare: [0.173, 0.238, 0.095, 0.165, 0.169, 0.089, 0.072],
    keptPercent: [1.4, 90.9, 2.4, 1.8, 3.4],
  },
  metal: {
    kgPerInhabitantYear: 1.7,
    kgPerCubicMetre: 120,
    depositLitres: 5,
    boxesPerStation: 1,
    intervalDays: [7.1, 14, 28, 43, 56],
    weekdayShare: [0.118, 0.185, 0.286, 0.155, 0.113, 0.049, 0.095],
    keptPercent: [33.1, 38.8, 11.9, 4.9, 10.9],
  },
  // 22.1 kg of glass in all, taken as half clear and half coloured.
  'clear-glass': {
    kgPerInhabitantYear: 11.05,
    kgPerCubicMetre: 411,
    depositLitres: 8,
    boxesPerStation: 1,
    intervalDays: [7.0, 7.0, 14, 28, 48],
    weekdayShare: [0.164, 0.205, 0.247, 0.189, 0.108, 0.044, 0.042],
    keptPercent: [6.5, 67.8, 9.1, 4.7, 11.7],
  },
  'coloured-glass': {
    kgPerInhabitantYear: 11.05,
    kgPerCubicMetre: 411,
    depositLitres: 8,
    boxesPerStation: 1,
    intervalDays: [7.0, 7.0, 14, 28, 48],
    weekdayShare: [0.169, 0.205, 0.247, 0.188, 0.106, 0.043, 0.042],
    keptPercent: [6.4, 67.6, 9.3, 4.6, 11.9],
  },
  newspapers: {
    kgPerInhabitantYear: 16.0,
    kgPerCubicMetre: 257,
    depositLitres: 20,
    boxesPerStation: 1,
    intervalDays: [7.0, 13, 14, 28, 28.9],
    weekdayShare: [0.268, 0.241, 0.191, 0.156, 0.124, 0.01, 0.01],
    keptPercent: [14.6, 66.8, 3.6, 1.3, 13.0],
  },
  // Inflow and density of batteries and textiles are assumptions.
  batteries: {
    kgPerInhabitantYear: 0.25,
    kgPerCubicMetre: 1100,
    depositLitres: 0.5,
    boxesPerStation: 1,
    intervalDays: [7.0, 7.0, 16, 28, 28],
    weekdayShare: [0.504, 0.175, 0.098, 0.148, 0.07, 0.001, 0.003],
    keptPercent: [24.2, 68.4, 3.0, 1.4, 3.0],
  },
  textiles: {
    kgPerInhabitantYear: 2.5,
    kgPerCubicMetre: 104,
    depositLitres: 30,
    boxesPerStation: 1,
    intervalDays: [4.1, 7.0, 7.0, 7.0, 14],
    weekdayShare: [0.149, 0.194, 0.115, 0.489, 0.051, 0.001, 0.002],
    keptPercent: [6.3, 68.2, 4.0, 1.5, 20],
  },
}

/** Share of emptyings by the hour in which they begin, 00–23, all fractions (same source). */
export const EMPTYING_HOUR_SHARE: readonly number[] = [
  0, 0, 0, 0, 0, 0.012, 0.06, 0.09, 0.11, 0.115, 0.11, 0.1, 0.09, 0.08, 0.08, 0.06, 0.05, 0.03,
  0.013, 0.006, 0.002, 0, 0, 0,
]

/**
 * When people come: relative weight of each hour, with peaks late in the morning and after work, and
 * half as many again at weekends. Assumption: nobody has published a measured curve.
 */
export const VISIT_HOUR_WEIGHT: readonly number[] = [
  0.05, 0.03, 0.02, 0.02, 0.03, 0.08, 0.25, 0.5, 0.8, 1.2, 1.7, 1.8, 1.4, 1.2, 1.2, 1.4, 1.7, 2.1,
  2.0, 1.4, 0.9, 0.5, 0.25, 0.1,
]
export const WEEKEND_FACTOR = 1.4

/** How different stations are: the standard deviation of the logarithm of their size. Assumption. */
export const STATION_SPREAD = 0.45

/** Litres a week that so many inhabitants bring of one fraction. */
export function weeklyLitres(fraction: Fraction, inhabitants: number): number {
  const { kgPerInhabitantYear, kgPerCubicMetre } = FIGURES[fraction]
  return (inhabitants * kgPerInhabitantYear * 1000) / (52 * kgPerCubicMetre)
}
