/** What a route is, said once: the server checks requests by it and the OpenAPI document is made from it. */
import type { Clock } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import type { Journal } from '#src/store/journal.ts'
import type { Needs } from '#src/store/staff.ts'
import type { z } from 'zod'
import type { ProblemName } from './problem.ts'
import type { StaffDoor } from './staff.ts'

/** What every route may use. */
export interface ApiDeps {
  readonly store: Store
  readonly journal: Journal
  readonly clock: Clock
  /** The site's root as the world sees it, without a slash at its end. */
  readonly publicUrl: string
  /** A WebSub hub, named in every feed. */
  readonly hubUrl?: string
  readonly staff: StaffDoor
  /** How long an answer may be kept by browsers and caches, in seconds. */
  readonly maxAgeSeconds: number
  /** Milliseconds from some start, never going back, at the pace of the real world. */
  readonly monotonicMs: () => number
}

export interface ApiRoute<Params extends z.ZodObject, Query extends z.ZodObject> {
  /** GET unless it says otherwise. */
  readonly method?: 'post' | 'put' | 'patch' | 'delete'
  /** With `:name` for parameters, as Fastify writes them. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tag:
    'stations' | 'bike' | 'posts' | 'events' | 'feeds' | 'rules' | 'devices' | 'operation'
  readonly params: Params
  readonly query: Query
  /** What it may say in headers; others are nobody's business. */
  readonly headers?: z.ZodObject
  /** What the request carries, as JSON. */
  readonly body?: z.ZodType
  readonly answer:
    | { readonly type: 'application/json' | 'application/geo+json'; readonly schema: z.ZodType }
    | { readonly type: string; readonly schema?: undefined }
  /** 200 unless it says otherwise. */
  readonly status?: 201 | 202
  /** Problems beside `invalid-request`, which any route may answer with. */
  readonly problems: readonly ProblemName[]
  /** `needed`: staff only. `more`: staff see more. `secret`: staff, and whoever has the errand's secret. */
  readonly staff?: 'needed' | 'more' | 'secret'
  /** Which roles of the staff: any but riders' unless it says otherwise. */
  readonly roles?: Needs
}

export type AnyApiRoute = ApiRoute<z.ZodObject, z.ZodObject>

/** Keeps the types of a route's schemas. */
export function apiRoute<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Route extends ApiRoute<Params, Query>,
>(route: Route & ApiRoute<Params, Query>): Route {
  return route
}
