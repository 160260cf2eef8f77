/** What is kept of the fediverse: the town's actors there, and who follows them. */

/** An actor's name for ever: peers know it by `id`, and its keys must stay the same. */
export interface FediverseActor {
  /** The last part of its address, `/ap/{id}`. */
  readonly id: string
  /** A station's id, or `town`. */
  readonly place: string
  /** What stands before the @. */
  readonly username: string
  /** Sealed; absent until they are made. */
  readonly keys?: string
}

/** Somebody who follows an actor. Who it is, only the holder of the machine's secret can read. */
export interface Follower {
  readonly actorId: string
  /** Tells followers apart, and nothing else. */
  readonly mark: string
  /** Sealed. */
  readonly body: string
}

export interface FediverseStore {
  fediverseActors(): Promise<readonly FediverseActor[]>
  /** Those of new places are added; of a known place only the user name is brought up to date. */
  keepFediverseActors(actors: readonly Omit<FediverseActor, 'keys'>[]): Promise<void>
  /** Keys are made once: where there are some already those are given, and these forgotten. */
  keepActorKeys(id: string, keys: string): Promise<string>
  followers(actorId: string): Promise<readonly Follower[]>
  followerCount(actorId: string): Promise<number>
  /** Twice the same is one. */
  keepFollower(follower: Follower): Promise<void>
  /** Whether there was one. */
  dropFollower(actorId: string, mark: string): Promise<boolean>
  /** Of all actors; gives how many it followed. */
  dropFollowerEverywhere(mark: string): Promise<number>
}
