/** The tables as kysely sees them. Rows stay in this folder. */
import type { ColumnType, Generated } from 'kysely'

export interface Tables {
  town: {
    id: number
    municipality_code: string
    name: string
    time_zone: string
    network_servers: string
    channels: string
    operator: string | null
    stalled_after_ms: number | null
    profiles: string
    fraction_colours: string | null
    direct: string | null
  }
  service_days: { no: Generated<number>; at: number; body: string }
  area: { id: string; name: string; position: number; removed_at: number | null }
  station: {
    id: string
    municipality_code: string
    external_id: string
    name: string
    address: string | null
    area_id: string | null
    plan: string | null
    lon: number
    lat: number
    position: number
    removed_at: number | null
  }
  container: {
    no: Generated<number>
    id: string
    station_id: string
    name: string
    fraction: string
    empty_distance_mm: number
    full_distance_mm: number
    dead_zone_mm: number
    volume_litres: number
    mounting_offset_mm: number | null
    tilt_deg: number | null
    position: number
    removed_at: number | null
  }
  device: { no: Generated<number>; id: string; profile: string; removed_at: number | null }
  mounting: {
    device_no: number
    container_no: number
    from_at: number
    until_at: number | null
    channel: string | null
    alongside: number | null
  }
  credential: { username: string; role: string; token_hash: string; created_at: number }
  reading: {
    at: number
    device_no: number
    n: number
    seq: number
    received_at: number
    container_no: number | null
    fill: number | null
    raw_fill: number | null
    distance_mm: number | null
    fault: number | null
    battery_percent: number | null
    battery_volts: number | null
    temperature_c: number | null
    tilt_deg: number | null
    flags: number
    counter: number | null
    fingerprint: number
  }
  reporter_salt: { from_at: number; salt: Uint8Array }
  history_place: { id: number; seq: number }
  device_change: {
    no: Generated<number>
    at: number
    by_whom: string
    body: string
    settled: ColumnType<number, number | undefined, number>
  }
  correction: { seq: number; clean: number; body: string }
  alarm_change: {
    no: Generated<number>
    at: number
    container_no: number
    device_no: number
    body: string
  }
  belief: { container_no: number; device_no: number; seq: number; state: Uint8Array }
  told: {
    seq: number
    told: number | null
    told_at: number | null
    told_device: number | null
    told_fill: number | null
  }
  event: { seq: number; at: number; type: string; body: string; unheard: number | null }
  seq_day: { day: number; first_seq: number; last_seq: number }
  kept_text: { hash: string; body: Uint8Array }
  version: {
    no: Generated<number>
    seq: number
    at: number
    rules: string | null
    town: string
    engine: string | null
    tzdata: string | null
  }
  container_state: {
    container_no: number
    fill: number | null
    measured_at: number | null
    device_id: string | null
    fault: string | null
    heard_at: number | null
    interval_ms: number | null
    emptied_at: number | null
    reports: string | null
  }
  engine_state: { key: string; value: string }
  journal: { id: number; seq: number; at: number }
  decision: {
    id: ColumnType<number, number | undefined, never>
    at: number
    seq: number
    rule_id: string
    station_id: string
    container_id: string | null
    post_key: string | null
    body: string
  }
  post: {
    key: string
    at: number
    station_id: string
    audience: string
    body: string
    send_at: number
    withdrawn_at: number | null
  }
  delivery: {
    id: Generated<number>
    post_key: string
    station_id: string
    channel: string
    account: string
    language: string
    text: string
    state: string
    due_at: number
    expires_at: number
    attempts: number
    first_tried_at: number | null
    lease_until: number | null
    remote_id: string | null
    last_error: string | null
    sent_at: number | null
    priority: number
    send_at: number
    again_at: number | null
    again_by: string | null
  }
  channel_account: {
    channel: string
    account: string
    paused_at: number | null
    paused_because: string | null
    paused_detail: string | null
    paused_by: string | null
    unchecked_since: number | null
    stuck_since: number | null
  }
  spending: { channel: string; account: string; month: string; micro_usd: number }
  fediverse_actor: { id: string; place: string; username: string; keys: string | null }
  follower: { actor_id: string; mark: string; body: string }
  post_card: { post_key: string; facts: string }
  secret_check: { one: number; sealed: string }
  channel_note: { channel: string; account: string; note: string }
  work: {
    id: Generated<number>
    queue: string
    key: string
    body: string
    ordering_key: string | null
    state: string
    due_at: number
    first_due_at: number
    expires_at: number
    attempts: Generated<number>
    lease_until: number | null
    last_error: string | null
    ended_at: number | null
  }
  message: {
    no: Generated<number>
    id: string
    about: string
    purpose: string
    way: string
    recipient: string | null
    body: string | null
    state: string
    due_at: number
    expires_at: number
    attempts: Generated<number>
    first_tried_at: number | null
    lease_until: number | null
    may_be_said: Generated<number>
    unheard: Generated<number>
    remote_id: string | null
    parts: number | null
    ended_at: number | null
    last_error: string | null
  }
  sms_month: { month: string; parts: number }
  subscriber: {
    id: string
    way: string
    mark: string
    sealed: string
    language: string
    fractions: string | null
    confirmed_at: number | null
    asked: string | null
    asked_at: number | null
    bounces: ColumnType<string, string | undefined, string>
  }
  subscriber_station: { station_id: string; subscriber_id: string }
  quarantine: {
    id: Generated<number>
    received_at: number
    reason: string
    detail: string
    topic: string
    device_id: string | null
    head: Uint8Array
    bytes: number
    payload: Uint8Array | null
    replayed_at: number | null
    outcome: string | null
  }
  rejection_count: { reason: string; n: number }
  booking: {
    id: string
    reference: string
    secret_hash: string
    state: string
    day: string | null
    body: string
  }
  booking_hold: { id: string; until_at: number; body: string }
  booking_notice: {
    id: string
    booking_id: string
    key: string
    due_at: number
    body: string
    sealed: string | null
  }
  loan: {
    id: string
    reference: string
    secret_hash: string
    state: string
    from_day: string
    body: string
  }
  errand_person: { errand_id: string; sealed: string }
  call_back: {
    id: string
    body: string
  }
  errand_change: {
    no: Generated<number>
    at: number
    by_whom: string
    errand_id: string
    did: string
    detail: string
    /** What somebody wrote, sealed. */
    words: string | null
  }
  errand_access: {
    no: Generated<number>
    at: number
    by_whom: string
    what: string
    errand_id: string
  }
  errand_submit: { key_hash: string; request_hash: string; reference: string; at: number }
  errand_count: { month: string; district: string; what: string; n: number }
  day_plan: { day: string; version: number; body: string }
  day_line: {
    no: Generated<number>
    at: number
    by_whom: string
    teller: string | null
    day: string
    version: number
    did: string
    stop_id: string | null
    bike: string | null
    detail: string | null
  }
  rider_event: {
    id: string
    day: string
    stop_id: string
    happened_at: number
    received_at: number
    body: string
    note: string | null
  }
  bike_candidate: { id: string; state: string; day: string | null; body: string }
  stop_photo: { id: string; stop_id: string; at: number; type: string; bytes: Uint8Array }
  day_count: { day: string; district: string; what: string; n: number }
  day_followed: { one: number; decision: number }
  staff_user: {
    login: string
    name: string
    role: string
    password_hash: string | null
    totp: string | null
    subject: string | null
    created_at: number
    disabled_at: number | null
  }
  staff_session: {
    hash: string
    login: string
    created_at: number
    last_seen_at: number
    expires_at: number
    id_token: string | null
  }
  account_log: {
    no: Generated<number>
    at: number
    by_whom: string
    of: string
    did: string
    times: Generated<number>
  }
  api_token: {
    hash: string
    name: string
    role: string
    created_at: number
    last_used_at: number | null
    revoked_at: number | null
  }
}
