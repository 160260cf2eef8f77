/** What trying rules on a station's past comes to, as the API tells it. */
import { z } from 'zod'
import { DECISION_REASONS, GATES } from '#src/rules/decision.ts'
import {
  clauseAnswer,
  episodeState,
  evidenceAnswer,
  gateAnswer,
  sentenceAnswer,
} from './decision-answer.ts'
import { inEachLanguage, isoInstant } from './station-answer.ts'

const place = z.int().nullable()
const ofDecision = place.meta({ description: 'A place in `decisions`.' })

const piece = { from: isoInstant, to: isoInstant, decision: ofDecision }

const trialSide = z.strictObject({
  said: z
    .array(
      z.strictObject({
        at: isoInstant,
        kind: z.enum(['open', 'close', 'digest', 'correction']),
        audience: z.enum(['public', 'staff']),
        ruleId: z.string(),
        subject: z.string(),
        containerId: z.string().nullable(),
        post: z.string().meta({ description: 'The post’s key; several may share one.' }),
        texts: inEachLanguage.nullable(),
        decision: ofDecision,
      }),
    )
    .readonly(),
  courses: z
    .array(
      z.strictObject({
        ruleId: z.string(),
        subject: z.string(),
        containerId: z.string().nullable(),
        bands: z
          .array(z.strictObject({ state: episodeState.exclude(['idle']), ...piece }))
          .readonly(),
        holds: z.array(z.strictObject({ gate: z.enum(GATES), ...piece })).readonly(),
      }),
    )
    .readonly()
    .meta({ description: 'How each rule went for each subject, and what held its news.' }),
  decisions: z
    .array(
      z.strictObject({
        at: isoInstant,
        ruleId: z.string(),
        subject: z.string(),
        from: episodeState,
        to: episodeState,
        because: z.enum(DECISION_REASONS),
        clauses: z.array(clauseAnswer).readonly(),
        evidence: evidenceAnswer.shape.parts.readonly(),
        gates: z.array(gateAnswer).readonly(),
        texts: sentenceAnswer,
      }),
    )
    .readonly(),
})

export const trialAnswer = z.strictObject({
  kind: z.literal('tried'),
  stationId: z.string(),
  from: isoInstant,
  to: isoInstant,
  isShortened: z.boolean().meta({
    description: 'So much was decided that only the newest of the span is told, from `from` on.',
  }),
  records: z.int(),
  levels: z
    .array(
      z.strictObject({
        containerId: z.string(),
        points: z.array(z.tuple([z.number(), z.number().nullable()]).readonly()).readonly(),
      }),
    )
    .readonly()
    .meta({
      description:
        'Levels as the rules were told them, thinned out: epoch milliseconds and per cent; null where nothing was known from then on.',
    }),
  was: trialSide.meta({ description: 'Under the rules in force, or `against`.' }),
  now: trialSide.meta({ description: 'Under the rules that are tried.' }),
  same: z.int().meta({ description: 'Things said at the same instant on both sides.' }),
  changes: z
    .array(
      z.strictObject({
        change: z.enum(['added', 'gone', 'moved']),
        was: place.meta({ description: 'A place in `was.said`.' }),
        now: place.meta({ description: 'A place in `now.said`.' }),
        whyNot: place.meta({
          description: 'What the other side decided of it: a place in its decisions.',
        }),
      }),
    )
    .readonly(),
})

export const writtenTestAnswer = z.strictObject({
  kind: z.literal('written'),
  text: z.string().meta({ description: 'A whole rules.test.yaml; it passes with these rules.' }),
  differences: z
    .array(z.string())
    .readonly()
    .meta({ description: 'Where the station really said something else.' }),
})
