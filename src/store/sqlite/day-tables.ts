/** The tables of the return bike's days, as the step that makes them. */
import { statements } from './statements.ts'

/** Plans by version, riders' events, the log, candidates, photos and counts (docs/decisions/0027). */
export const days = statements(
  'create table day_plan (day text primary key, version integer not null, body text not null) strict, without rowid',
  `create table day_line (
        no integer primary key autoincrement, at integer not null, by_whom text not null,
        day text not null, version integer not null, did text not null, stop_id text, bike text,
        detail text) strict`,
  'create index day_line_of on day_line (day, no)',
  `create table rider_event (
        id text primary key, day text not null, stop_id text not null,
        happened_at integer not null, received_at integer not null, body text not null,
        note text) strict, without rowid`,
  'create index rider_event_of on rider_event (day)',
  'create index rider_event_stop on rider_event (stop_id)',
  `create table bike_candidate (
        id text primary key, state text not null, day text, body text not null) strict, without rowid`,
  `create table stop_photo (
        id text primary key, stop_id text not null, at integer not null, type text not null,
        bytes blob not null) strict`,
  'create index stop_photo_of on stop_photo (stop_id)',
  `create table day_count (
        day text not null, district text not null, what text not null, n integer not null,
        primary key (day, district, what)) strict, without rowid`,
  'create table day_followed (one integer primary key check (one = 1), decision integer not null) strict',
  // Whoever forgets a booking forgets these with it: no caller can leave them behind.
  `create trigger forget_stop after delete on booking begin
        delete from stop_photo where stop_id = old.id;
        update rider_event set note = null where stop_id = old.id;
      end`,
)
