/** Decisions and posts as the API tells them: every field, instants as text, and a sentence in each language. */
import type { Language } from '#src/stations/fraction.ts'
import { z } from 'zod'
import type { Clause, Decision, GateAnswer } from '#src/rules/decision.ts'
import { findCorrection } from '#src/store/contract.ts'
import type { StoredDecision, Post } from '#src/store/contract.ts'
import { isoOrNull, isoText, type EpochMs } from '#src/stations/time.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { explainDecision } from '#src/wording/decision-text.ts'
import { inEachLanguage, isoInstant } from './station-answer.ts'

/** The same in words. */
export const sentenceAnswer = inEachLanguage.meta({
  description: 'The same in words: Swedish, English, Finnish.',
})

export function sentences(explain: (language: Language) => string): z.infer<typeof sentenceAnswer> {
  return { sv: explain('sv'), en: explain('en'), fi: explain('fi') }
}

export const episodeState = z.enum(['idle', 'pending', 'active', 'clearing'])

export const clauseAnswer = z.strictObject({
  source: z.string(),
  value: z.union([z.boolean(), z.literal('unknown')]),
  facts: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])),
})

export function clausesJson(clauses: readonly Clause[]): z.infer<typeof clauseAnswer>[] {
  return clauses.map(({ source, value, facts }) => ({ source, value, facts: { ...facts } }))
}

export const evidenceAnswer = z.strictObject({
  sum: z.number(),
  parts: z.array(
    z.strictObject({
      what: z.enum(['prior', 'sensor', 'report', 'staff']),
      weight: z.number(),
      fillPercent: z.number().optional(),
      at: isoInstant.optional(),
    }),
  ),
})

export function evidenceJson({
  sum,
  parts,
}: NonNullable<Decision['evidence']>): z.infer<typeof evidenceAnswer> {
  return { sum, parts: parts.map(({ at, ...part }) => ({ ...part, ...when('at', at) })) }
}

export const gateAnswer = z.strictObject({
  gate: z.string(),
  answer: z.enum(['pass', 'hold', 'drop']),
  until: isoInstant.optional(),
  detail: z.string().optional(),
})

export function gatesJson(gates: readonly GateAnswer[]): z.infer<typeof gateAnswer>[] {
  return gates.map(({ until, ...gate }) => ({ ...gate, ...when('until', until) }))
}

export const decisionAnswer = z
  .strictObject({
    id: z.int().meta({ description: 'Rises by one with every decision.' }),
    at: isoInstant,
    seq: z.int().meta({ description: 'The journal record that led here.' }),
    ruleId: z.string(),
    ruleHash: z.string(),
    subject: z.string(),
    stationId: z.string().nullable(),
    areaId: z.string().nullable(),
    containerId: z.string().nullable(),
    from: episodeState,
    to: episodeState,
    because: z.string(),
    heldMs: z.number().nullable(),
    condition: z.enum(['when', 'clear']).nullable().meta({
      description:
        'Which of the rule’s conditions the clauses are of; null where none was asked. A rule without `clear` is over when its `when` is false.',
    }),
    clauses: z.array(clauseAnswer),
    evidence: evidenceAnswer.nullable(),
    gates: z.array(gateAnswer),
    outcome: z.enum(['posted', 'held', 'dropped']).nullable(),
    postKey: z.string().nullable(),
    engine: z.string(),
    tzdata: z.string(),
    sentence: sentenceAnswer,
  })
  .meta({ id: 'Decision' })
export type DecisionAnswer = z.infer<typeof decisionAnswer>

function when<Key extends string>(key: Key, at: EpochMs | undefined): { [K in Key]?: string } {
  return at === undefined ? {} : ({ [key]: isoText(at) } as { [K in Key]?: string })
}

export function decisionJson(decision: StoredDecision, town: TownIndex): DecisionAnswer {
  return {
    id: decision.id,
    at: isoText(decision.at),
    seq: decision.seq,
    ruleId: decision.ruleId,
    ruleHash: decision.ruleHash,
    subject: decision.subject,
    stationId: decision.stationId ?? null,
    areaId: decision.areaId ?? null,
    containerId: decision.containerId ?? null,
    from: decision.from,
    to: decision.to,
    because: decision.because,
    heldMs: decision.heldMs ?? null,
    condition: decision.condition ?? null,
    clauses: clausesJson(decision.clauses),
    evidence: decision.evidence ? evidenceJson(decision.evidence) : null,
    gates: gatesJson(decision.gates),
    outcome: decision.outcome ?? null,
    postKey: decision.postKey ?? null,
    engine: decision.engine,
    tzdata: decision.tzdata,
    sentence: sentences((language) => explainDecision(decision, town, language)),
  }
}

export const postAnswer = z
  .strictObject({
    key: z.string(),
    at: isoInstant.meta({ description: 'When it was decided.' }),
    saidAt: isoInstant.meta({ description: 'From when on anybody may see it.' }),
    withdrawnAt: isoInstant
      .nullable()
      .meta({ description: 'When staff stopped it, before anybody had seen it.' }),
    stationId: z
      .string()
      .nullable()
      .meta({ description: 'Null: about an area or the whole town.' }),
    areaId: z.string().nullable(),
    placeName: z.string().meta({ description: 'The station’s, the area’s or the town’s name.' }),
    stationName: z.string().nullable(),
    audience: z.enum(['public', 'staff']),
    kind: z.enum(['open', 'close', 'digest', 'correction']).meta({
      description:
        '`open` says that something is so, `close` that it no longer is; a `digest` gathers what the day had no more posts for, a `correction` takes back the post that it `corrects`.',
    }),
    texts: inEachLanguage,
    items: z.array(
      z.strictObject({
        ruleId: z.string(),
        episode: z.string(),
        subject: z.string(),
        template: z.string(),
        stationId: z
          .string()
          .nullable()
          .meta({ description: 'In a post of several places: where.' }),
        areaId: z.string().nullable(),
        containerId: z.string().nullable(),
        fraction: z.string().nullable(),
        since: isoInstant,
        source: z.enum(['sensor', 'reports', 'both', 'none']),
        fillPercent: z.int().nullable(),
        fullContainers: z.int().nullable(),
        containers: z.int().nullable(),
        alternative: z
          .strictObject({ stationId: z.string(), name: z.string(), distanceM: z.int() })
          .nullable(),
        nextEmptyingAt: isoInstant.nullable().meta({ description: 'By the plan.' }),
        passedBy: z
          .boolean()
          .meta({ description: 'A truck was there that day and did not empty it.' }),
        fullAt: isoInstant.nullable().meta({ description: 'By the forecast.' }),
        stationsFull: z.int().nullable(),
        stations: z.int().nullable(),
        firstStopAt: isoInstant.nullable().meta({ description: 'Of the return bike.' }),
        freeSlots: z.int().nullable(),
      }),
    ),
    replyTo: z.string().nullable(),
    corrects: z.string().nullable(),
    correctsAt: isoInstant
      .nullable()
      .meta({ description: 'When the post was said that this one takes back.' }),
    correctedBy: z
      .string()
      .nullable()
      .meta({ description: 'The post that takes this one back; null while it stands.' }),
    url: z.url().meta({ description: 'The post’s permanent page.' }),
  })
  .meta({ id: 'Post' })
export type PostAnswer = z.infer<typeof postAnswer>

/** As it stands at an instant. */
export function postJson(post: Post, town: TownIndex, publicUrl: string, at: EpochMs): PostAnswer {
  return {
    key: post.key,
    at: isoText(post.at),
    saidAt: isoText(post.sendAt),
    withdrawnAt: isoOrNull(post.withdrawnAt),
    stationId: post.stationId ?? null,
    areaId: post.areaId ?? null,
    placeName: placeName(post, town),
    stationName:
      post.stationId === undefined ? null : (town.stations.get(post.stationId)?.name ?? null),
    audience: post.audience,
    kind: post.kind,
    texts: { ...post.texts },
    items: post.items.map((item) => ({
      ruleId: item.ruleId,
      episode: item.episode,
      subject: item.subject,
      template: item.template,
      stationId: item.stationId ?? null,
      areaId: item.areaId ?? null,
      containerId: item.containerId ?? null,
      fraction: item.fraction ?? null,
      since: isoText(item.since),
      source: item.source,
      fillPercent: item.fillPercent === undefined ? null : Math.round(item.fillPercent),
      fullContainers: item.fullContainers ?? null,
      containers: item.containers ?? null,
      alternative: item.alternative
        ? {
            stationId: item.alternative.stationId,
            name: item.alternative.name,
            distanceM: Math.round(item.alternative.distanceM),
          }
        : null,
      nextEmptyingAt: isoOrNull(item.nextEmptyingAt),
      passedBy: item.passedBy === true,
      fullAt: isoOrNull(item.fullAt),
      stationsFull: item.stationsFull ?? null,
      stations: item.stations ?? null,
      firstStopAt: isoOrNull(item.firstStopAt),
      freeSlots: item.freeSlots ?? null,
    })),
    replyTo: post.replyTo ?? null,
    corrects: post.corrects ?? null,
    correctsAt: isoOrNull(post.correctsAt),
    correctedBy: findCorrection(post, at)?.key ?? null,
    url: `${publicUrl}/p/${post.key}`,
  }
}
