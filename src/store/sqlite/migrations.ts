/**
 * Numbered steps from an empty file to today's tables. A step that has run anywhere is never edited:
 * a change is a new number.
 */
import type { Migration } from 'kysely/migration'
import { bookings } from './booking-tables.ts'
import { days } from './day-tables.ts'
import { statements } from './statements.ts'

const firstTables = statements(
  `create table town (
      id integer primary key check (id = 1),
      municipality_code text not null, name text not null, time_zone text not null,
      network_servers text not null, channels text not null,
      operator text, stalled_after_ms integer) strict`,
  `create table station (
      id text primary key, municipality_code text not null, external_id text not null,
      name text not null, address text, lon real not null, lat real not null,
      position integer not null, removed_at integer) strict, without rowid`,
  `create table container (
      no integer primary key, id text not null unique, station_id text not null references station,
      name text not null, fraction text not null,
      empty_distance_mm real not null, full_distance_mm real not null,
      dead_zone_mm real not null, volume_litres real not null,
      position integer not null, removed_at integer) strict`,
  `create table device (
      no integer primary key, id text not null unique, profile text not null,
      removed_at integer) strict`,
  `create table mounting (
      device_no integer not null references device, container_no integer not null references container,
      from_at integer not null, until_at integer,
      primary key (device_no, container_no, from_at)) strict, without rowid`,
  `create table credential (
      username text primary key, role text not null, token_hash text not null,
      created_at integer not null) strict, without rowid`,
  // Time first: a reading lands at the end of the file, not on its device's own page. Ten times
  // cheaper than device first once a device owns more than a page; docs/decisions/0004.
  `create table reading (
      at integer not null, device_no integer not null, n integer not null,
      seq integer not null, received_at integer not null, container_no integer,
      fill real, raw_fill real, distance_mm real, fault integer,
      battery_percent real, battery_volts real, temperature_c real, tilt_deg real,
      flags integer not null, counter integer, fingerprint integer not null,
      primary key (at, device_no, n)) strict, without rowid`,
  `create table event (
      seq integer primary key, at integer not null, type text not null, body text not null) strict`,
  `create table container_state (
      container_no integer primary key, fill real, measured_at integer, device_id text, fault text,
      heard_at integer, interval_ms real, emptied_at integer, reports text) strict`,
  `create table engine_state (
      key text primary key, value text not null) strict, without rowid`,
  `create table journal (
      id integer primary key check (id = 1), seq integer not null, at integer not null) strict`,
  `create table decision (
      id integer primary key autoincrement, at integer not null, seq integer not null,
      rule_id text not null, station_id text not null, container_id text, post_key text,
      body text not null) strict`,
  // A container's decisions are found among its station's: one index less to write.
  'create index decision_station on decision (station_id, id)',
  'create index decision_post on decision (post_key) where post_key is not null',
  `create table post (
      key text primary key, at integer not null, station_id text not null,
      audience text not null, body text not null) strict, without rowid`,
  'create index post_time on post (audience, at desc, key)',
  'create index post_station on post (station_id, audience, at desc, key)',
  `create table delivery (
      id integer primary key, post_key text not null references post, station_id text not null,
      channel text not null, account text not null, language text not null, text text not null,
      state text not null, due_at integer not null, expires_at integer not null,
      attempts integer not null, first_tried_at integer, lease_until integer,
      remote_id text, last_error text, sent_at integer,
      unique (post_key, channel, account, language)) strict`,
  `create index delivery_open on delivery (channel, due_at)
      where state in ('due', 'sending')`,
  `create table quarantine (
      id integer primary key autoincrement, received_at integer not null, reason text not null,
      detail text not null, topic text not null, device_id text, head blob not null,
      bytes integer not null) strict`,
  `create table rejection_count (
      reason text primary key, n integer not null) strict, without rowid`,
)

/** How the sensor sits, and which of a device's sensors watches the container. */
const mountingDetails = statements(
  'alter table container add column mounting_offset_mm real',
  'alter table container add column tilt_deg real',
  'alter table mounting add column channel text',
  `alter table town add column profiles text not null default '[]'`,
)

/** What is needed to try a message again. */
const quarantinePayload = statements(
  'alter table quarantine add column payload blob',
  'alter table quarantine add column replayed_at integer',
  'alter table quarantine add column outcome text',
)

/** Where readings go that are no longer new; docs/decisions/0009. */
const dayChunks = statements(
  // Container 0 is none.
  `create table series (
        no integer primary key, device_no integer not null, container_no integer not null,
        unique (device_no, container_no)) strict`,
  'create index series_container on series (container_no)',
  // The id is a day and a series (chunk-place.ts).
  'create table chunk (id integer primary key, hours blob not null, body blob not null) strict',
  'create table hours (id integer primary key, hours blob not null) strict',
  // How many readings of a day lie in chunks, all measured before `until`.
  `create table packed_day (
        day integer primary key, n integer not null, until integer not null) strict`,
)

/** What was believed instead of what was measured, and what sensors' levels are judged by. */
const corrections = statements(
  // Sparse: most readings are believed as they are.
  'create table correction (seq integer primary key, clean real not null, body text not null) strict',
  `create table alarm_change (
        no integer primary key autoincrement, at integer not null, container_no integer not null,
        device_no integer not null, body text not null) strict`,
  `create table belief (
        container_no integer not null, device_no integer not null, seq integer not null,
        state blob not null,
        primary key (container_no, device_no)) strict, without rowid`,
  'alter table mounting add column alongside integer',
  `create index event_container on event (type, json_extract(body, '$.containerId'), at)`,
)

/** Who changed what of the devices, and the colours of labels. */
const deviceChanges = statements(
  `create table device_change (
        no integer primary key autoincrement, at integer not null, by_whom text not null,
        body text not null, settled integer not null default 0) strict`,
  'alter table town add column fraction_colours text',
)

/** How far the history in InfluxDB has been brought up. */
const historyPlace = statements(
  'create table history_place (id integer primary key check (id = 1), seq integer not null) strict',
)

/** The parts that a town is divided into. */
const areas = statements(
  `create table area (
        id text primary key, name text not null, position integer not null,
        removed_at integer) strict, without rowid`,
  'alter table station add column area_id text references area',
)

/** When a station's containers are to be emptied, as the town's file says. */
const stationPlan = statements('alter table station add column plan text')

/** What reading the journal back takes, and what held when; docs/decisions/0013. */
const readingBack = statements(
  // Sparse: mostly the rules are told what follows from the reading. `told` as in day-chunk.ts.
  `create table told (
        seq integer primary key, told integer, told_at integer, told_device integer,
        told_fill real) strict`,
  // What was kept and the rules were not told.
  'alter table event add column unheard integer',
  // Between which places in the journal lie the readings of a day that have left `reading`.
  `create table seq_day (
        day integer primary key, first_seq integer not null, last_seq integer not null) strict`,
  // Those packed so far have lost theirs.
  `insert into seq_day (day, first_seq, last_seq)
        select day, 0, coalesce((select seq from journal), 0) from packed_day`,
  // Rule files and towns, each once.
  'create table kept_text (hash text primary key, body blob not null) strict',
  // With rules: the engine was made of these after `seq`, timers having fired until `at`. Without: the
  // town that the record `seq` brought.
  `create table version (
        no integer primary key autoincrement, seq integer not null, at integer not null,
        rules text, town text not null, engine text, tzdata text) strict`,
  'create index version_seq on version (seq, no)',
)

/** From when on a post may be seen, and that it never will be. */
const withdrawnPosts = statements(
  'alter table post add column send_at integer not null default 0',
  `update post set send_at = json_extract(body, '$.sendAt')`,
  'alter table post add column withdrawn_at integer',
)

/** What the engine remembered, once a day; docs/decisions/0013. */
const snapshots = statements(
  // It takes in the journal up to `seq`, the versions up to `version_no`, the decisions up to `decision_id`.
  `create table snapshot (
        no integer primary key, seq integer not null, at integer not null,
        version_no integer not null, decision_id integer not null,
        day text not null, engine text not null, parts integer not null) strict`,
  // The id is a snapshot and a part (snapshot-place.ts).
  'create table snapshot_part (id integer primary key, body blob not null) strict',
)

/** What reporters' marks are made with, for a day or two; docs/decisions/0016. */
const reporterSalts = statements(
  'create table reporter_salt (from_at integer primary key, salt blob not null) strict',
)

/** Several accounts on a channel, each claiming its own. */
const accounts = statements(
  'drop index delivery_open',
  `create index delivery_open on delivery (channel, account, due_at)
        where state in ('due', 'sending')`,
  `update town set channels = json_set(channels, '$.x', json_array(json_extract(channels, '$.x')))
        where json_type(channels, '$.x') = 'object'`,
)

/** What a channel keeps for itself, such as a session. */
const channelNotes = statements(`create table channel_note (
          channel text not null, account text not null, note text not null,
          primary key (channel, account)) strict, without rowid`)

/** What posts' pictures show; docs/decisions/0024. */
const postCards = statements(
  'create table post_card (post_key text primary key, facts text not null) strict, without rowid',
)

/** When the bike runs, by each town's file that said otherwise than the one before: calendars follow it. */
const serviceDays = statements(
  'create table service_days (no integer primary key, at integer not null, body text not null) strict',
)

/** What a post to many comes apart into. */
const workQueue = statements(
  `create table work (
        id integer primary key, queue text not null, key text not null, body text not null,
        ordering_key text, state text not null, due_at integer not null, expires_at integer not null,
        attempts integer not null default 0, lease_until integer, last_error text, ended_at integer,
        unique (queue, key)) strict`,
  `create index work_open on work (queue, due_at) where state in ('due', 'claimed')`,
  `create index work_order on work (queue, ordering_key, id)
        where state in ('due', 'claimed') and ordering_key is not null`,
  'create index work_ended on work (ended_at) where ended_at is not null',
)

/** What matters more goes first, what staff send again, how accounts stand, what they spend: docs/decisions/0020. */
const outboxForStaff = statements(
  'alter table delivery add column priority integer not null default 50',
  'alter table delivery add column send_at integer not null default 0',
  `update delivery set send_at = post.send_at,
        priority = coalesce(json_extract(post.body, '$.priority'), 50)
        from post where post.key = delivery.post_key`,
  'alter table delivery add column again_at integer',
  'alter table delivery add column again_by text',
  'create index delivery_account on delivery (channel, account, state, sent_at)',
  `create table channel_account (
        channel text not null, account text not null,
        paused_at integer, paused_because text, paused_detail text, paused_by text,
        unchecked_since integer, stuck_since integer,
        primary key (channel, account)) strict, without rowid`,
  // Millionths of a dollar; the month as on the wall, 2026-11.
  `create table spending (
        channel text not null, account text not null, month text not null,
        micro_usd integer not null,
        primary key (channel, account, month)) strict, without rowid`,
)

/** Actors on the fediverse with their keys, and who follows them; docs/decisions/0021. */
const activityPub = statements(
  // `keys` are sealed; null until somebody asks for them.
  `create table fediverse_actor (
        id text primary key, place text not null unique, username text not null unique,
        keys text) strict, without rowid`,
  // A follower goes by a mark that tells nothing; who it is is sealed in `body`.
  `create table follower (
        actor_id text not null, mark text not null, body text not null,
        primary key (actor_id, mark)) strict, without rowid`,
  'create index follower_mark on follower (mark)',
)

/** Residents who asked to be told, by mail or by their browsers; docs/decisions/0022. */
const subscribers = statements(
  // What is asked for holds when it is confirmed; language and fractions are of what holds.
  `create table subscriber (
        id text primary key, way text not null, mark text not null, sealed text not null,
        language text not null, fractions text, confirmed_at integer, asked text, asked_at integer,
        bounces text not null default '[]', unique (way, mark)) strict, without rowid`,
  // Nothing as the station: the whole town.
  `create table subscriber_station (
        station_id text not null,
        subscriber_id text not null references subscriber on delete cascade,
        primary key (station_id, subscriber_id)) strict, without rowid`,
  'create index subscriber_station_of on subscriber_station (subscriber_id)',
)

/** Messages to one person, and what a month of SMS came to; docs/decisions/0023. */
const messages = statements(
  // `recipient` and `body` are sealed; null once they have been thrown away.
  `create table message (
        no integer primary key autoincrement, id text not null unique, about text not null,
        purpose text not null, way text not null, recipient text, body text,
        state text not null, due_at integer not null, expires_at integer not null,
        attempts integer not null default 0, first_tried_at integer, lease_until integer,
        may_be_said integer not null default 0, remote_id text, parts integer,
        ended_at integer, last_error text) strict`,
  `create index message_open on message (way, due_at)
        where state in ('due', 'sending', 'uncertain')`,
  'create index message_about on message (about)',
  'create index message_ended on message (ended_at)',
  // The month as on the wall, 2026-11; parts as the networks count them.
  'create table sms_month (month text primary key, parts integer not null) strict, without rowid',
  // What town.yaml says of SMS and of alarms to staff.
  'alter table town add column direct text',
)

/** Something sealed at the first start, by which another secret is known for one; see secret-check.ts. */
const secretCheck = statements(
  'create table secret_check (one integer primary key check (one = 1), sealed text not null) strict',
)

/** When each message bounced, and how often it was unheard of a message: docs/decisions/0022, 0023. */
const troublesOfMail = statements(
  // Without their times they are forgiven.
  "update subscriber set bounces = '[]'",
  'alter table message add column unheard integer not null default 0',
)

/** Since when a piece of work should have left, and when the last one did. */
const workStanding = statements(
  'alter table work add column first_due_at integer not null default 0',
  'update work set first_due_at = due_at',
  `create index work_done on work (queue, ended_at)
        where state = 'done' and last_error is null`,
)

/** An access is looked for before it is noted, so that one more look is not one more row. */
const accessIndex = statements(
  'create index errand_access_of on errand_access (errand_id, by_whom, what, at)',
)

/** Who of the staff may sign in, their sessions, and tokens for systems; docs/decisions/0028. */
const staff = statements(
  // No password for who comes in another way. `totp` is sealed.
  `create table staff_user (
        login text primary key, name text not null, role text not null, password_hash text,
        totp text, created_at integer not null, disabled_at integer) strict, without rowid`,
  `create table staff_session (
        hash text primary key, login text not null references staff_user on delete cascade,
        created_at integer not null, last_seen_at integer not null,
        expires_at integer not null) strict, without rowid`,
  'create index staff_session_of on staff_session (login)',
  `create table api_token (
        hash text primary key, name text not null, role text not null, created_at integer not null,
        last_used_at integer, revoked_at integer) strict, without rowid`,
)

/** Who signed in, and who changed whose account; for ninety days. */
const accountLog = statements(
  `create table account_log (
        no integer primary key, at integer not null, by_whom text not null, of text not null,
        did text not null) strict`,
  'create index account_log_of on account_log (of, no)',
)

/** Strangers' tries don't push the rest out of sight. */
const foldedTries = statements(
  'alter table account_log add column times integer not null default 1',
  `update account_log set times = day.n from
      (select max(no) as last, count(*) as n from account_log where did = 'wrong'
        group by of, at / 86400000) as day
      where no = day.last`,
  `delete from account_log where did = 'wrong' and no not in
      (select max(no) from account_log where did = 'wrong' group by of, at / 86400000)`,
)

/** Who comes by the municipality's directory is known by issuer and subject. */
const staffSubject = statements(
  'alter table staff_user add column subject text',
  'create unique index staff_user_subject on staff_user (subject) where subject is not null',
)

/** What somebody wrote of what they did to an errand, sealed: why limits were let pass. */
const errandWords = statements('alter table errand_change add column words text')

/** Calls to return; who is to be called lies in errand_person, as of every errand. */
const callBacks = statements(
  'create table call_back (id text primary key, body text not null) strict, without rowid',
)

/** A phone may send what another rider told on it. */
const teller = statements('alter table day_line add column teller text')

/** Whoever came by the municipality's directory is signed out there as well; sealed. */
const idTokens = statements('alter table staff_session add column id_token text')

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-mounting-details': mountingDetails,
  '0003-quarantine-payload': quarantinePayload,
  '0004-day-chunks': dayChunks,
  '0005-corrections': corrections,
  '0006-device-changes': deviceChanges,
  '0007-history-place': historyPlace,
  '0008-areas': areas,
  '0009-station-plan': stationPlan,
  '0010-reading-back': readingBack,
  '0011-withdrawn-posts': withdrawnPosts,
  '0012-snapshots': snapshots,
  '0013-reporter-salts': reporterSalts,
  '0014-accounts': accounts,
  '0015-channel-notes': channelNotes,
  '0016-service-days': serviceDays,
  '0017-work-queue': workQueue,
  '0018-outbox-for-staff': outboxForStaff,
  '0019-activitypub': activityPub,
  '0020-subscribers': subscribers,
  '0021-messages': messages,
  '0022-bookings': bookings,
  '0023-post-cards': postCards,
  '0030-days': days,
  '0045-secret-check': secretCheck,
  '0046-troubles-of-mail': troublesOfMail,
  '0047-work-standing': workStanding,
  '0060-access-index': accessIndex,
  '0070-staff': staff,
  '0071-account-log': accountLog,
  '0072-staff-subject': staffSubject,
  '0086-errand-words': errandWords,
  '0087-call-backs': callBacks,
  '0090-teller': teller,
  '0096-id-tokens': idTokens,
  '0097-folded-tries': foldedTries,
}
