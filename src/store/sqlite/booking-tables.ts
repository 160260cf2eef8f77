/** The tables of bookings and loans, as the step that makes them. */
import { statements } from './statements.ts'

/** Bookings and loans of the return bike; who they are of lies in one table, sealed (docs/decisions/0026). */
export const bookings = statements(
  `create table booking (
        id text primary key, reference text not null unique, secret_hash text not null,
        state text not null, day text, body text not null) strict, without rowid`,
  'create index booking_day on booking (day)',
  `create table booking_hold (
        id text primary key, until_at integer not null, body text not null) strict, without rowid`,
  `create table booking_notice (
        id text primary key, booking_id text not null, key text not null, due_at integer not null,
        body text not null, sealed text) strict, without rowid`,
  'create index booking_notice_due on booking_notice (due_at)',
  'create index booking_notice_of on booking_notice (booking_id)',
  `create table loan (
        id text primary key, reference text not null unique, secret_hash text not null,
        state text not null, from_day text not null, body text not null) strict, without rowid`,
  'create table errand_person (errand_id text primary key, sealed text not null) strict, without rowid',
  `create table errand_change (
        no integer primary key, at integer not null, by_whom text not null,
        errand_id text not null, did text not null, detail text not null) strict`,
  'create index errand_change_of on errand_change (errand_id)',
  `create table errand_access (
        no integer primary key, at integer not null, by_whom text not null, what text not null,
        errand_id text not null) strict`,
  `create table errand_submit (
        key_hash text primary key, request_hash text not null, reference text not null,
        at integer not null) strict, without rowid`,
  `create table errand_count (
        month text not null, district text not null, what text not null, n integer not null,
        primary key (month, district, what)) strict, without rowid`,
)
